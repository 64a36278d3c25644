"""A process that embeds Pivot, edits a stage and runs again; prints the seconds of each run."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pivot

#: After so many edits the workers are warm.
_FIRST = 2


def main(rounds: int) -> None:
    """Edit the pipeline in the working directory."""
    file = Path("pipeline.py")
    text = file.read_text()
    pivot.run()
    seconds: list[float] = []
    for number in range(_FIRST + rounds):
        file.write_text(text.replace("sum() * 1", f"sum() * {number + 2}"))
        begun = time.perf_counter()
        report = pivot.run()
        seconds.append(time.perf_counter() - begun)
        if report.counts != {"unchanged": 1, "ran": 1}:
            sys.exit(f"other than one stage ran: {report.counts}")
    sys.stdout.write(f"{json.dumps(seconds[_FIRST:])}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
