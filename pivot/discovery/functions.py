"""The functions that `pivot.yaml` names: `steps:train` is `train` in the module `steps`.

Modules are imported like any other of the project's; what goes wrong is an error at the line of the
import path. Tests: tests/discovery/test_declaring.py.
"""

from __future__ import annotations

import importlib
import reprlib
from typing import TYPE_CHECKING, Any

from pivot.errors import DefinitionError, PivotError, Place
from pivot.stage_def import param_errors
from pivot.stage_def.models import validation_errors
from pivot.suggestions import suggestion
from pivot.tracebacks import innermost_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pivot.discovery.stage_file import Entry
    from pivot.discovery.yaml_file import YamlFile

_NOT_MODULES = ("__init__", "conftest")


class Functions:
    """Finds functions by their import paths."""

    def __init__(self, root: Path, file: YamlFile) -> None:
        self._root = root
        self._file = file
        #: The modules that could be imported, in the order of the file.
        self.modules: dict[str, None] = {}
        self._broken: dict[str, PivotError] = {}

    def find(self, entry: Entry) -> Any:
        """Give the function of an entry, or None if there is none: then that has been told."""
        path, _, name = entry.function.text.partition(":")
        module = self._import(entry, path)
        if module is None:
            return None
        try:
            found = getattr(module, name)
        except AttributeError:
            known = [key for key, value in vars(module).items() if _is_offered(key, value)]
            hint = suggestion(name, known, "functions")
            self._complain(entry, f"the module {path!r} has no {name!r}", hint)
            return None
        if callable(found) and not isinstance(found, type):
            return found
        what = "a class" if isinstance(found, type) else reprlib.repr(found)
        self._complain(entry, f"{entry.function.text!r} is {what}, and not a function")
        return None

    def _complain(self, entry: Entry, message: str, hint: str | None = None) -> None:
        line = entry.function.line
        self._file.complain(f"stage {entry.name!r}: {message}", line, hint)

    def _import(self, entry: Entry, path: str) -> Any:
        if path in self._broken:  # that has been told where it was named first
            return None
        try:
            module = importlib.import_module(path)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a module may raise anything, SystemExit too
            self._broken[path] = self._refused(entry, path, error)
            self._file.errors.append(self._broken[path])
            return None
        self.modules[path] = None
        return module

    def _refused(self, entry: Entry, path: str, error: BaseException) -> PivotError:
        """Say why a module can't be imported: at its own place if Pivot knows what is wrong."""
        where = Place(self._file.name, entry.function.line)
        about = f"stage {entry.name!r}: "
        if isinstance(error, PivotError):
            error.where = error.where or innermost_place(error, self._root) or where
            return error
        if isinstance(error, ModuleNotFoundError) and _is_of(error.name, path):
            hint = suggestion(path, _project_modules(self._root), "modules of the project")
            message = f"{about}there is no module {error.name!r}"
            return DefinitionError(message, where=where, hint=hint)
        reason = f"{type(error).__name__}{f': {error}' if str(error) else ''}"
        if isinstance(error, validation_errors()):
            reason = "; ".join(problem.message for problem in param_errors(error))
        raised = innermost_place(error, self._root)
        hint = f"raised at {raised}" if raised else None
        message = f"{about}the module {path!r} can't be imported: {reason}"
        return DefinitionError(message, where=where, hint=hint)


def _is_of(missing: str | None, path: str) -> bool:
    """Whether what was not found is the module itself, or a package around it."""
    return missing is not None and f"{path}.".startswith(f"{missing}.")


def _is_offered(name: str, value: object) -> bool:
    return callable(value) and not isinstance(value, type) and not name.startswith("_")


def _project_modules(root: Path) -> Iterable[str]:
    """Give the modules and packages that lie at the top of the project."""
    found = {file.stem for file in root.glob("*.py")}
    found |= {file.parent.name for file in root.glob("*/__init__.py")}
    return sorted(found.difference(_NOT_MODULES))
