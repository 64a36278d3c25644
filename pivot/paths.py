"""Where a project begins, what lies inside it, and which of its files are its own code.

The *root* is the nearest ancestor that holds `.pivot/`, `pipeline.py` or `pivot.yaml`. An
*artifact path* is relative to the root, in POSIX form, normalised: `data/x.csv`; a directory's ends
in `/` when the author wrote it so. *Project code* is every Python file under the root that does not
lie in an environment (a directory with `pyvenv.cfg`, `site-packages`, the interpreter's own
library), whatever `sys.prefix` is. Tests: tests/test_paths.py.
"""

from __future__ import annotations

import functools
import os
import posixpath
import sysconfig
from typing import TYPE_CHECKING

from pivot.errors import PathError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

#: The file that names stages by the import paths of their functions.
STAGE_FILE = "pivot.yaml"
#: The file that overrides parameters of stages.
PARAMS_FILE = "params.yaml"
ROOT_MARKERS = (".pivot", "pipeline.py", STAGE_FILE)
_FOREIGN_PARTS = frozenset({"site-packages", "dist-packages", "node_modules"})


def find_root(start: Path) -> Path:
    """Give the project's root for a directory inside it; raise `UsageError` if there is none."""
    start = start.resolve()
    for directory in (start, *start.parents):
        if any((directory / marker).exists() for marker in ROOT_MARKERS):
            return directory
    raise UsageError(
        f"no Pivot project here: neither {start} nor any directory above it has a pipeline.py "
        "or a pivot.yaml",
        hint="run 'pivot init' to create one",
    )


def is_literal(typed: str) -> bool:
    """Say whether a target that was typed is a path as a shell has it: from where the user is."""
    return typed.startswith(("./", "../", "/"))


def artifact_path(written: str | os.PathLike[str]) -> str:
    """Give the normalised, project-relative form of a path that an author wrote.

    Raises `PathError` for an absolute path, one that leaves the project, one inside `.pivot`, and
    one that can't be a file's name. Purely textual: symbolic links are looked at by `inside`.
    """
    text = os.fspath(written)
    if not text or "\0" in text:
        raise PathError(f"{text!r} is not a path")
    if posixpath.isabs(text):
        raise PathError(f"the path {text!r} is absolute", hint="write it relative to the project")
    clean = posixpath.normpath(text)
    if clean == ".." or clean.startswith("../"):
        raise PathError(f"the path {text!r} leads outside the project")
    if clean == ".":
        raise PathError(f"the path {text!r} is the whole project; name a directory inside it")
    # In whatever case: on macOS a file system usually doesn't tell `.Pivot` from `.pivot`.
    if clean.partition("/")[0].lower() == ".pivot":
        raise PathError(f"the path {text!r} is inside .pivot, which belongs to Pivot itself")
    return f"{clean}/" if text.endswith("/") else clean


def inside(root: Path, artifact: str) -> Path:
    """Give the absolute path of an artifact; raise `PathError` if links lead it out of `root`.

    The artifact itself may be a link; the directory that holds it must lie in the project.
    """
    path = root / artifact
    parent = path.parent.resolve()
    if not parent.is_relative_to(root.resolve()):
        raise PathError(f"the path {artifact!r} leads outside the project, to {parent}")
    return path


@functools.cache
def _interpreter_directories() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in names})


@functools.cache
def _is_environment(directory: str) -> bool:
    return os.path.exists(os.path.join(directory, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - hot path


def is_project_file(root: Path, file: str | os.PathLike[str]) -> bool:
    """Say whether a file is the project's own: under `root`, outside any environment."""
    return _is_project_file(os.fspath(root), os.fspath(file))


@functools.lru_cache(maxsize=65536)
def _is_project_file(root: str, file: str) -> bool:
    return is_real_project_file(os.path.realpath(root), os.path.realpath(file))


def is_real_project_file(root: str, file: str) -> bool:
    """Say the same of a root and a file whose paths lead through no links."""
    base = root.rstrip(os.sep)
    if not file.startswith(base + os.sep) or file.startswith(_interpreter_directories()):
        return False
    parts = file[len(base) + 1 :].split(os.sep)  # noqa: PTH206 - hot path
    if not _FOREIGN_PARTS.isdisjoint(parts):
        return False
    parents = (os.sep.join((base, *parts[:number])) for number in range(1, len(parts)))  # noqa: PTH118 - hot path
    return not any(map(_is_environment, parents))
