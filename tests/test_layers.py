"""Imports only point down: what a module may know is what lies below it."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.helpers import ROOT

LAYERS = (
    ("errors",),
    ("ops",),
    ("pictures", "nets"),
    ("weights",),
    ("refine",),
    ("rescale",),
    ("motion",),
    ("coding",),
    ("measure",),
    ("training",),
    ("cli",),
)
"""The modules of a package may know their neighbours; the others of one layer do not know each other."""
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
CORE = sorted((ROOT / "irn_core").rglob("*.py"))
DEMO = sorted((ROOT / "demo").rglob("*.py"))


def module_name(path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path) -> set[str]:
    """Every module that a file imports anywhere in it; `from package import module` counts as the module."""
    names = set()
    known = {module_name(p) for p in CORE + DEMO}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = path.relative_to(ROOT).parts[: -node.level]
                module = ".".join([*package, module]).rstrip(".")
            names |= {f"{module}.{a.name}" if f"{module}.{a.name}" in known else module for a in node.names}
    return names


def part(module: str) -> str:
    """The name in LAYERS that a module of irn_core belongs to."""
    return module.split(".")[1]


def test_the_reader_of_imports_sees_the_project():
    # Were nothing read, every test below would pass.
    assert len(CORE) > 20
    assert "irn_core.nets.coupling" in imports(ROOT / "irn_core/nets/irn.py")
    assert "irn_core.ops.haar" in imports(ROOT / "irn_core/nets/irn.py")
    assert "torch" in imports(ROOT / "irn_core/rescale.py")


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_imports_point_down(path):
    name = module_name(path)
    ours = {module for module in imports(path) if module.split(".")[0] == "irn_core"}
    if name == "irn_core":  # the front door: it offers names, and runs nothing
        assert all(LEVEL[part(module)] < LEVEL["training"] for module in ours)
        return
    if name == "irn_core.__main__":
        assert ours == {"irn_core.cli.main"}
        return
    assert "irn_core" not in ours, f"{name} imports the package that contains it"
    assert part(name) in LEVEL, f"{part(name)} has no place in LAYERS: give it one"
    for module in ours:
        neighbour = part(module) == part(name)
        assert neighbour or LEVEL[part(module)] < LEVEL[part(name)], f"{name} imports {module}, which is not below it"


def test_nothing_goes_in_circles():
    graph = {module_name(path): imports(path) for path in CORE + DEMO}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circular imports: {' → '.join(error.args[1])}")


@pytest.mark.parametrize("path", CORE, ids=module_name)
def test_the_core_knows_nothing_of_pages_and_plots(path):
    roots = {module.split(".")[0] for module in imports(path)}
    assert not roots & {"gradio", "matplotlib", "demo", "tests", "app"}


@pytest.mark.parametrize("path", [p for p in CORE if p.parent.name == "nets"], ids=module_name)
def test_networks_know_nothing_of_files(path):
    roots = {module.split(".")[0] for module in imports(path)}
    assert not roots & {"PIL", "skimage", "safetensors", "pathlib", "os", "io"}


@pytest.mark.parametrize("path", DEMO, ids=module_name)
def test_the_demo_stands_on_the_core_but_not_on_its_command_line(path):
    used = imports(path)
    assert not used & {"irn_core.__main__", "irn_core.training.train", "tests"}
    assert not any(module.startswith("irn_core.cli.main") for module in used)


@pytest.mark.parametrize("path", CORE + DEMO, ids=module_name)
def test_no_explanation_begins_with_of(path):
    """A reader stumbles over a sentence that opens with what it is about and never says what becomes of that."""
    said = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Expr)]
    texts = [value.value for value in said if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    assert not [text for text in texts if text.lstrip().startswith("Of ")]
