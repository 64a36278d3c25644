"""What a stage may not do in a subinterpreter, and the error that says so.

A *subinterpreter* has modules and memory of its own, but one process with all others. There, code
can't load extension modules that are made for one interpreter, nor change what is the process's and
so also that of stages that run at the same time: the working directory, the environment. `impose`
has both refused where it's called, for good, and `broken` finds the refusal in what came of it,
since libraries wrap it into errors of their own. Example::

    impose()
    try:
        import numpy
    except ImportError as error:
        broken(error)  # numpy._core._multiarray_umath can't be loaded in a subinterpreter...

What does not ask Python (C code that calls `chdir`) is not seen. Tests: tests/executors/.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from importlib.machinery import BuiltinImporter, ExtensionFileLoader, ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.errors import PivotError
from pivot.paths import is_project_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_REMEDY = "run it in worker processes: --executor loky"
#: What Python, PyO3, Cython and numpy say of a module that another interpreter has, or may have.
_REFUSALS = re.compile("interpreter|once per process", re.IGNORECASE)
# Kept from before anything wraps it to see what a stage looks for.
_stat = os.stat
_ANYWHERE = Path("/")


class SubinterpreterError(PivotError):
    """A stage does something that it can't do in a subinterpreter."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint=_REMEDY)


# An ImportError, so that whoever has another way without the module goes it.
class UnloadableModuleError(SubinterpreterError, ImportError):
    """An extension module is made for one interpreter in a process."""


class SharedStateError(SubinterpreterError):
    """A stage changes what belongs to all stages that run in the process."""


def impose() -> None:
    """Refuse all that from now on, in the interpreter that this is called in."""
    for name in ("create_module", "exec_module"):
        setattr(ExtensionFileLoader, name, _refusing(getattr(ExtensionFileLoader, name)))
        setattr(BuiltinImporter, name, staticmethod(_refusing(getattr(BuiltinImporter, name))))
    sys.addaudithook(_hook)


def broken(error: BaseException) -> SubinterpreterError | None:
    """Give the limit behind an error: itself, or what led to it."""
    return next((one for one in chain(error) if isinstance(one, SubinterpreterError)), None)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what led to it, from the last to the first."""
    cursor: BaseException | None = error
    seen: set[int] = set()
    while cursor is not None and id(cursor) not in seen:
        yield cursor
        seen.add(id(cursor))
        cursor = cursor.__cause__ or (None if cursor.__suppress_context__ else cursor.__context__)


def _refusing(original: Callable[..., Any]) -> Callable[..., Any]:
    """Give a loader's method that says so, when Python or the module itself refuses to load it."""

    @functools.wraps(original)
    def load(*arguments: Any) -> Any:
        try:
            return original(*arguments)
        except UnloadableModuleError:
            raise  # of another module, which this one imports
        except ImportError as error:
            # A library that is missing, say, is so everywhere.
            if not _REFUSALS.search(str(error)):
                raise
            what = arguments[-1]
            name = what.name if isinstance(what, ModuleSpec) else what.__name__
            raise UnloadableModuleError(
                f"{name} can't be loaded in a subinterpreter: it's an extension module that "
                "is made for one interpreter in a process"
            ) from error

    return load


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    match event:
        case "os.chdir":
            if not _is_here(*arguments):
                raise SharedStateError(
                    "it changes the working directory, which is also that of other stages: in "
                    "a subinterpreter, there's one for the whole process"
                )
        case "os.putenv":
            name, value = arguments
            if _environment().get(name) != value and not _is_import_of_a_library():
                raise _is_shared(name)
        case "os.unsetenv":
            (name,) = arguments
            if name in _environment() and not _is_import_of_a_library():
                raise _is_shared(name)
        case _:
            pass


def _is_here(directory: Any) -> bool:
    try:
        return os.path.samestat(_stat(directory), _stat(os.curdir))
    except (OSError, TypeError, ValueError):
        return True  # it fails by itself


def _environment() -> dict[bytes, bytes]:
    environ: Any = os.environ
    return environ._data  # noqa: SLF001 - asking in the normal way would count as the stage's asking


def _is_import_of_a_library() -> bool:
    """Whether a library sets something for itself when it's imported, the same for every stage."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the way to one's callers
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return True
        if file.startswith(os.sep) and is_project_file(_ANYWHERE, file):
            return False
        frame = frame.f_back
    return False


def _is_shared(name: bytes) -> SharedStateError:
    return SharedStateError(
        f"it changes the environment variable {os.fsdecode(name)}, which is also that of other "
        "stages: in a subinterpreter, there's one environment for the whole process"
    )
