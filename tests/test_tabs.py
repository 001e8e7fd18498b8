"""The contract of a tab: words, keys, data that are computed before they are drawn."""

import ast
import re

import pytest

pytest.importorskip("gradio")

from demo.compress.tabs import TABS as COMPRESS_TABS
from demo.kit.words import WORDS, say
from demo.rescale.tabs import TABS as RESCALE_TABS
from tests.helpers import ROOT
from tests.test_layers import DEMO, imports, module_name

TABS = [*RESCALE_TABS, *COMPRESS_TABS]
COMPUTING = (
    "irn_core.rescale", "irn_core.weights", "irn_core.nets", "irn_core.ops", "irn_core.coding", "irn_core.measure",
    "demo.rescale.rescaled", "demo.rescale.footprint", "demo.compress.coded", "demo.compress.curves", "demo.spread",
)  # fmt: skip
"""Modules whose functions compute; their types and constants may be drawn."""
DRAWING = ("gradio", "demo.kit.cards", "demo.kit.html", "demo.kit.chart", "demo.kit.plots", "matplotlib")


def source_of(tab: type) -> dict[str, ast.Module]:
    """The modules of a tab by name: one, or those of its folder."""
    path = ROOT / (tab.__module__.replace(".", "/"))
    files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return {module_name(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def reached(modules: dict[str, ast.Module], tab: type, method: str) -> tuple[set[str], dict[str, str]]:
    """Names used by a method of the tab and by functions of its modules that it reaches, and where names are from."""
    functions, origins = {}, {}
    for tree in modules.values():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                functions[node.name] = node
            elif isinstance(node, ast.ClassDef) and node.name == tab.__name__:
                methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
            elif isinstance(node, ast.ImportFrom):
                origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    todo, names = [methods[method]], set()
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in names:
                names.add(node.id)
                todo += [functions[node.id]] if node.id in functions else []
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                todo += [methods[node.attr]] if node.attr in methods and node.attr not in names else []
                names.add(node.attr)
    return names, origins


def functions_from(names: set[str], origins: dict[str, str], modules: tuple[str, ...]) -> set[str]:
    """Which of the names are functions of these modules: by their lower case."""
    found = {name for name in names if f"{origins.get(name, '')}.".startswith(tuple(f"{m}." for m in modules))}
    return {name for name in found if re.fullmatch(r"[a-z_0-9]+", name)}


def test_the_reader_sees_what_a_tab_reaches():
    choices = next(tab for tab in TABS if tab.key == "choices")
    names, origins = reached(source_of(choices), choices, "compute")
    assert {"choices", "split", "psnr_y"} <= names and origins["split"] == "irn_core.rescale.split"
    assert functions_from(names, origins, COMPUTING)


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_drawing_computes_nothing(tab):
    names, origins = reached(source_of(tab), tab, "draw")
    assert not functions_from(names, origins, COMPUTING)
    assert not {name for name in names if "compute" in origins.get(name, "") and re.fullmatch(r"[a-z_]+", name)}


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_computing_draws_nothing(tab):
    names, origins = reached(source_of(tab), tab, "compute")
    assert not {name for name in names if origins.get(name, "").startswith(DRAWING)} and "gr" not in names


def test_tabs_have_keys_of_their_own_and_words():
    assert len({tab.key for tab in TABS}) == len(TABS)
    for tab in TABS:
        assert say(f"{tab.key}.title") and say(f"{tab.key}.intro")


@pytest.mark.parametrize("path", [p for p in DEMO if p.parent.name == "kit"], ids=module_name)
def test_the_kit_knows_no_tab_and_no_network(path):
    used = imports(path)
    assert not any(name.startswith(("demo.rescale", "demo.compress", "demo.benchmark")) for name in used)
    assert not any(name.startswith(("irn_core.nets", "irn_core.weights", "irn_core.rescale")) for name in used)


def keys_of(group: dict, prefix: str = "") -> set[str]:
    """Every key of a file of words, groups included."""
    found = {prefix + key for key in group}
    return found.union(*(keys_of(part, f"{prefix}{key}.") for key, part in group.items() if isinstance(part, dict)))


def test_every_sentence_is_there_in_every_language_and_used():
    yaml = pytest.importorskip("yaml")
    files = [keys_of(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(WORDS.glob("*.yaml"))]
    assert files and all(keys == files[0] for keys in files)
    code = "\n".join(path.read_text(encoding="utf-8") for path in DEMO)
    asked = set(
        re.findall(r"""(?:say|words|draw_controls)\((?:"[a-z-]*", )?f?["']([a-z_]+\.[a-z_.]+?)\.?(?:\{|["'])""", code)
    )
    assert asked <= files[0]
    tabs = {tab.key for tab in TABS}
    for key in files[0]:
        parents = {key.rsplit(".", n)[0] for n in range(1, key.count(".") + 1)}
        named = key in asked or parents & asked or key.count(".") == 0 or key.split(".")[0] in tabs | {"page"}
        assert named or f'"{key.split(".")[-1]}"' in code, f"{key} is used nowhere"
