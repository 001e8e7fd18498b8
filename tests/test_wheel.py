"""What an installed package holds: all of the core, the shipped weights, and the command irn."""

import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser

import pytest

from tests.helpers import ROOT

pytest.importorskip("setuptools", minversion="77", reason="needs setuptools to build a wheel offline")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: setuptools leaves its own files beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("irn_core", "assets/weights"):
        shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", folder, "."]
    built = subprocess.run(command, cwd=folder / "source", capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-3000:]
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as file:
        yield file


def test_a_wheel_holds_the_core_the_weights_and_a_command(wheel):
    names = set(wheel.namelist())
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "irn_core").rglob("*.py")}
    shipped = [
        file for where in ("", "rivals/", "without/") for file in ROOT.glob(f"assets/weights/{where}*.safetensors")
    ]
    weights = {str(path.relative_to(ROOT / "assets/weights")) for path in shipped}
    expected = code | {f"irn_core/shipped_weights/{name}" for name in weights}
    assert len(weights) >= 6
    assert {name for name in names if ".dist-info/" not in name} == expected
    scripts = ConfigParser()
    scripts.read_string(wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode())
    assert dict(scripts["console_scripts"]) == {"irn": "irn_core.cli.main:main"}


def test_an_unpacked_wheel_finds_its_weights(wheel, tmp_path):
    wheel.extractall(tmp_path)
    script = "from irn_core.weights import WEIGHTS_DIR, list_rivals, list_weights\n"
    script += "print(WEIGHTS_DIR, len(list_weights()), len(list_rivals()))"
    found = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    shipped, rivals = (len(list(ROOT.glob(f"assets/weights/{where}*.safetensors"))) for where in ("", "rivals/"))
    assert found.stdout.split() == [str(tmp_path / "irn_core" / "shipped_weights"), str(shipped), str(rivals)]
