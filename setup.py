"""Which packages a wheel holds; all else is in pyproject.toml, which cannot join found packages with a named one.

The weights lie under assets/ in the repository, and beside the code in a wheel. The demo is not part of the wheel: it
is served from a checkout, where its stored results and examples are.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["irn_core", "irn_core.*"]), "irn_core.shipped_weights"],
    package_dir={"irn_core.shipped_weights": "assets/weights"},
    package_data={"irn_core.shipped_weights": ["*.safetensors", "rivals/*.safetensors", "without/*.safetensors"]},
)
