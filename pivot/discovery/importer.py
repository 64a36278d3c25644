"""How project modules are imported: by content, and afresh.

CPython takes a `.pyc` for current when the source's size and whole-second time agree, so two edits
of one size within a second would run old code. `ProjectImporter` stands before the normal path
finder and gives project modules a loader that uses bytecode only when it was made from these very
bytes (PEP 552 hash-based files). While it is installed no module of another project answers to a
name of this one: those of finished sessions are forgotten, those of the host application and of a
session around this one stand aside and come back. Tests: tests/discovery/test_importer.py.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import marshal
import os
import sys
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, override

from pivot.paths import is_project_file
from pivot.store.content import Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import ModuleType

# PEP 552: a hash-based .pyc that must be compared with its source before it is used.
_CHECKED_HASH = (0b11).to_bytes(4, "little")
_HEADER = 16

#: The name under which `pipeline.py` is imported.
PIPELINE_MODULE = "pipeline"
_NEVER_ASIDE = frozenset({"__main__", "pivot"})
_ANYWHERE = Path("/")


class ContentLoader(importlib.machinery.SourceFileLoader):
    """Loads a source file whose bytecode counts only if it was made from the same bytes."""

    def __init__(self, fullname: str, path: str, sources: dict[str, Signature]) -> None:
        super().__init__(fullname, path)
        self._sources = sources
        #: The hash of the bytes that were imported, and the code that was made of them.
        self.source_hash: bytes | None = None
        self.code: CodeType | None = None

    @override
    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        signature = Signature.of(os.stat(path))  # noqa: PTH116 - import is a hot path
        source = self.get_data(path)
        self._sources[path] = signature
        source_hash = importlib.util.source_hash(source)
        header = importlib.util.MAGIC_NUMBER + _CHECKED_HASH + source_hash
        cached = importlib.util.cache_from_source(path)
        code = _read_bytecode(cached, header)
        if code is None:
            code = self.source_to_code(source, path)
            if not sys.dont_write_bytecode:
                _write_bytecode(cached, header + marshal.dumps(code))
        self.source_hash, self.code = source_hash, code
        return code


def _read_bytecode(cached: str, header: bytes) -> CodeType | None:
    try:
        data = Path(cached).read_bytes()
        code = marshal.loads(memoryview(data)[_HEADER:]) if data[:_HEADER] == header else None  # noqa: S302 - our own bytecode, bound to its source
    except (OSError, EOFError, ValueError, TypeError):
        return None
    # The file name is baked in; a moved project must not show the old place in tracebacks.
    sound = isinstance(code, CodeType) and _same_place(code.co_filename, cached)
    return code if sound else None


def _same_place(source: str, cached: str) -> bool:
    return importlib.util.cache_from_source(source) == cached


def _write_bytecode(cached: str, data: bytes) -> None:
    # Bytecode is an optimisation: where it can't be written, nothing is lost but time.
    with contextlib.suppress(OSError):
        directory = Path(cached).parent
        directory.mkdir(parents=True, exist_ok=True)
        import tempfile  # only who has something to compile needs it

        descriptor, temporary = tempfile.mkstemp(dir=directory)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(cached)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


#: The importers that are installed; what is loaded by its path (`spec_from_file_location`) is
#: loaded without a finder, by the loader that Python itself takes.
_by_path: list[ProjectImporter] = []
_plain: Any = importlib.machinery.SourceFileLoader.get_code


def _get_code(self: Any, fullname: str) -> CodeType | None:
    """Take the place of `SourceFileLoader.get_code`: files of a project are compared by content."""
    if type(self) is importlib.machinery.SourceFileLoader:
        path = self.get_filename(fullname)
        for importer in reversed(_by_path):
            if is_project_file(importer.root, path):
                return ContentLoader(fullname, path, importer.sources).get_code(fullname)
    return _plain(self, fullname)


class ProjectImporter:
    """A finder for `sys.meta_path` that takes care of one project's modules."""

    def __init__(self, root: Path) -> None:
        self.root = root
        #: Absolute path of every project source that was imported -> how it looked to `stat`.
        self.sources: dict[str, Signature] = {}
        #: Modules of others that would answer to the project's names; they come back at the end.
        self._aside: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find what the path finder finds; project sources get the content-comparing loader."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None:
            return None
        if isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            if is_project_file(self.root, spec.loader.path):
                spec.loader = ContentLoader(fullname, spec.loader.path, self.sources)
                spec.loader_state = self
                spec.cached = None
        elif spec.loader is None and self._holds_all(spec.submodule_search_locations or ()):
            spec.loader_state = self  # a namespace package
        return spec

    def _holds_all(self, directories: Iterable[str]) -> bool:
        return all(is_project_file(self.root, directory) for directory in directories)

    def install(self) -> None:
        """Begin: clear the project's names of other modules, put the root on the path."""
        _invalidate_caches()
        self._clear_names()
        finders: list[Any] = sys.meta_path
        position = next(
            (n for n, f in enumerate(finders) if f is importlib.machinery.PathFinder), len(finders)
        )
        finders.insert(position, self)
        sys.path.insert(0, str(self.root))
        _by_path.append(self)
        importlib.machinery.SourceFileLoader.get_code = _get_code

    def _clear_names(self) -> None:
        own = {entry.name.removesuffix(".py") for entry in os.scandir(self.root)}
        loaded = {name for name in own if name in sys.modules}
        foreign = {name for name in loaded if self._is_foreign(name)}
        for name, module in list(sys.modules.items()):
            importer = owner(module)
            if importer is not None or name.partition(".")[0] in foreign:
                del sys.modules[name]
                if importer is None or importer in sys.meta_path:
                    self._aside[name] = module

    def _is_foreign(self, name: str) -> bool:
        """Whether a loaded module is somebody's own code, of another place than this project.

        What is installed stays: it can't be imported twice, and Pivot itself may be using it.
        """
        file = getattr(sys.modules[name], "__file__", None)
        if name == PIPELINE_MODULE:
            return True  # it is always imported afresh
        if file is None or name in _NEVER_ASIDE:
            return False
        return is_project_file(_ANYWHERE, file) and not is_project_file(self.root, file)

    def install_afresh(self) -> None:
        """Forget what was imported from the project, so that it is imported as it is now."""
        self.remove()
        self.sources.clear()
        self.install()

    def remove(self) -> None:
        """End: the project's names are the host's again; what was imported lives on unnamed."""
        finders: list[Any] = sys.meta_path
        with contextlib.suppress(ValueError):
            _by_path.remove(self)
        if not _by_path:
            importlib.machinery.SourceFileLoader.get_code = _plain
        with contextlib.suppress(ValueError):
            finders.remove(self)
        with contextlib.suppress(ValueError):
            sys.path.remove(str(self.root))
        for name, module in list(sys.modules.items()):
            if owner(module) is self:
                del sys.modules[name]
        sys.modules.update(self._aside)
        self._aside.clear()


