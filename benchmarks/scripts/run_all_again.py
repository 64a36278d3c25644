"""A process that embeds Pivot, and runs all stages several times; prints the seconds of each run.

Nothing is left of the run before but the worker processes: neither outputs nor the store.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

import pivot

#: After so many runs the workers are warm.
_FIRST = 1


def main(rounds: int, patience: float) -> None:
    """Run the project in the working directory, at least once with warm workers."""
    seconds: list[float] = []
    while len(seconds) <= _FIRST or (len(seconds) < _FIRST + rounds and sum(seconds) < patience):
        for name in (".pivot", "out"):
            shutil.rmtree(name)
            Path(name).mkdir()
        begun = time.perf_counter()
        report = pivot.run()
        seconds.append(time.perf_counter() - begun)
        if set(report.counts) != {"ran"}:
            sys.exit(f"not all stages ran: {report.counts}")
    sys.stdout.write(f"{json.dumps(seconds[_FIRST:])}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
