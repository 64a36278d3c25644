"""Push to S3 and pull from it with Pivot, with DVC and with a plain loop over aioboto3.

`python -m benchmarks.sharing` prints a table for each shape of data: seconds on the clock, CPU
seconds of the tool (not of the server), and the requests of a push that has nothing to do. Each
tool has a server of its own, on this machine, in each round, and all go in turns; of each the
least of the rounds counts. Every pull is compared with the source. `--write-docs` renews
docs/sharing.md.

Tests: tests/benchmarks/test_sharing.py.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.data_diff.__main__ import table
from benchmarks.reporting.circumstances import look_around
from benchmarks.reporting.page import rewrite
from benchmarks.sharing.data import Shape, same, write
from benchmarks.sharing.server import PACKAGE, serving
from benchmarks.sharing.tools import REQUIREMENTS, TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.measuring.processes import Use

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sharing.md"
BEGIN = "<!-- figures: python -m benchmarks.sharing -->\n"
PUSH, AGAIN, PULL = "push", "push again", "pull"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one thing took, in one round or at least."""

    seconds: float
    cpu: float
    requests: int


type Found = dict[str, Figure]


def main() -> None:
    """Measure, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharing", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="files of the first shape")
    parser.add_argument("--size", type=int, default=10_000, help="bytes of each of them")
    parser.add_argument("--large", type=int, default=2 * 10**9, help="bytes of the one large file")
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many counts")
    parser.add_argument("--write-docs", action="store_true", help=f"renew {PAGE.name}")
    given = parser.parse_args()
    shapes = (Shape(given.files, given.size), Shape(1, given.large))
    around = look_around()
    machine = f"{around.processor}, {around.processors} processors, Python {around.python}"
    versions = ", ".join((*REQUIREMENTS, PACKAGE))
    parts = [
        f"{around.date}: {machine}, {versions}; load {around.load:.1f}, {given.rounds} rounds."
    ]
    sys.stdout.write(f"{parts[0]}\n")
    for shape in shapes:
        parts.append(render(shape, measured(shape, given.rounds)))
        # What was found stays, should the next shape be too much for a tool or its server.
        sys.stdout.write(f"\n{parts[-1]}\n")
        sys.stdout.flush()
    text = "\n\n".join(parts) + "\n"
    if given.write_docs:
        rewrite(PAGE, text, BEGIN)


def measured(shape: Shape, rounds: int) -> dict[str, Found]:
    """Give what each tool took for each thing."""
    found: defaultdict[str, list[Found]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="pivot-bench-") as directory:
        source = Path(directory) / "source"
        write(source, shape)
        for number in range(rounds):
            for name in TOOLS:
                sys.stderr.write(f"{shape}, {name}, round {number + 1}\n")
                place = Path(directory) / "round"
                place.mkdir()
                found[name].append(once(name, place, source))
                shutil.rmtree(place)
    return {name: least(figures) for name, figures in found.items()}


def once(name: str, place: Path, source: Path) -> Found:
    """Push, push again and pull with one tool."""
    found: Found = {}
    with serving(place) as server:
        tool = TOOLS[name](place / "project", source, server.url)

        def note(what: str, do: Callable[[], Use]) -> None:
            # Else who comes first waits for the disk to take what was written before.
            os.sync()
            before = server.requests()
            use = do()
            found[what] = Figure(use.seconds, use.cpu, server.requests() - before)

        note(PUSH, tool.push)
        if tool.knows:
            note(AGAIN, tool.push)
        tool.forget()
        note(PULL, tool.pull)
        if not same(source, tool.root / "data"):
            raise ValueError(f"{name} got something else than was sent")
    return found


def least(rounds: list[Found]) -> Found:
    """Give the least of each figure."""
    return {
        what: Figure(
            min(found[what].seconds for found in rounds),
            min(found[what].cpu for found in rounds),
            min(found[what].requests for found in rounds),
        )
        for what in rounds[0]
    }


def render(shape: Shape, found: Mapping[str, Found]) -> str:
    """Give the table of one shape."""
    rows = [
        row
        for what in (PUSH, AGAIN, PULL)
        for row in (
            [f"{what}, seconds", *_cells(found, what, "seconds")],
            [f"{what}, CPU seconds", *_cells(found, what, "cpu")],
            [f"{what}, requests", *_cells(found, what, "requests")],
        )
    ]
    return table([str(shape), *found], rows)


def _cells(found: Mapping[str, Found], what: str, part: str) -> list[str]:
    """Give the figures of all tools, with the ratio of the others to the first, which is Pivot."""
    first, *_ = found.values()
    own = getattr(first[what], part)
    cells: list[str] = []
    for figures in found.values():
        if what not in figures:
            cells.append("-")
            continue
        value = getattr(figures[what], part)
        text = f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
        ratio = "" if figures is first or not own else f" ({value / own:.2f} times)"
        cells.append(text + ratio)
    return cells


if __name__ == "__main__":
    main()
