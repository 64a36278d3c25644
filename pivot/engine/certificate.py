"""What does the answer "nothing changed" rest on? It is collected here, and written as a snapshot.

After a run in which every stage was unchanged: all sources and directories that its code came from
or was looked for in, what the pipeline's import read, settings and parameters, the locks, all deps
and outs, and the facts of every stage. What is certified must not have changed since before the
run began, as its change time tells: then it is what the run saw. In doubt nothing is written.
Tests: tests/engine/test_snapshot.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.engine.snapshot import FILE, Mark, encode, mark
from pivot.errors import PivotError
from pivot.frozen import frozen
from pivot.signature import TICK_NS
from pivot.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.engine.workspace import Workspace
    from pivot.stage import Stage

_SETTINGS = ("pyproject.toml", "params.yaml", "pivot.yaml", "pipeline.py", ".pivotignore")


class _Doubt(Exception):  # noqa: N818 - nothing is wrong
    """Something changed too lately to be certified."""


@frozen
class Question:
    """What is asked, as it was typed, and the answer if nothing has to be done."""

    #: The command line, from `run` on.
    arguments: tuple[str, ...]
    answer: str


@frozen
class Origin:
    """Where the stages came from, besides their deps."""

    #: All files and directories that were read or looked at, absolute.
    paths: Iterable[str]
    #: A file that may be absent, in a directory that changes all the time -> its looks before.
    loose: Mapping[str, Mark]
    #: The environment variables that the import of the pipeline asked for.
    variables: Iterable[str]
    #: The full names of modules that were looked for and not found.
    absent: Iterable[str]


class Certificate:
    """Collects what an answer rests on; what it is told of may be there or not."""

    def __init__(self, root: Path, began_ns: int) -> None:
        self._root = str(root)
        #: Nothing that has changed since may be certified.
        self._latest = began_ns - TICK_NS
        self.marks: dict[str, Mark] = {}
        self._absent: set[str] = set()
        self.variables: set[str] = set()

    def add(self, path: str) -> None:
        """Certify a file or a directory by its looks, its absence by those of its parent.

        What appears in a directory changes that.
        """
        while path not in self.marks and path not in self._absent:
            found = mark(path)
            if found is None:
                self._absent.add(path)
                path = os.path.dirname(path)  # noqa: PTH120 - some thousands of them
            elif max(found[0], found[3]) > self._latest:
                raise _Doubt(path)
            else:
                self.marks[path] = found

    def add_loose(self, path: str, known: Mark) -> None:
        """Certify a file, or that there is none, if it still looks as it did."""
        if mark(path) != known:
            raise _Doubt(path)
        self.marks[path] = known

    def add_tree(self, path: str) -> None:
        """Certify an artifact, with all that lies in it."""
        self.add(path)
        if not os.path.isdir(path):  # noqa: PTH112 - as above
            return
        for directory, directories, files in os.walk(path):
            for name in (*directories, *files):
                self.add(f"{directory}/{name}")

    def add_module(self, name: str) -> None:
        """Certify all the places where a module of this name may lie, or may not."""
        parts = name.replace(".", "/")
        for entry in {*sys.path, self._root}:
            self.add(f"{entry or self._root}/{parts}")
            self.add(f"{entry or self._root}/{parts}.py")

    def add_environment(self) -> None:
        """Certify what is installed: the directories that Python looks for modules in."""
        for entry in sys.path:
            self.add(entry or self._root)
            if os.path.isdir(entry):  # noqa: PTH112 - as above
                for file in Path(entry).glob("*.pth"):
                    self.add(str(file))

    def add_pivot(self) -> None:
        """Certify what decides: another Pivot may decide otherwise."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name.partition(".")[0] == "pivot" and file:
                self.add(file)

    def add_facts(self, keys: Iterable[str]) -> None:
        """Certify what a stage depends on without declaring it, by the keys in its lock."""
        for key in keys:
            kind, _, name = key.partition(":")
            if kind in {"file", "list", "look"}:
                self.add(f"{self._root}/{name}")
            elif kind == "env":
                self.variables.add(name)
            elif kind == "import":
                self.add_module(name)

    def write(self, file: Path, question: Question) -> None:
        """Write the snapshot; raise `StorageError`."""
        arguments, answer = question.arguments, question.answer
        data = encode(self._root, arguments, answer, self.marks, sorted(self.variables))
        write_atomically(file, data)


def certify(
    workspace: Workspace,
    stages: Iterable[tuple[Stage, Iterable[str]]],
    origin: Origin,
    question: Question,
    began_ns: int,
) -> bool:
    """Write a snapshot for the next time that this is asked; give False if there is any doubt.

    The stages, each with the keys of the facts in its lock, were found unchanged by a run that
    began at `began_ns`, before it looked at anything.
    """
    certificate = Certificate(workspace.root, began_ns)
    try:
        _collect(certificate, workspace, stages, origin)
        certificate.write(workspace.layout.dot / FILE, question)
    except (_Doubt, PivotError, OSError):
        return False  # there is the full pass
    return True


def _collect(
    certificate: Certificate,
    workspace: Workspace,
    stages: Iterable[tuple[Stage, Iterable[str]]],
    origin: Origin,
) -> None:
    root = str(workspace.root)
    certificate.variables.update(origin.variables)
    certificate.add(root)
    for name in _SETTINGS:
        certificate.add(f"{root}/{name}")
    for path, known in origin.loose.items():
        certificate.add_loose(path, known)
    certificate.add(str(workspace.layout.stages))
    certificate.add_environment()
    certificate.add_pivot()
    for path in origin.paths:
        certificate.add(path)
        certificate.add(os.path.dirname(path))  # noqa: PTH120 - as above
    for name in origin.absent:
        certificate.add_module(name)
    for stage, facts in stages:
        certificate.add(str(workspace.layout.lock_file(stage.name)))
        certificate.add_facts(facts)
        for artifact in (*stage.deps, *stage.outs):
            certificate.add_tree(f"{root}/{artifact.path.rstrip('/')}")
