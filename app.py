"""Start the demo: python app.py"""

from demo.learn.ahead import prepare
from demo.page import LAUNCH, build
from demo.rescale.mode import first_request

page = build()

if __name__ == "__main__":
    prepare(first_request().photo)
    page.launch(**LAUNCH)
