"""What does a Python script import, without being imported? Files of the project, and others' code.

A script runs in a process of its own, where its directory comes first on `sys.path`: its imports
are looked for there, and then in the project's root. A file counts as a whole, by its normalised
source, with all that it imports anywhere in it. What is found in neither place is code of others,
and counts by its version. Example: `python src/train.py` with `import features` in it leads to
`src/features.py`. Tests: tests/fingerprint/test_scripts.py.
"""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pivot.fingerprint.nodes import OriginNode, ScriptNode
from pivot.fingerprint.unloaded import absolute
from pivot.shell import Script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.fingerprint.nodes import Node
    from pivot.fingerprint.origins import Origins
    from pivot.fingerprint.sources import SourceFile


class Scripts:
    """Finds what scripts import."""

    def __init__(self, root: Path, origins: Origins) -> None:
        self._root = root
        self._origins = origins
        #: Absolute paths where something was looked for and not found.
        self.missed: dict[str, None] = {}

    def imported(self, script: Script, source: SourceFile) -> Iterator[Node]:
        """Give the files of the project, and the code of others, that a file imports."""
        namespace = self._names(script)
        local = [use for use in source.whole.uses if use.imported]
        for use in (*source.imports, *local):
            name = absolute(use, namespace)
            if name:
                yield from self._follow((*name.split("."), *use.path), script.base)

    def _names(self, script: Script) -> dict[str, object]:
        """Give what a file believes to be called, as far as imports need it."""
        path = PurePosixPath(script.path).with_suffix("")
        base = script.base if path.is_relative_to(script.base) else "."
        *parents, last = path.relative_to(base).parts
        name = ".".join(parents if last == "__init__" else (*parents, last))
        return {"__name__": name, "__package__": ".".join(parents)}

    def _follow(self, parts: tuple[str, ...], base: str) -> Iterator[Node]:
        """Give the modules that a chain of names goes through."""
        for place in dict.fromkeys((base, ".")):
            files = [*self._modules(parts, place)]
            if files:
                yield from (ScriptNode.of(Script(file, base)) for file in files)
                return
        origin = self._origins.of_module(parts[0])
        if origin is not None:
            yield OriginNode.of(origin)

    def _modules(self, parts: tuple[str, ...], place: str) -> Iterator[str]:
        path = "" if place == "." else place
        for part in parts:
            if not part.isidentifier():
                return
            path = os.path.join(path, part)  # noqa: PTH118 - text only
            if self._is_file(f"{path}.py"):
                yield f"{path}.py"
                return
            if self._is_file(f"{path}/__init__.py"):
                yield f"{path}/__init__.py"
            elif not (self._root / path).is_dir():
                return

    def _is_file(self, path: str) -> bool:
        place = self._root / path
        if place.is_file():
            return True
        self.missed[str(place)] = None
        return False
