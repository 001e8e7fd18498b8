"""Start the demo: python app.py"""

from demo.examples import FIRST
from demo.learn.ahead import prepare
from demo.page import LAUNCH, build

page = build()

if __name__ == "__main__":
    prepare(FIRST)
    page.launch(**LAUNCH)
