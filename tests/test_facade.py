"""`import pivot` costs next to nothing, and has every name that it promises."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pivot

HEAVY = (
    "asyncio",
    "click",
    "cloudpickle",
    "concurrent.futures",
    "importlib.metadata",
    "lmdb",
    "loky",
    "multiprocessing",
    "numpy",
    "pandas",
    "pluggy",
    "pydantic",
    "rich",
    "stevedore",
    "xxhash",
    "yaml",
)


def loaded_by(program: str) -> set[str]:
    """Give the modules that a program loads beyond what a bare interpreter has."""
    show = "import sys; print(*sorted(sys.modules), sep='\\n')"
    found = [
        subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        ).stdout.split()
        for text in (show, f"{program}\n{show}")
    ]
    return set(found[1]) - set(found[0])


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return loaded_by("import pivot")


@pytest.mark.parametrize("name", HEAVY)
def test_importing_pivot_does_not_load(loaded, name):
    assert name not in loaded


def test_importing_pivot_loads_no_module_of_its_own(loaded):
    assert {name for name in loaded if name.startswith("pivot.")} == set()


def test_a_name_loads_no_more_than_its_own_module():
    assert "pivot.engine" not in loaded_by("import pivot; pivot.PivotError")


@pytest.mark.parametrize("name", pivot.__all__)
def test_every_promised_name_is_there(name):
    assert getattr(pivot, name) is not None


def test_a_star_import_has_every_promised_name():
    names: dict[str, object] = {}
    exec("from pivot import *", names)
    assert set(pivot.__all__) <= set(names)


def test_names_are_the_things_themselves():
    from pivot.errors import PivotError
    from pivot.registry import REGISTRY

    assert pivot.PivotError is PivotError
    assert pivot.REGISTRY is REGISTRY


def test_dir_shows_what_is_promised():
    assert dir(pivot) == sorted([*pivot.__all__, "__version__"])


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pivot' has no attribute 'runn'"):
        _ = pivot.runn


def test_a_submodule_can_be_imported_from_it():
    from pivot import loaders

    assert loaders.JSON()


def test_type_checkers_are_told_of_every_promised_name():
    """The imports under TYPE_CHECKING and `__all__` are written down twice; they must agree."""
    tree = ast.parse(Path(pivot.__file__).read_text())
    (block,) = (
        node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name)
    )
    imported = {
        name.name for node in block.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert imported == set(pivot.__all__)


def test_it_is_marked_as_typed():
    assert Path(pivot.__file__).with_name("py.typed").is_file()


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert pivot.__version__ == version("pivot")
