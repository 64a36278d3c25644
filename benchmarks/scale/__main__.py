"""How Pivot grows: each of several subjects at three sizes, of which each is twice the one before.

`python -m benchmarks.scale` prints a table, and ends with status 1 if doubling made anything cost
more than 2.6 times as much CPU time or memory: what grows with the square costs four times as much.
It takes long, 10 GB in the temporary directory, and as many inodes as there are files.
`--divide 100` is a quick look. `--write-docs` renews the table of docs/performance.md.

Tests: tests/benchmarks/test_scale.py.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.reporting.circumstances import look_around
from benchmarks.reporting.page import rewrite
from benchmarks.scale.growth import Row, faults, table
from benchmarks.scale.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN = "<!-- figures: python -m benchmarks.scale -->\n"


def main() -> None:
    """Measure, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--only", action="append", choices=tuple(SUBJECTS), help="this subject")
    parser.add_argument("--divide", type=int, default=1, metavar="N", help="all sizes by this")
    parser.add_argument("--write-docs", action="store_true", help=f"renew {PAGE.name}")
    given = parser.parse_args()
    rows = list(measured(tuple(given.only or SUBJECTS), given.divide))
    around = look_around()
    text = (
        f"{around.date}: {around.processor}, {around.processors} processors, {around.memory} GiB, "
        f"{around.system}, load {around.load:.1f}; Python {around.python}, Pivot {around.pivot}.\n"
        f"\n{table(rows)}"
    )
    sys.stdout.write(text)
    if given.write_docs:
        rewrite(PAGE, text, BEGIN)
    if found := list(faults(rows)):
        raise SystemExit("\n".join(found))


def measured(names: tuple[str, ...], divide: int) -> Iterator[Row]:
    """Measure subjects, and give a row for each act with each."""
    for name in names:
        subject, sizes = SUBJECTS[name]
        acts: dict[str, Row] = {}
        for size in (max(size // divide, 1) for size in sizes):
            with tempfile.TemporaryDirectory(prefix="pivot-scale-") as directory:
                root = Path(directory).resolve() / "project"
                for act, use in subject(root, size).items():
                    acts.setdefault(act, Row(name, act)).uses[size] = use
                    sys.stderr.write(
                        f"{size:>9,} {name}, {act}: {use.seconds:.2f} s, {use.cpu:.2f} s of CPU, "
                        f"{use.peak / 1e6:.0f} MB\n"
                    )
                shutil.rmtree(root)
        yield from acts.values()


if __name__ == "__main__":
    main()
