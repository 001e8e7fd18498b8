"""One long visit: does anything grow, or go wrong? `python -m tests.tools.soak`

Starts the page, opens it in headless Chromium, goes once through all modes and tabs, and then does random things,
each until the page has settled: pictures, scales, temperatures, draws, tabs, modes, the viewer, the quality of a file.
Fails on an error in the console, an uncaught exception, an error message on the page, and when the memory of server or
page grows in the second half. It needs Playwright and Debian's chromium.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from playwright.sync_api import Locator, Page, Request

from demo.latency import PATIENCE_S, browser, server
from tests.tools.memory import bound_cache, is_flat, memory_mb, server_pid, verdict

READ_EVERY = 25
SLACK = {"server": 150.0, "page's heap": 20.0, "page's nodes": 2000.0}
"""What may come and go without being growth: MB, MB, DOM nodes."""
UNITS = {"page's nodes": ""}
QUIET_S = 0.4
QUIET_JS = """() => {
  const [status, busy] = [document.querySelector('#status'), [...document.querySelectorAll('.computing')]];
  return !(status.offsetParent && status.querySelector('textarea').value.includes('…'))
    && !busy.some(node => node.offsetParent);
}"""


TOASTS_JS = """window.toasts = [];
new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node =>
  node.querySelectorAll?.('.toast-body.error').forEach(toast => window.toasts.push(toast.innerText))
))).observe(document, {childList: true, subtree: true});"""
"""Messages vanish after some seconds, and a long computation may take longer."""


class Watch:
    """What goes on between page and server, and what went wrong."""

    def __init__(self, page: Page):
        self.page, self.problems, self.open, self.changed = page, [], set(), time.monotonic()
        page.add_init_script(TOASTS_JS)
        page.on("console", lambda message: message.type == "error" and self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def settle(self, after: str) -> None:
        """Until nothing has been asked for a while, and nothing is said to be computing."""
        began = self.changed = time.monotonic()
        while self.open or time.monotonic() - self.changed < QUIET_S or not self.page.evaluate(QUIET_JS):
            self.page.wait_for_timeout(100)
            if time.monotonic() - began > 3 * PATIENCE_S:
                self.problems.append(f"{after}: not settled after {3 * PATIENCE_S} s, {[r.url for r in self.open]}")
                return
        for said in self.page.evaluate("window.toasts.splice(0)"):
            self.problems.append(f"{after}: the page says {said!r}")

    def _begin(self, request: Request) -> None:
        if "/gradio_api/" in request.url and "/heartbeat/" not in request.url:
            self.open.add(request)
            self.changed = time.monotonic()

    def _end(self, request: Request) -> None:
        self.open.discard(request)
        self.changed = time.monotonic()


MODES = RESCALE, COMPRESS, LEARN, BENCHMARK = "rescale", "compress", "learn", "benchmark"
TABS = {mode: f"#{tabs} > .tab-wrapper [role=tab]" for mode, tabs in ((RESCALE, "tabs"), (COMPRESS, "compress-tabs"))}


class Visit:
    """Random things that a visitor does; `mode` is the side of the page that is open."""

    def __init__(self, page: Page, seed: int):
        self.page, self.random, self.mode = page, random.Random(seed), RESCALE

    def act(self) -> str:
        """Do one of what can be done now, and say what."""
        everywhere = [self.switch_mode]
        working = [self.example, self.open_tab, self.open_tab, self.zoom, self.compare, self.pick]
        own = {
            RESCALE: [*working, self.scale, self.tau, self.resample],
            COMPRESS: [*working, self.quality, self.resample_file],
            LEARN: [self.chapter, self.chapter, self.answer],
            BENCHMARK: [],
        }[self.mode]
        do: Callable[[], None] = self.random.choice([*everywhere, *own])
        do()
        return do.__name__

    def everything(self) -> Iterator[str]:
        """Open each mode and each tab once: what they put on the page stays there, and is no growth."""
        for mode in (*MODES[1:], RESCALE):
            self._open(mode)
            yield mode
            for tab in self.page.locator(f"{TABS[mode]}:visible").all() if mode in TABS else ():
                tab.click()
                yield tab.inner_text()

    def switch_mode(self) -> None:
        self._open(self.random.choice([mode for mode in MODES if mode != self.mode]))

    def _open(self, mode: str) -> None:
        self.mode = mode
        self.page.locator(f"#mode label:has(input[value={mode}])").click()

    def example(self) -> None:
        self._one("#examples button.thumbnail-item").click()

    def open_tab(self) -> None:
        self._one(TABS[self.mode]).click()

    def chapter(self) -> None:
        self._one("#lesson .dots button").click()

    def answer(self) -> None:
        self._one("#lesson .slide [data-option]").click()

    def zoom(self) -> None:
        self._one("#viewer [data-zoom]").click()

    def compare(self) -> None:
        self._one("#viewer [data-mode]").click()

    def pick(self) -> None:
        select = self._one("#viewer [data-pick]")
        select.select_option(index=self.random.randrange(select.locator("option").count()))

    def scale(self) -> None:
        self._one("#scale label").click()

    def tau(self) -> None:
        self._number("#tau", self.random.randrange(31) / 20)

    def resample(self) -> None:
        self.page.click("#resample")

    def quality(self) -> None:
        self._number("#quality", self.random.randrange(101))

    def resample_file(self) -> None:
        self.page.click("#icn-resample")

    def _one(self, selector: str) -> Locator:
        """Any of the visible elements."""
        return self.random.choice(self.page.locator(f"{selector}:visible").all())

    def _number(self, selector: str, value: float) -> None:
        field = self.page.locator(f"{selector} input[type=number]")
        field.fill(str(value))
        field.blur()


class Memory:
    """Readings of the server's memory and of the page's."""

    def __init__(self, page: Page):
        self.server, self.devtools = server_pid(), page.context.new_cdp_session(page)
        self.devtools.send("Performance.enable")
        self.readings: dict[str, list[float]] = {name: [] for name in SLACK}

    def read(self) -> str:
        """Take one more of each, after the browser has cleared away what it no longer needs."""
        self.devtools.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in self.devtools.send("Performance.getMetrics")["metrics"]}
        taken = (memory_mb(self.server), metrics["JSHeapUsedSize"] / 2**20, metrics["Nodes"])
        for name, value in zip(SLACK, taken, strict=True):
            self.readings[name].append(value)
        return ", ".join(f"{name} {values[-1]:.0f}" for name, values in self.readings.items())

    def second_half(self, name: str) -> list[float]:
        return self.readings[name][len(self.readings[name]) // 2 :]

    @property
    def is_flat(self) -> bool:
        return all(is_flat(self.second_half(name), slack) for name, slack in SLACK.items())


def soak(page: Page, address: str, interactions: int, seed: int) -> tuple[Counter, Watch, Memory]:
    """The whole visit: what was done how often, what went wrong, what was held."""
    watch, visit, done = Watch(page), Visit(page, seed), Counter()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(address)
    page.wait_for_selector("#measures .headline")
    watch.settle("opening")
    for name in visit.everything():
        watch.settle(name)
    memory = Memory(page)
    for number in range(interactions + 1):
        if number % READ_EVERY == 0:
            print(f"{number:4} interactions: {memory.read()}", flush=True)
        if number < interactions:
            name = visit.act()
            watch.settle(name)
            done[name] += 1
    return done, watch, memory


def main() -> None:
    """Exit with 1 if anything went wrong or grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.soak", description=__doc__)
    parser.add_argument("--interactions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache-mb", type=int, default=100, help="the server's cache of results (EXPLORER_CACHE_MB)")
    args = parser.parse_args()
    bound_cache(args.cache_mb)
    began = time.monotonic()
    with server() as (address, _), browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        done, watch, memory = soak(page, address, args.interactions, args.seed)
    print(f"{done.total()} interactions in {time.monotonic() - began:.0f} s:", dict(done.most_common()))
    for name, slack in SLACK.items():
        print(verdict(f"{name}, second half", memory.second_half(name), slack, UNITS.get(name, " MB")))
    print(f"problems: {len(watch.problems)}", *watch.problems[:10], sep="\n  ")
    sys.exit(bool(watch.problems) or not memory.is_flat)


if __name__ == "__main__":
    main()
