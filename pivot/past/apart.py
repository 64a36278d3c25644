"""Asking a process of its own about a copy of a project.

Two versions of a project can't be imported in one process, and what is to be seen of a copy must
not be what lies in the project. The process is a Python that runs a module of Pivot's; question and
answer are JSON. On its path of modules, the copy stands in the project's place. Example::

    asked = Asked("pivot.past.describing", copy, root, {"facts": {}})
    asked.answer("the working tree")

Tests: tests/cli/commands/test_affected.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError

if TYPE_CHECKING:
    from collections.abc import Callable

#: As in a worker: what depends on the order of sets is the same in each process.
_ENVIRONMENT = {"PYTHONHASHSEED": "0"}


class UnansweredError(PivotError):
    """A copy of a project can't be looked at: it can't be imported, say."""


class Asked:
    """A process that was asked about a copy of the project `instead`, at `root`."""

    def __init__(self, module: str, root: Path, instead: Path, question: dict[str, Any]) -> None:
        self._file = root.parent / f"{root.name}.json"
        places = {"root": root, "instead_of": instead.resolve(), "answer": self._file}
        asked = question | {name: str(place) for name, place in places.items()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=root,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(asked).encode())
            self._process.stdin.close()
            self._process.stdin = None

    def answer(self, label: str) -> dict[str, Any]:
        """Wait for the answer; raise `UnansweredError`, which calls the copy `label`."""
        try:
            said, _ = self._process.communicate()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        found: dict[str, Any] = {"error": said.decode("utf-8", "replace").strip()}
        if self._process.returncode == 0 and self._file.exists():
            found = json.loads(self._file.read_text("utf-8"))
        if "error" in found:
            raise UnansweredError(
                f"the pipeline of {label} can't be looked at: {found['error']}",
                hint="it is imported from a copy, which has what git has of it, or what is code",
            )
        return found


def answer(act: Callable[[Path, dict[str, Any]], dict[str, Any]]) -> None:
    """Answer the question on standard input, in the process that was asked.

    `act` is given the root of the copy, and the question.
    """
    question = json.load(sys.stdin)
    root, instead = Path(question["root"]), Path(question["instead_of"])
    sys.path[:] = [_moved(path, root, instead) for path in sys.path]
    try:
        found = act(root, question)
        if strays := _strays(instead):
            found = {"error": f"it imports {strays[0]} from the project itself, not from the copy"}
    except PivotError as error:
        found = {"error": str(error)}
    Path(question["answer"]).write_text(json.dumps(found), "utf-8")


def _moved(path: str, root: Path, instead: Path) -> str:
    """Give where on the path of modules something is that was in the project's own directory."""
    place = Path(path)
    if not path or not place.is_relative_to(instead) or _is_installed(place):
        return path
    return str(root / place.relative_to(instead))


def _strays(instead: Path) -> list[str]:
    """Give the modules that were imported from the project's own directory all the same."""
    files = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items()]
    return [
        name
        for name, file in files
        if isinstance(file, str)
        and Path(file).is_relative_to(instead)
        and not _is_installed(Path(file))
    ]


def _is_installed(place: Path) -> bool:
    """Say whether a file is in the environment, which may lie in the project."""
    return any(place.is_relative_to(prefix) for prefix in {sys.prefix, sys.base_prefix})
