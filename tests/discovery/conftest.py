"""Projects on disk, imported in this process; what was loaded before is back afterwards."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Here, since what a test is the first to import is forgotten after it; classes are to stay the same.
import pivot.stage_def.params  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER = """\
from typing import Annotated, TypedDict
from pivot import loaders, outputs
from pivot.registry import REGISTRY, Registry
from pivot.stage_def import Dep, Out, StageDef, StageParams
"""


@pytest.fixture(autouse=True)
def import_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what importing changes: modules, finders, the path."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    modules, finders, path = dict(sys.modules), list(sys.meta_path), list(sys.path)
    yield
    sys.modules.clear()
    sys.modules.update(modules)
    sys.meta_path[:] = finders
    sys.path[:] = path


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a file below a new directory, and gives its path."""

    def write_text(path: str, text: str = "") -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"))
        return file

    return write_text


@pytest.fixture
def pipeline(tmp_path: Path, write: Callable[..., Path]) -> Callable[[str], Path]:
    """Give a function that writes a project's `pipeline.py`, with the usual imports in 4 lines."""

    def write_pipeline(text: str) -> Path:
        write("pipeline.py", HEADER + textwrap.dedent(text).lstrip("\n"))
        return tmp_path

    return write_pipeline


CATALOGUE = Path(__file__).parent / "stage_files"


@pytest.fixture
def catalogue(tmp_path: Path) -> Callable[[Path], Path]:
    """Give a function that makes a project of a file of the catalogue of `pivot.yaml` files."""

    def make(file: Path) -> Path:
        shutil.copy(CATALOGUE / "steps.py", tmp_path)
        (tmp_path / "broken.py").write_text('raise RuntimeError("no such luck")\n')
        (tmp_path / "unparsed.py").write_text("def broken(:\n")
        shutil.copy(file, tmp_path / "pivot.yaml")
        return tmp_path

    return make
