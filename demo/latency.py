"""How soon the page answers: `python -m demo.latency` starts a server, drives it in Chromium, and prints medians.

It needs Playwright and Debian's chromium. On a busy machine every figure is larger: compare figures of one machine.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_S = 120
TABS = {
    "High frequencies": "#quadrants .apart",
    "Lost bits": "#lost-table table",
    "Gaussian?": "#gaussian-tables table",
    "Temperature": "#tau-chart .chart",
    "Preserve · abandon · model": "#choice-cards .card",
    "Rivals": "#fair-cards .card",
    "z arithmetic": "#way .flip",
    "Break it": "#experiments .card",
}
"""Tabs of Rescale, and what shows that the first result of each is there."""
_CHAPTER = '#lesson .slide[data-key="{}"]:not([hidden]) .figure'


@contextmanager
def server() -> Iterator[tuple[str, float]]:
    """The page as `python app.py` serves it: its address, and how many seconds it took to answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    app = Path(__file__).resolve().parent.parent / "app.py"
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, str(app)], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                raise SystemExit("the page did not start; run `python app.py` to see why")
            time.sleep(0.05)
        yield address, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def browser() -> Iterator[object]:
    """Headless Chromium."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def visit(chromium: object, address: str) -> Iterator[tuple[str, float]]:
    """What visitors of a new server do, each with the seconds until the answer is on screen."""
    for which in ("the server's very first picture", "first picture"):
        page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(1000 * PATIENCE_S)
        yield which, _timed(partial(page.goto, address, wait_until="commit"), page, "#measures .headline")
        _settle(page)
    yield "another example", _changed(page, lambda: page.locator("#examples button").nth(1).click())
    yield "another scale", _changed(page, lambda: page.locator("#scale label").nth(0).click())
    yield "known scale again", _changed(page, lambda: page.locator("#scale label").nth(1).click())
    yield "resample, first new draw", _drawn(page, lambda: page.click("#resample"))
    for name, selector in TABS.items():
        yield f"tab {name}", _timed(lambda name=name: page.get_by_role("tab", name=name).click(), page, selector)
        _settle(page)
    yield "Compress: the file", _timed(_mode(page, "Compress"), page, "#compress-measures .headline")
    _settle(page)
    yield "Learn: the first chapter", _timed(_mode(page, "Learn"), page, _CHAPTER.format("shared"))
    page.wait_for_function("!document.documentElement.classList.contains('busy')")
    page.focus("#lesson .lesson")
    yield "Learn: the next chapter", _timed(lambda: page.keyboard.press("PageDown"), page, _CHAPTER.format("pixels"))


def _mode(page: Page, name: str) -> Callable[[], None]:
    return page.locator("#mode label").get_by_text(name).click


def _timed(act, page: Page, selector: str) -> float:
    began = time.perf_counter()
    act()
    page.wait_for_selector(selector)
    return time.perf_counter() - began


def _changed(page: Page, act) -> float:
    """Seconds until the first of the measures is another: Gradio writes its own clock beside them."""
    before = page.inner_text("#measures .headline")
    began = time.perf_counter()
    act()
    page.wait_for_function("before => document.querySelector('#measures .headline').innerText !== before", arg=before)
    elapsed = time.perf_counter() - began
    _settle(page)
    return elapsed


def _drawn(page: Page, act) -> float:
    """Seconds until the page says that it draws, or has drawn."""
    began = time.perf_counter()
    act()
    page.wait_for_function("() => document.querySelector('#status textarea').value.includes('drawing 2')")
    elapsed = time.perf_counter() - began
    _settle(page)
    return elapsed


def _settle(page: Page) -> None:
    """Until nothing is drawn any more and no tab says that it is computing."""
    page.wait_for_function(
        """() => !document.querySelector('#status textarea').value.includes('…')
            && ![...document.querySelectorAll('.computing')].some(node => node.offsetParent)"""
    )
    page.wait_for_timeout(300)


def main() -> None:
    """Print the medians over several visits; each starts its own server, so that nothing is known yet."""
    parser = argparse.ArgumentParser(prog="python -m demo.latency", description=__doc__)
    parser.add_argument("--visits", type=int, default=3)
    visits = parser.parse_args().visits
    found: dict[str, list[float]] = {}
    with browser() as chromium:
        for number in range(visits):
            with server() as (address, started):
                found.setdefault("start of the server", []).append(started)
                for name, seconds in visit(chromium, address):
                    found.setdefault(name, []).append(seconds)
            print(f"visit {number + 1} of {visits}", file=sys.stderr)
    for name, seconds in found.items():
        print(f"{name:<32} {statistics.median(seconds):6.2f} s")


if __name__ == "__main__":
    main()
