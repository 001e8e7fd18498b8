"""Start the demo: python app.py"""

from demo.page import LAUNCH, build

page = build()

if __name__ == "__main__":
    page.launch(**LAUNCH)
