"""The terminal, while something has it for itself that draws on all of it.

Whatever else is printed meanwhile (by a pipeline's import, a C library, another process) must
neither spoil the picture nor get lost: descriptors 1 and 2 lead to a file, which is shown at
the end, as far as it isn't too long; descriptor 0 gives nothing. Whoever draws uses the streams
that Python began with. At the end the terminal is as it was, whatever happened. Example::

    with Takeover() as terminal:
        sys.__stdout__.write("...")   # reaches the terminal
        print("hello")                # is printed when the block ends

Tests: tests/cli/test_showing.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import termios
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

#: How much of what was printed is shown at the end, in bytes.
_SHOWN = 1 << 16
#: What a display may handle by itself while it has the terminal.
_SIGNALS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGTTIN, signal.SIGTTOU)
#: Leave what was entered: key reports, mouse reports, focus reports, pasting in brackets, the
#: other screen; wrap lines, show the cursor, draw without colour. (Xterm's control sequences.)
_LEAVE = (
    b"\x1b[<u\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l"
    b"\x1b[?2048l\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m\r\n"
)


class Takeover:
    """Has the terminal for the time of a `with` block; standard input and output must be one."""

    def __init__(self) -> None:
        self._streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
        self._handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        self._modes: list[Any] = termios.tcgetattr(0)
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the block
        #: Those that are the terminal -> what they are called meanwhile.
        self._own: dict[int, int] = {}

    @property
    def taken(self) -> bool:
        """Whether the block is entered."""
        return bool(self._own)

    def __enter__(self) -> Self:
        _flush()
        self._own = {number: os.dup(number) for number in (0, 1, 2) if os.isatty(number)}
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        for number in self._own.keys() - {0}:
            os.dup2(self._printed.fileno(), number, inheritable=True)
        sys.__stdin__ = os.fdopen(self._own[0], closefd=False)
        sys.__stdout__ = sys.__stderr__ = os.fdopen(self._own[1], "w", closefd=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            _flush()
            if sys.__stdout__ is not None:
                sys.__stdout__.flush()
        sys.__stdin__, sys.__stdout__, sys.__stderr__ = self._streams
        own, self._own = self._own, {}
        for number, descriptor in own.items():
            os.dup2(descriptor, number)
            os.close(descriptor)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._restore_modes(0)
        self._show_printed()

    def abandon(self) -> None:
        """Put the terminal in order, as who draws can't any more; also in a signal handler."""
        if self.taken:
            with contextlib.suppress(OSError):  # as above
                os.write(self._own[1], _LEAVE)
            self._restore_modes(self._own[0])

    def _restore_modes(self, descriptor: int) -> None:
        with contextlib.suppress(termios.error, OSError):  # as above
            termios.tcsetattr(descriptor, termios.TCSANOW, self._modes)

    def _show_printed(self) -> None:
        with self._printed as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _SHOWN))
            text = file.read()
        if size > _SHOWN:
            text = b"...\n" + text.partition(b"\n")[2]
        if text:
            with contextlib.suppress(OSError):  # as above
                os.write(2, text if text.endswith(b"\n") else text + b"\n")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
