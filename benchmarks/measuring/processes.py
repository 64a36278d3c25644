"""What a process costs: time, CPU time and memory, as the system counts them when it has ended.

*Seconds* are those on the clock. *CPU* seconds and the *peak* of memory are those of the process
and of its children that it waited for: of these, the peak is that of the largest. Example::

    use = measure(["pivot", "run"], cwd=root)
    use.seconds, use.cpu, use.peak, use.output

Tests: tests/benchmarks/test_measuring.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_KIBIBYTE = 1 if sys.platform == "darwin" else 1024
#: What would make starts slower than they are for a user.
_UNUSUAL = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONDEVMODE", "PYTHONTRACEMALLOC"})
#: How much of its output is shown of a process that failed.
_SHOWN = 4000


@dataclass(frozen=True, slots=True)
class Use:
    """What one process took."""

    seconds: float
    cpu: float
    #: Bytes.
    peak: int
    output: str


def _usual_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _UNUSUAL}


class FailedError(Exception):
    """A process that is measured did not end well."""

    def __init__(self, command: Sequence[str], status: int, output: str) -> None:
        super().__init__(f"{' '.join(command)}: exit status {status}\n{output[-_SHOWN:]}")


def measure(
    command: Sequence[str], cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Use:
    """Run a command to its end; what it prints goes to a file, so that nobody waits for a reader.

    `environment` is added to this process's. Raises `FailedError`.
    """
    with tempfile.TemporaryFile() as stream:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**_usual_environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        stream.seek(0)
        output = stream.read().decode("utf-8", "replace")
    if process.returncode:
        raise FailedError(command, process.returncode, output)
    return Use(
        seconds=seconds,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss * _KIBIBYTE,
        output=output,
    )
