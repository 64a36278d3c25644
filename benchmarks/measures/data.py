"""What data costs as a dep: a directory of many files, or one large file, new and known.

One stage depends on it, and does nothing with it. Measured is the run that sees it for the first
time, and a full pass that finds it as it was; with both, the peak of memory.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measuring.figures import Figure
from benchmarks.measuring.processes import measure
from benchmarks.tools.pivot import PIVOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measures.bench import Bench
    from benchmarks.measuring.processes import Use

_IN_DIRECTORY = 1000
_BLOCK = bytes(range(256)) * (1 << 12)
_RUNS_TO_SETTLE = 3
_PIPELINE = """
from pathlib import Path
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY


def look(
    data: Annotated[Path, outputs.Dep("{dep}")],
) -> Annotated[int, outputs.Out("looked.json", loaders.JSON())]:
    return 1


REGISTRY.register(look)
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data: the names of its rows begin with `name`."""

    name: str
    dep: str
    write: Callable[[Path, int], None]


def _write_files(root: Path, size: int) -> None:
    for number in range(size):
        directory = root / "data" / f"{number // _IN_DIRECTORY:03}"
        if not number % _IN_DIRECTORY:
            directory.mkdir(parents=True)
        (directory / f"{number:06}.txt").write_text(f"file {number}\n")


def write_bytes(file: Path, size: int) -> None:
    """Write a file of so many bytes, which lies in the page cache then."""
    with file.open("wb") as stream:
        for _ in range(size // len(_BLOCK)):
            stream.write(_BLOCK)
        stream.write(_BLOCK[: size % len(_BLOCK)])


FILES = Kind("files", "data/", _write_files)
BYTES = Kind("bytes", "data", lambda root, size: write_bytes(root / "data", size))


def measure_data(bench: Bench, kind: Kind, size: int) -> None:
    """Measure a project with so much of a kind of data."""
    root = bench.directory / f"{kind.name}-{size}"
    root.mkdir()
    kind.write(root, size)
    (root / "pipeline.py").write_text(_PIPELINE.lstrip().format(dep=kind.dep))
    _measure_run(bench, f"{kind.name}-first", root, size)
    for _ in range(_RUNS_TO_SETTLE):
        measure([PIVOT, "run"], root)
    _measure_run(bench, f"{kind.name}-again", root, size)
    shutil.rmtree(root)


def _measure_run(bench: Bench, row: str, root: Path, size: int) -> None:
    def run(_number: int) -> Use:
        if row.endswith("first"):
            shutil.rmtree(root / ".pivot", ignore_errors=True)
        else:
            (root / ".pivot" / "snapshot").unlink(missing_ok=True)
        return measure([PIVOT, "run"], root)

    figure = bench.rounds.least({"run": run})["run"]
    bench.note(row, ("pivot", size), figure)
    bench.note(f"memory-{row}", ("pivot", size), Figure(float(figure.peak or 0)))
