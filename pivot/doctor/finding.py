"""What was found, how bad it is, and what mends it. Tests: tests/cli/commands/test_doctor.py."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable


class Severity(enum.StrEnum):
    """How bad it is."""

    #: As it should be; said so that people see what was looked at.
    OK = "ok"
    #: Something works, but not as well as it could, or will not for long.
    WARNING = "warning"
    #: Something doesn't work.
    ERROR = "error"


@frozen
class Finding:
    """One thing that was looked at."""

    #: What it is about, for programs: a word that stays.
    code: str
    severity: Severity
    message: str
    #: What a person can do about it.
    remedy: str | None = None
    #: Whether it was mended just now.
    fixed: bool = False
    #: Mends it, without losing anything that a person made; may raise `OSError` or `PivotError`.
    fix: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    @property
    def is_bad(self) -> bool:
        """Whether something doesn't work yet."""
        return self.severity is Severity.ERROR and not self.fixed

    def to_json(self) -> dict[str, Any]:
        """Give plain values for `json.dumps`."""
        names = ("code", "severity", "message", "remedy", "fixed")
        plain = {name: getattr(self, name) for name in names}
        return {**plain, "severity": str(self.severity), "fixable": self.fix is not None}

    def mended(self) -> Finding:
        """Give the same after it was mended."""
        return dataclasses.replace(self, fixed=True)


def ok(code: str, message: str) -> Finding:
    """Give a finding that all is well."""
    return Finding(code, Severity.OK, message)


def warning(
    code: str, message: str, remedy: str | None = None, fix: Callable[[], None] | None = None
) -> Finding:
    """Give a finding of what could be better."""
    return Finding(code, Severity.WARNING, message, remedy, fix=fix)


def error(
    code: str, message: str, remedy: str | None = None, fix: Callable[[], None] | None = None
) -> Finding:
    """Give a finding of what doesn't work."""
    return Finding(code, Severity.ERROR, message, remedy, fix=fix)
