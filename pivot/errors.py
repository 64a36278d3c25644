"""What can go wrong, as one tree of exceptions under `PivotError`.

An error says *what* is wrong (`message`), *where* (`where`: a file and a line, if there is one) and
*how to mend it* (`hint`). The types and their fields are API; the wording is not. Every error can
be pickled, so that a worker process can send it home. Example::

    raise DefinitionError("two stages write 'model.pkl'", where=Place("pipeline.py", 12),
                          hint="give one of them another path")

Floors above define their own, more special, subclasses beside the code that raises them.
Tests: tests/test_errors.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Place:
    """A line of a file, as a person would look it up."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class PivotError(Exception):
    """The root of every error that Pivot raises on purpose."""

    #: What `pivot` exits with when this error ends a command: 2 for usage or configuration.
    exit_status: ClassVar[int] = 2

    def __init__(
        self, message: str, *, where: Place | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call the class with `args` alone and so lose keyword-only fields.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[PivotError], args: tuple[Any, ...], fields: dict[str, Any]) -> PivotError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class UsageError(PivotError):
    """A command or a call was asked for something that does not exist or makes no sense."""


class ConfigError(PivotError):
    """A setting is unknown, has the wrong type, or its file can't be read."""


class DefinitionError(PivotError):
    """Something in a pipeline's definition is wrong: an annotation, a path, a parameter."""


class DefinitionErrors(DefinitionError):  # noqa: N818 - it is several of them
    """Everything that is wrong in one pipeline, reported at once."""

    def __init__(self, errors: Iterable[PivotError]) -> None:
        #: The single errors, in the order of the definitions.
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class DiscoveryError(PivotError):
    """There is no pipeline to be found, or its file can't be imported."""


class PluginError(PivotError):
    """A plugin is missing, broken, or two of them claim one name."""


class PathError(PivotError):
    """A path leaves the project, or can't be used as the name of an artifact."""


class StageError(PivotError):
    """A stage failed; `stage` is its name."""

    exit_status: ClassVar[int] = 1

    def __init__(
        self, message: str, *, stage: str, where: Place | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.stage = stage


class WorkerCrashedError(StageError):
    """The process that ran a stage died; `signal` names the signal (SIGSEGV) or exit status."""

    def __init__(self, stage: str, signal: str) -> None:
        # The kernel says nothing to whom it kills.
        hint = (
            "if nobody did that, memory ran out: try fewer --jobs" if signal == "SIGKILL" else None
        )
        super().__init__(f"the worker process died: {signal}", stage=stage, hint=hint)
        self.signal = signal


class StageTimeoutError(StageError):
    """A stage took longer than it may: `timeout` seconds. What it ran was ended."""

    def __init__(self, stage: str, timeout: float) -> None:
        super().__init__(
            f"it was ended, since it took longer than its timeout of {timeout:g} s", stage=stage
        )
        self.timeout = timeout


class StorageError(PivotError):
    """The `.pivot` directory can't be read or written: permissions, a full disk."""

    exit_status: ClassVar[int] = 1


class RemoteError(PivotError):
    """A remote can't be reached, refuses, or is not there."""

    exit_status: ClassVar[int] = 1


class UnlistedError(RemoteError):
    """A remote can't tell what it holds, but has what is asked for by its name."""


class CorruptionError(PivotError):
    """Something that is stored is not what it was when it was stored."""

    exit_status: ClassVar[int] = 3


class WaitTimeoutError(PivotError):
    """Another process held what was needed for longer than the configured time."""

    exit_status: ClassVar[int] = 4


def stage_exit_status(error: PivotError) -> int:
    """Give what a run exits with in which a stage failed for this error: 1, or more for a reason.

    A wrong call or definition is just a failed stage once the run has begun.
    """
    return error.exit_status if isinstance(error, CorruptionError | WaitTimeoutError) else 1
