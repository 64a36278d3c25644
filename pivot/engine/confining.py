"""What each stage of a strict run may read and write: what it declares, and the project's code.

Beside these, what the import of the pipeline read, which counts as code too, and what the project's
`.pivotignore` says doesn't count. Tests: tests/engine/test_confining.py.
"""

from __future__ import annotations

import os
from importlib.machinery import all_suffixes
from typing import TYPE_CHECKING

from pivot.confinement import Confinement, require
from pivot.paths import PARAMS_FILE, STAGE_FILE
from pivot.shell import Command
from pivot.store.ignore import IGNORE_FILE, Ignore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pivot.engine.judge import Verdict
    from pivot.engine.workspace import Workspace
    from pivot.stage import Stage

#: What Pivot itself reads in a worker: settings, parameters and the stages that files declare.
_OWN = (IGNORE_FILE, PARAMS_FILE, STAGE_FILE, "pyproject.toml", ".pivot/config.yaml")
_BYTECODE = "__pycache__"
_SUFFIXES = tuple(all_suffixes())
#: What holds the code of others; an environment is known by its `pyvenv.cfg`.
_FOREIGN = frozenset({"site-packages", "dist-packages", "node_modules"})


class Confiner:
    """Says of each stage of one run how it is confined; looks at the project once."""

    def __init__(
        self, workspace: Workspace, stages: Iterable[Stage], sources: Iterable[str]
    ) -> None:
        """Take the stages of the whole pipeline, and the files that it came from, absolute.

        Raises `UnavailableError` if this system can't confine.
        """
        require()
        self._root = os.path.realpath(workspace.root)
        base = f"{self._root}{os.sep}"
        self._read = [*_OWN]
        self._read += [file.removeprefix(base) for file in sources if file.startswith(base)]
        #: What may be there or not, and hold whatever it likes.
        self._free: list[str] = []
        self._ignores = Ignore(workspace.root)
        self._artifacts = {one.path.rstrip("/") for s in stages for one in (*s.deps, *s.outs)}
        self._look_through("")

    def __call__(self, stage: Stage, verdict: Verdict) -> Confinement:
        """Give the confinement of a stage that is going to run."""
        lock = verdict.past.lock
        known = {record.name: record.content for record in lock.outs} if lock else {}
        directories = {
            out.path
            for out in stage.outs
            if out.path.endswith("/") or (out.name in known and known[out.name].directory)
        }
        reads = [dep.path for dep in stage.deps]
        if isinstance(stage.function, Command):
            reads += stage.function.files
        return Confinement(
            root=self._root,
            reads=(*reads, *self._read),
            files=tuple(out.path for out in stage.outs if out.path not in directories),
            directories=tuple(directories),
            free=tuple(self._free),
        )

    def _look_through(self, directory: str) -> None:
        """Find the code below a directory, and what is ignored."""
        try:
            with os.scandir(os.path.join(self._root, directory)) as entries:  # noqa: PTH118 - text only
                found = [(one.name, one.is_dir(follow_symlinks=False)) for one in entries]
        except OSError:
            return  # what can't be listed can't be imported
        names = {name for name, _ in found}
        if directory and ("pyvenv.cfg" in names or os.path.basename(directory) in _FOREIGN):  # noqa: PTH119 - text only
            return
        for name, is_directory in found:
            path = f"{directory}/{name}" if directory else name
            if name == ".pivot" or path in self._artifacts:
                continue
            if self._ignores(path, directory=is_directory):
                self._free.append(path)
            elif name == _BYTECODE or (not is_directory and name.endswith(_SUFFIXES)):
                self._read.append(path)
            elif is_directory and not name.startswith("."):
                self._look_through(path)