def _invalidate_caches() -> None:
    """Let all finders look again, as `importlib.invalidate_caches` does.

    Without the import of `importlib.metadata`, that is, which that one brings.
    """
    for finder in [*sys.meta_path, *sys.path_importer_cache.values()]:
        if finder is not importlib.machinery.PathFinder and hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
    metadata = sys.modules.get("importlib.metadata")
    if metadata is not None:
        metadata.MetadataPathFinder.invalidate_caches()


def owner(module: ModuleType) -> ProjectImporter | None:
    """Give the importer that found a module, if one did."""
    state = getattr(getattr(module, "__spec__", None), "loader_state", None)
    return state if isinstance(state, ProjectImporter) else None


def forget(names: Iterable[str]) -> dict[str, Signature]:
    """Forget those of these modules that are the project's, so that they are imported afresh.

    Gives the sources that they were read from, and what those looked like.
    """
    sources: dict[str, Signature] = {}
    for name in names:
        module = sys.modules[name]
        importer = owner(module)
        if importer is None:
            continue
        file = getattr(module, "__file__", None)
        if file in importer.sources:
            sources[file] = importer.sources.pop(file)
        del sys.modules[name]
        package, _, own = name.rpartition(".")
        parent = sys.modules.get(package)
        if parent is not None and vars(parent).get(own) is module:
            delattr(parent, own)
    return sources


@contextlib.contextmanager
def importing(root: Path) -> Iterator[ProjectImporter]:
    """Let the project's modules be imported, by content, for the time of the context."""
    importer = ProjectImporter(root)
    importer.install()
    try:
        yield importer
    finally:
        importer.remove()
