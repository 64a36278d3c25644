"""What all commands have in common that compare: what their exit status says.

It is 0 if nothing differs, 1 if something does and `--exit-code` was given, and another one if
that can't be told: an error whose status would be 1 gets 2 here.
Tests: tests/cli/test_comparing.py.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from pivot.cli.terminal import complain
from pivot.errors import PivotError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIFFERENT = 1
UNKNOWN = 2

exit_code_option = click.option(
    "--exit-code", is_flag=True, help="Exit with status 1 if something differs."
)


class NotComparedError(PivotError):
    """Something could not be compared."""


@contextlib.contextmanager
def comparing() -> Iterator[None]:
    """Let no error in the block end with the status that says that something differs."""
    try:
        yield
    except OSError as error:
        what = error.filename or "a file"
        raise NotComparedError(f"{what} can't be used: {error.strerror}") from error
    except PivotError as error:
        if error.exit_status != DIFFERENT:
            raise
        raise NotComparedError(error.message, where=error.where, hint=error.hint) from error


def told(problems: Sequence[PivotError], *, most: int | None = None) -> int:
    """Say what could not be read, and give the exit status for that; 0 if there is nothing."""
    # An error's own words are those that end a command.
    from pivot.cli.faults import error_line

    for problem in problems[:most]:
        complain(error_line(str(problem)))
    if most is not None and len(problems) > most:
        complain(f"  and {len(problems) - most} more like it")
    statuses = [problem.exit_status for problem in problems]
    return max([UNKNOWN, *statuses]) if problems else 0
