"""The contract of a tab: words, keys, data that are computed before they are drawn."""

import ast
import json
import re
from typing import NamedTuple

import pytest

pytest.importorskip("gradio")

import gradio as gr

from demo import examples
from demo.compress.tabs import TABS as COMPRESS_TABS
from demo.kit import tab as tab_module
from demo.kit.events import Visit
from demo.kit.limits import limits_of
from demo.kit.tab import Tab, Tabs, paced, so_far
from demo.kit.words import say
from demo.page import _Page
from demo.rescale.tabs import TABS as RESCALE_TABS
from demo.upload import Uploads
from tests.helpers import ROOT
from tests.test_layers import DEMO, imports, module_name

TABS = [*RESCALE_TABS, *COMPRESS_TABS]
COMPUTING = (
    "irn_core.rescale", "irn_core.weights", "irn_core.nets", "irn_core.ops", "irn_core.coding", "irn_core.measure",
    "demo.rescale.rescaled", "demo.rescale.footprint", "demo.compress.coded", "demo.compress.curves", "demo.spread",
)  # fmt: skip
"""Modules whose functions compute; their types and constants may be drawn."""
DRAWING = ("gradio", "matplotlib", "demo.kit.cards", "demo.kit.html", "demo.kit.chart", "demo.kit.plots")


class Module(NamedTuple):
    """What a file defines and imports: functions and classes by name, and where other names are from."""

    functions: dict[str, ast.FunctionDef]
    classes: dict[str, ast.ClassDef]
    origins: dict[str, str]


def read(path) -> Module:
    found = Module({}, {}, {})
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found.classes[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            found.origins.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.Import):
            found.origins.update({alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names})
    return found


MODULES = {module_name(path): read(path) for path in DEMO}


def reached(tab: type[Tab], method: str) -> set[str]:
    """Where all is from that a method of a tab uses, itself and by the functions of its file or folder."""
    home = tab.__module__
    methods = {
        part.name: part for part in MODULES[home].classes[tab.__name__].body if isinstance(part, ast.FunctionDef)
    }
    todo, seen = [(home, methods[method])], set()
    while todo:
        module, code = todo.pop()
        for node in ast.walk(code):
            name, found = getattr(node, "id", None), None
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                name, found = f"self.{node.attr}", (module, methods.get(node.attr))
            elif name in MODULES[module].functions:
                name, found = f"{module}.{name}", (module, MODULES[module].functions[name])
            elif name in MODULES[module].origins:
                name = MODULES[module].origins[name]
                neighbour, _, function = name.rpartition(".")
                if f"{neighbour}.".startswith(f"{home}."):
                    found = (neighbour, MODULES[neighbour].functions.get(function))
            if name and name not in seen:
                seen.add(name)
                todo += [found] if found and found[1] else []
    return seen


def from_any(names: set[str], modules: tuple[str, ...]) -> set[str]:
    """Those of the names that are from these modules."""
    return {name for name in names if f"{name}.".startswith(tuple(f"{module}." for module in modules))}


def functions_of(names: set[str]) -> set[str]:
    """Those of the names that are functions or modules, not types or constants: by their lower case."""
    return {name for name in names if re.fullmatch(r"[a-z_0-9]+", name.rpartition(".")[2])}


def computing(names: set[str]) -> set[str]:
    """Those of the names that are functions which compute; what a tab computes itself is in its `compute`."""
    return functions_of(from_any(names, COMPUTING) | {name for name in names if ".compute." in name})


def test_the_reader_sees_what_a_tab_reaches():
    by_key = {tab.key: tab for tab in TABS}
    assert "irn_core.rescale.split" in computing(reached(by_key["choices"], "compute"))
    assert "irn_core.rescale.draw_noise" in computing(reached(by_key["arithmetic"], "compute"))  # in its folder
    assert "demo.kit.cards.growing_cards" in from_any(reached(by_key["break_it"], "draw"), DRAWING)
    assert "demo.kit.plots.Plots" in from_any(reached(by_key["gaussian"], "draw"), DRAWING)


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_drawing_computes_nothing(tab):
    for method in {"draw", "finding", "pictures"} & vars(tab).keys():
        assert not computing(reached(tab, method))


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_computing_draws_nothing(tab):
    assert not from_any(reached(tab, "compute"), DRAWING)


@pytest.mark.parametrize("path", DEMO, ids=module_name)
def test_what_knows_nothing_of_the_page_imports_nothing_of_it(path):
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    if path.stem == "compute" or re.search(r"[Kk]nows (nothing of the|no) page", said):
        assert not from_any(imports(path), (*DRAWING, "demo.kit.tab", "demo.kit.events", "demo.kit.words"))


def test_tabs_have_keys_of_their_own_and_words():
    assert len({tab.key for tab in TABS}) == len(TABS)
    for tab in TABS:
        assert issubclass(tab, Tab) and tab.key.isidentifier()
        assert say(f"{tab.key}.title") and say(f"{tab.key}.intro")


