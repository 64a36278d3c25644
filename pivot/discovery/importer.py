"""How project modules are imported: by content, and afresh.

CPython takes a `.pyc` for current when the source's size and whole-second time agree, so two edits
of one size within a second would run old code. `ProjectImporter` stands before the normal path
finder and gives project modules a loader that uses bytecode only when it was made from these very
bytes (PEP 552 hash-based files). Modules that it loaded are forgotten when a later session begins,
so that a process that lives on imports what is on disk now. Tests: tests/discovery/.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import marshal
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, override

from pivot.paths import is_project_file
from pivot.store.content import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType

# PEP 552: a hash-based .pyc that must be compared with its source before it is used.
_CHECKED_HASH = (0b11).to_bytes(4, "little")
_HEADER = 16


class ContentLoader(importlib.machinery.SourceFileLoader):
    """Loads a source file whose bytecode counts only if it was made from the same bytes."""

    def __init__(self, fullname: str, path: str, sources: dict[str, Signature]) -> None:
        super().__init__(fullname, path)
        self._sources = sources

    @override
    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        signature = Signature.of(os.stat(path))  # noqa: PTH116 - import is a hot path
        source = self.get_data(path)
        self._sources[path] = signature
        header = importlib.util.MAGIC_NUMBER + _CHECKED_HASH + importlib.util.source_hash(source)
        cached = importlib.util.cache_from_source(path)
        code = _read_bytecode(cached, header)
        if code is None:
            code = self.source_to_code(source, path)
            if not sys.dont_write_bytecode:
                _write_bytecode(cached, header + marshal.dumps(code))
        return code


def _read_bytecode(cached: str, header: bytes) -> CodeType | None:
    try:
        data = Path(cached).read_bytes()
        code = marshal.loads(memoryview(data)[_HEADER:]) if data[:_HEADER] == header else None  # noqa: S302 - our own bytecode, bound to its source
    except (OSError, EOFError, ValueError, TypeError):
        return None
    # The file name is baked in; a moved project must not show the old place in tracebacks.
    return code if code is not None and _same_place(code.co_filename, cached) else None


def _same_place(source: str, cached: str) -> bool:
    return importlib.util.cache_from_source(source) == cached


def _write_bytecode(cached: str, data: bytes) -> None:
    # Bytecode is an optimisation: where it can't be written, nothing is lost but time.
    with contextlib.suppress(OSError):
        directory = Path(cached).parent
        directory.mkdir(exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=directory)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(cached)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


class ProjectImporter:
    """A finder for `sys.meta_path` that takes care of one project's modules."""

    def __init__(self, root: Path) -> None:
        self.root = root
        #: Absolute path of every project source that was imported -> how it looked to `stat`.
        self.sources: dict[str, Signature] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find what the path finder finds; project sources get the content-comparing loader."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return spec
        if is_project_file(self.root, spec.loader.path):
            spec.loader = ContentLoader(fullname, spec.loader.path, self.sources)
            spec.cached = None
        return spec

    def install(self) -> None:
        """Begin: forget project modules of earlier sessions, put the root on the path."""
        forget_project_modules()
        importlib.invalidate_caches()
        finders: list[Any] = sys.meta_path
        position = next(
            (n for n, f in enumerate(finders) if f is importlib.machinery.PathFinder), len(finders)
        )
        finders.insert(position, self)
        sys.path.insert(0, str(self.root))

    def stale(self) -> bool:
        """Whether a source that was imported is no longer what it was."""
        return any(_signature(path) != known for path, known in self.sources.items())

    def install_afresh(self) -> None:
        """Forget what was imported from the project, so that it is imported as it is now."""
        self.remove()
        self.sources.clear()
        self.install()

    def remove(self) -> None:
        """End: modules stay loaded, but nothing new is imported from the project."""
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self)  # pyright: ignore[reportArgumentType] - a finder by duck type
        with contextlib.suppress(ValueError):
            sys.path.remove(str(self.root))


def _signature(path: str) -> Signature | None:
    try:
        return Signature.of(os.stat(path))  # noqa: PTH116 - asked before every task
    except OSError:
        return None


def forget_project_modules() -> None:
    """Drop the modules that a `ContentLoader` loaded from `sys.modules`."""
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if isinstance(getattr(spec, "loader", None), ContentLoader):
            del sys.modules[name]


@contextlib.contextmanager
def importing(root: Path) -> Iterator[ProjectImporter]:
    """Let the project's modules be imported, by content, for the time of the context."""
    importer = ProjectImporter(root)
    importer.install()
    try:
        yield importer
    finally:
        importer.remove()
