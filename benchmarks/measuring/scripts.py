"""What is measured inside of a process is so in a process of its own: the benchmark stays small.

A process begins with the peak of memory of the one that started it; a benchmark that itself did
what it measures would be seen in all figures that come after.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import measure

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCRIPTS = Path(__file__).parent.parent / "scripts"


def run_script(
    name: str,
    *words: str,
    cwd: Path | None = None,
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run one of the scripts, and give the last line that it prints; raise `FailedError`."""
    use = measure([python, str(_SCRIPTS / name), *words], cwd, environment)
    return use.output.splitlines()[-1]
