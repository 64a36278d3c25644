"""What can be asked of the benchmark on its command line, as a value."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

STAGES = (176, 1000, 10_000)
FILES = (1000, 10_000, 100_000)
BYTES = (1 << 24, 1 << 28, 1 << 30)


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, how often, and what becomes of it."""

    #: Numbers of stages, ascending; likewise of files in a directory, and of bytes in a file.
    sizes: tuple[int, ...]
    files: tuple[int, ...]
    bytes: tuple[int, ...]
    rounds: int
    patience: float
    #: The parts to measure; all if there are none.
    only: tuple[str, ...]
    dvc: bool
    json: Path | None
    write_docs: bool


def parse(description: str, parts: tuple[str, ...]) -> Options:
    """Give the options of this process's command line; prints and exits as argparse does."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    numbers = {"type": _numbers, "metavar": "N,N"}
    parser.add_argument("--sizes", **numbers, default=STAGES, help="numbers of stages")
    parser.add_argument("--files", **numbers, default=FILES, help="of files in a directory")
    parser.add_argument("--bytes", **numbers, default=BYTES, help="of bytes in a file")
    parser.add_argument("--rounds", type=int, default=7, help="the least of so many counts")
    parser.add_argument(
        "--patience",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="after so much time there is no further round of one thing",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=parts,
        help="measure this part (may be given several times)",
    )
    parser.add_argument("--no-dvc", dest="dvc", action="store_false", help="without DVC and doit")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--write-docs", action="store_true", help="renew docs/performance.md")
    found = vars(parser.parse_args())
    return Options(**{**found, "only": tuple(found["only"])})


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted(map(int, text.split(","))))
