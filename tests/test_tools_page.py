"""The tools that use the page for long know it as it is: a minute of each."""

import pytest

pytest.importorskip("playwright.sync_api")

from demo.kit.words import words
from demo.latency import TABS as TIMED_TABS
from demo.rescale.tabs import TABS
from tests.tools import load, soak


def test_visitors_of_the_load_tool_get_answers_of_their_own(address):
    report = load.run(address.rstrip("/"), visitors=2, minutes=0.02, seed=0)
    assert report.last_s and report.compared, "nobody was answered"
    assert not report.errors and not report.mixed


def test_the_soak_tool_finds_what_it_does(address, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    watch, visit = soak.Watch(page), soak.Visit(page, seed=0)
    page.goto(f"{address}?draws=1&scale=2")
    page.wait_for_selector("#measures .headline")
    for act in (visit.scale, visit.zoom, visit.compare, visit.pick, visit.resample):
        watch.settle(f"before {act.__name__}")
        act()
    watch.settle("all")
    assert not watch.problems


def test_the_latency_tool_opens_tabs_that_there_are():
    titles = {words(tab.key)["title"] for tab in TABS}
    assert set(TIMED_TABS) <= titles
