"""Whose code is it? The answer decides whether it's followed, or stands for itself by a version.

- *project* code (None): followed symbol by symbol. Its own files, whatever was installed editable
  or from a directory, and loose files that no distribution claims.
- the *standard library*: one version for all, `python:python = 3.13`.
- a *distribution*: `dist:pandas = 2.2.3`. Pivot is one too, even when it is installed editable.

Example: `Origins(root).of_module("pandas")` is `Origin("dist", "pandas", "2.2.3")`. Tests:
tests/fingerprint/test_origins.py.
"""

from __future__ import annotations

import functools
import importlib.machinery
import os
import sys
import sysconfig
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

import pivot
from pivot.fingerprint.distributions import Distributions
from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.kinds import is_a
from pivot.frozen import frozen
from pivot.paths import is_real_project_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_PIVOT_DIRECTORY = f"{Path(__file__).resolve().parent.parent}{os.sep}"


@frozen
class Origin:
    """Code of others, as it appears in a manifest."""

    #: "python" or "dist".
    kind: str
    name: str
    version: str


PYTHON = Origin("python", "python", PYTHON_VERSION)


@frozen
class Found:
    """A module that was looked up without importing it."""

    name: str
    #: None for a namespace package, an extension without a file, or a built-in.
    file: str | None
    #: The directories of a package.
    directories: tuple[str, ...] | None


class Origins:
    """Tells the origin of files, modules and objects; remembers each answer."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real_root = os.path.realpath(root)
        self._distributions = Distributions()
        self._directories: dict[str, str] = {}
        self._files: dict[str, Origin | None] = {}
        self._modules: dict[str, Origin | None] = {}
        #: Identity of a class -> its origin, and the class itself, so that it stays.
        self._classes: dict[int, tuple[Origin | None, type]] = {}
        self._finds: dict[str, Found | None] = {}

    def of_file(self, file: str) -> Origin | None:
        """Give the origin of code by the file it was compiled from."""
        if file not in self._files:
            self._files[file] = self._of_file(file)
        return self._files[file]

    def of_module(self, name: str) -> Origin | None:
        """Give the origin of a module by its full name, imported or not."""
        if name not in self._modules:
            self._modules[name] = self._of_module(name)
        return self._modules[name]

    def of_class(self, cls: type) -> Origin | None:
        """Give the origin of a class."""
        known = self._classes.get(identity_of(cls))
        if known is None:
            known = self._classes[identity_of(cls)] = self._of_class(cls), cls
        return known[0]

    @property
    def absent(self) -> list[str]:
        """The full names of the modules that were looked for and not found."""
        return [name for name, found in self._finds.items() if found is None]

    def find(self, name: str) -> Found | None:
        """Find a module as an import would, without importing anything."""
        if name not in self._finds:
            self._finds[name] = self._find(name)
        return self._finds[name]

    def _of_file(self, file: str) -> Origin | None:
        if file.startswith("<frozen "):
            return PYTHON
        real = self._real(file)
        if real.startswith(_PIVOT_DIRECTORY):
            return Origin("dist", "pivot", pivot.__version__)
        if is_real_project_file(self._real_root, real):
            return None
        # An installer may link files into the site directory from elsewhere.
        installed = next((path for path in (file, real) if _in_site(path)), None)
        if installed:
            found = self._distributions.of_file(Path(installed))
            return Origin("dist", found.name, found.version) if found and not found.local else None
        return PYTHON if real.startswith(_library_directories()) else None

    def _real(self, file: str) -> str:
        """Give where a file really lies: most of the way is that of its neighbours."""
        directory, name = os.path.split(file)
        if os.path.islink(file) or name in {os.curdir, os.pardir, ""}:  # noqa: PTH114 - hot path
            return os.path.realpath(file)
        if directory not in self._directories:
            self._directories[directory] = os.path.realpath(directory)
        return os.path.join(self._directories[directory], name)  # noqa: PTH118 - hot path

    def _of_class(self, cls: type) -> Origin | None:
        name = module_of(cls)
        module = sys.modules.get(name)
        origin = self.of_module(name) if module else None
        known = origin is not None or (module is not None and module_file(module) is not None)
        if module and known and stands_at(cls, vars(module), cls.__qualname__):
            return origin
        # A class may claim any module as its own, and a script that was run by path is in none:
        # its methods tell where it was written.
        for value in vars(cls).values():
            if is_a(value, FunctionType) and not value.__code__.co_filename.startswith("<"):
                return self.of_file(value.__code__.co_filename)
        # What was not written in Python came with some library's binary.
        return origin if known or "__firstlineno__" in vars(cls) else PYTHON

    def _of_module(self, name: str) -> Origin | None:
        module = sys.modules.get(name)
        file = module_file(module) if module else getattr(self.find(name), "file", None)
        if file:
            return self.of_file(file)
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in sys.builtin_module_names:
            return PYTHON
        for directory in getattr(module, "__path__", ()):
            return self.of_file(os.path.join(directory, "__init__.py"))  # noqa: PTH118 - text only
        return None

    def _find(self, name: str) -> Found | None:
        parent, _, _ = name.rpartition(".")
        path: Iterable[str] | None = None
        if parent:
            module = sys.modules.get(parent)
            found = None if module else self.find(parent)
            path = getattr(module, "__path__", None) if module else found and found.directories
            if path is None:
                return None
        spec = _spec(name, None if path is None else list(path), self.root)
        if spec is None:
            return None
        directories = spec.submodule_search_locations
        file = spec.origin if spec.has_location else None
        return Found(name, file, None if directories is None else tuple(directories))


def stands_at(value: object, namespace: Mapping[str, object], qualname: str) -> bool:
    """Say whether following a qualified name from a module's globals leads to the value."""
    first, *rest = qualname.split(".")
    found = namespace.get(first)
    for name in rest:
        if not is_a(found, type):
            return False
        found = vars(found).get(name)
    return found is value


def module_of(cls: type) -> str:
    """Give the module that a class claims; some compiled ones have another kind of attribute."""
    name: object = cls.__module__
    return name if isinstance(name, str) else "?"


def module_file(module: ModuleType) -> str | None:
    """Give the source file of a module, without running its `__getattr__`."""
    file = vars(module).get("__file__")
    return file if isinstance(file, str) else None


def _spec(name: str, path: list[str] | None, root: Path) -> importlib.machinery.ModuleSpec | None:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        try:
            spec = find(name, path) if find else None
        except Exception:  # noqa: BLE001 - other people's import hooks: one that fails finds nothing
            spec = None
        if spec is not None:
            return spec
    if path is None:
        # The project's own modules, should the root not be on `sys.path` at the moment.
        return importlib.machinery.PathFinder.find_spec(name, [str(root)])
    return None


@functools.cache
def _site_directories() -> tuple[str, ...]:
    return _real_directories("purelib", "platlib")


@functools.cache
def _library_directories() -> tuple[str, ...]:
    return _real_directories("stdlib", "platstdlib")


def _real_directories(*names: str) -> tuple[str, ...]:
    return tuple({os.path.realpath(sysconfig.get_path(name)) + os.sep for name in names})


def _in_site(file: str) -> bool:
    return file.startswith(_site_directories()) or any(
        f"{os.sep}{name}{os.sep}" in file for name in ("site-packages", "dist-packages")
    )
