"""How a command ends that did not end well: what is said, and the exit status.

An error that Pivot raises on purpose is one message on standard error: what, where, how to mend
it. A traceback is shown for the user's own code only, unless `--debug` asks for all. Anything else
is a *bug*: it is owned up to in one line, with the command that shows more.
Tests: tests/cli/test_faults.py.
"""

from __future__ import annotations

import errno
import os
import shlex
import textwrap
import traceback
from typing import TYPE_CHECKING

import click

from pivot.cli.terminal import complain
from pivot.errors import DefinitionErrors, PivotError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: BSD's EX_SOFTWARE: an error inside the program itself.
BUG = 70
#: By the convention of shells: 128 + the number of the signal.
INTERRUPTED = 130
BROKEN_PIPE = 141
_USAGE = 2
_STORAGE = 1
#: What a page of help begins with.
_HELP = "Usage: "

#: What the machine may refuse to any program; other errors of the system are bugs.
_ENVIRONMENT = frozenset(
    {
        errno.EACCES, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE,
        errno.ENOMEM, errno.ENOSPC, errno.EPERM, errno.EROFS, errno.ESTALE,
    }
)  # fmt: skip


def report(error: BaseException, arguments: Sequence[str], *, debug: bool) -> int:
    """Say what went wrong, if anything did, and give the exit status."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return _asked_status(error.code)
        case BrokenPipeError():
            _forget_stdout()
            return BROKEN_PIPE
        case KeyboardInterrupt() | click.Abort():
            return INTERRUPTED
        case _:
            pass
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError):
        # What could not be written must not be tried again when the interpreter ends.
        _forget_stdout()
    status, lines = _described(error, arguments, debug=debug)
    for line in lines:
        complain(line)
    return status


def _asked_status(code: object) -> int:
    """Give the status that a plugin's `sys.exit(code)` means."""
    if code is None or isinstance(code, int):
        return code or 0
    complain(str(code))
    return 1


def _described(
    error: BaseException, arguments: Sequence[str], *, debug: bool
) -> tuple[int, Iterator[str]]:
    match error:
        case PivotError():
            return error.exit_status, _pivot_lines(error, debug=debug)
        case click.ClickException():
            return _USAGE, _usage_lines(error)
        case OSError() if error.errno in _ENVIRONMENT:
            return _STORAGE, _system_lines(error)
        case _:
            return BUG, _bug_lines(error, arguments, debug=debug)


def error_line(message: str) -> str:
    """Give a message as it stands on the terminal."""
    return f"{click.style('error:', fg='red', bold=True)} {message}"


def _pivot_lines(error: PivotError, *, debug: bool) -> Iterator[str]:
    if isinstance(error, DefinitionErrors):
        yield from (error_line(str(single)) for single in error.errors)
        return
    yield error_line(str(error))
    user_traceback = getattr(error, "traceback", None)
    if isinstance(user_traceback, str) and not debug:
        yield textwrap.indent(user_traceback, "  ")


def _usage_lines(error: click.ClickException) -> Iterator[str]:
    message = error.format_message()
    if message.startswith(_HELP):
        yield message  # who names just a group of commands is told which there are
        return
    yield error_line(message[:1].lower() + message[1:])
    context = getattr(error, "ctx", None)
    if isinstance(context, click.Context):
        yield f"  see: {context.command_path} --help"


def _system_lines(error: OSError) -> Iterator[str]:
    # The store has words for what the system refuses; they are not only about the store.
    from pivot.store.faults import storage_error

    if error.filename is None:
        yield error_line(str(storage_error(error, "write", "the output")))
    else:
        yield error_line(str(storage_error(error, "use", os.fsdecode(error.filename))))


def _bug_lines(error: BaseException, arguments: Sequence[str], *, debug: bool) -> Iterator[str]:
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    yield error_line(f"this is a bug in Pivot, not in your pipeline: {text}")
    if not debug:
        yield f"  see where: {shlex.join(['pivot', '--debug', *arguments])}"


def _forget_stdout() -> None:
    """Let what is still buffered go nowhere, or the interpreter complains of it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
