"""What can go wrong when data files are compared; all are `PivotError`s.

Example: `FormatError("line 3: not JSON")` is raised by a format, and told with the file's name and
side. Tests: where each is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import PivotError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class DataDiffError(PivotError):
    """Two data files can't be compared."""


class FormatError(DataDiffError):
    """A file is not what its name says; formats raise it with what is wrong and where."""


class UnsupportedFormatError(DataDiffError):
    """No format is known for the name of a file."""


class DisputedError(DataDiffError):
    """Two locks of a revision name one output, with different contents."""


class UnrecordedError(UsageError):
    """A file is neither in git at a revision nor recorded as an output there."""


class ColumnError(UsageError):
    """A column that was asked for is not there; `name` is what was asked for."""

    def __init__(self, message: str, *, name: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.name = name


class TooManyDuplicatesError(DataDiffError):
    """So many rows have one key that they can't be compared in the memory that is allowed."""


class NotComparedError(DataDiffError):
    """Files could not be compared; `errors` are the reasons."""

    def __init__(self, errors: Iterable[PivotError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))
