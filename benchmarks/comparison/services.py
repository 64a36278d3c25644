"""A service that a tool wants beside it while it's used: started here, and stopped at the end.

Example::

    with serving(form, directory) as variables:
        form.run(place, variables)

Tests: tests/benchmarks/test_comparison.py, with a service of the standard library.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import FailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATIENCE = 180.0
_BETWEEN = 0.2


@contextlib.contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], health: str, log: Path
) -> Iterator[int]:
    """Start a server, and give its port when it's ready; raise `FailedError` if it never is.

    `{port}` in the command and in the address of `health` is a free port of this machine.
    """
    port = _free_port()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [word.format(port=port) for word in command],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, health.format(port=port), log)
        yield port
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=_PATIENCE)  # noqa: S310 - of this machine
            return
        time.sleep(_BETWEEN)
    raise FailedError([str(process.args)], process.poll() or 0, log.read_text("utf-8", "replace"))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