@pytest.mark.parametrize("tabs", [RESCALE_TABS, COMPRESS_TABS], ids=["rescale", "compress"])
def test_every_file_of_tabs_is_listed(tabs):
    folder = ROOT / tabs[0].__module__.rpartition(".")[0].replace(".", "/")
    names = {path.stem for path in folder.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert {tab.__module__.rpartition(".")[2] for tab in tabs} == names


@pytest.mark.parametrize("path", [p for p in DEMO if p.parent.name == "kit"], ids=module_name)
def test_the_kit_knows_no_tab_and_no_network(path):
    used = imports(path)
    assert not {name for name in from_any(used, ("demo",)) if not name.startswith("demo.kit")}
    known = ("errors", "ops", "pictures")
    assert not from_any(used, ("irn_core",)) - from_any(used, tuple(f"irn_core.{part}" for part in known))


class Letter(str):
    """A request."""

    made = "by hand"


class Letters(Tab[str, str]):
    """A tab that shows its request and its own box, step by step."""

    key = "bands"  # whose words there are

    def build(self) -> None:
        box = gr.Textbox()
        self.inputs, self.outputs, self.triggers = {"box": box}, {"said": gr.HTML(), "silent": gr.HTML()}, [box.input]

    def compute(self, request, box):
        yield from (request, request + box)

    def draw(self, found):
        return {"said": found}

    def finding(self, found):
        return found.removeprefix("x")


class Others(Letters):
    key = "choices"


def test_every_control_of_a_tab_is_heard():
    with gr.Blocks() as blocks:
        page = _Page(blocks)
    heard = {target for fn in blocks.fns.values() for target, _ in fn.targets}
    for mode in (page.rescale, page.compress):
        for tab in mode.tabs.all.values():
            for name, control in tab.inputs.items():
                painted = isinstance(limits_of(control), str)  # a drawing waits for the button below it
                assert painted or control._id in heard, f"{tab.key}: {name}"


def test_a_fault_of_the_page_is_told_and_nothing_is_said_to_go_on():
    def fails(visit, *values):
        yield {page.shared.status: "rescaling …"}
        raise ZeroDivisionError("by hand")

    with gr.Blocks() as blocks:
        page = _Page(blocks)
    page.wirings["rescale"] = page.wirings["rescale"]._replace(answer=fails)
    values = [None for wiring in page.wirings.values() for _ in wiring.inputs]
    steps = page.answer(Visit(), "en", "rescale", examples.FIRST, Uploads(), *values)
    assert next(steps)[page.shared.status] == "rescaling …"
    assert "…" not in next(steps)[page.shared.status]
    with pytest.raises(gr.Error, match="by hand"):
        next(steps)


def test_the_open_tab_is_rendered_alone_from_its_own_inputs():
    with gr.Blocks():
        tabs = Tabs([Letters(), Others()], "letters", lambda: gr.HTML())
    said, finding = tabs.all["choices"].outputs["said"], tabs.all["choices"].claim
    (first, *_), (second, *_) = tabs.render("choices", Letter("x"), ["not mine", "y"], ("x", 1))
    assert first == {finding: say("kit.computing"), said: "x"}  # nothing is found yet
    assert second.keys() == first.keys() and second[said] == "xy"
    assert "<p>y</p>" in second[finding] and "by hand" in second[finding]
    assert not list(tabs.render(tab_module.MEASURES, "x", ["", ""], ("x", 1)))  # they come with the result
    assert len(tabs.inputs) == 2 and len(tabs.outputs) == 6 and len(tabs.triggers) == 3


def test_a_tab_tells_how_far_it_is_and_at_last_how_long_it_takes(monkeypatch):
    monkeypatch.setattr(tab_module, "KNOWN_S", 0)
    monkeypatch.setattr(Others, "progress", lambda self, found: (len(found), 2))
    with gr.Blocks():
        tabs = Tabs([Others()], "others", lambda: gr.HTML())

    def told() -> list[dict]:
        return [json.loads(progress) for *_, progress in tabs.render("choices", Letter("x"), ["y"], ("x", 1))]

    steps, (expected, *again) = told(), told()  # the second time it is known how long the first took
    assert [step["done"] for step in steps] == [step["done"] for step in again] == [1, 2]
    assert expected.keys() == {"expected", "serial"}


def test_steps_are_gathered():
    assert list(so_far("abc")) == [("a",), ("a", "b"), ("a", "b", "c")] and list(so_far("")) == []


@pytest.fixture
def clock(monkeypatch):
    """A clock that only `sleep` moves."""
    now = [0.0]
    monkeypatch.setattr(tab_module.time, "monotonic", lambda: now[0])
    return now


def steps(clock: list[float], *lengths: float):
    """Numbers from 0, each after so many seconds."""
    for number, length in enumerate(lengths):
        clock[0] += length
        yield number


@pytest.mark.parametrize(
    ("lengths", "sent"),
    [
        ((), []),
        ((9,), [0]),
        ((0, 0, 0), [2]),  # known already: it does not grow again
        ((1, 1, 1), [0, 1, 2]),
        ((0.5, 0.6, 0.1, 0.2), [1, 3]),  # the newest now and then, and the last
        ((0.5, 0.6), [1]),  # the last is not sent twice
    ],
)
def test_a_growing_result_is_sent_now_and_then_and_whole_at_last(clock, lengths, sent):
    assert list(paced(steps(clock, *lengths), 1)) == sent
