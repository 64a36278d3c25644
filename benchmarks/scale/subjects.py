"""What is made large, and what is done with it: each subject gives what each act took.

Every act is the command `pivot run` in a process of its own, and is checked by what that says.

Tests: tests/benchmarks/test_scale.py.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from benchmarks.measuring.processes import FailedError, measure
from benchmarks.projects.code_base import MODULES, SYMBOLS, edit_code_base, write_code_base
from benchmarks.projects.layered import Layered
from benchmarks.tools.pivot import PIVOT, Pivot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring.processes import Use

    #: Makes a project of some size in a directory that does not exist yet, and measures it.
    type Subject = Callable[[Path, int], dict[str, Use]]

GIGABYTE = 10**9
_IN_DIRECTORY = 1000
_RUNS_TO_SETTLE = 6
_HEAD = """
from pathlib import Path
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
"""
_READER = """
def look(
    data: Annotated[Path, outputs.Dep("{dep}")],
) -> Annotated[int, outputs.Out("looked.json", loaders.JSON())]:
    return 1


REGISTRY.register(look)
"""
_WRITER = """
def spread() -> Annotated[Path, outputs.Out("out/")]:
    root = Path("out")
    for number in range({size}):
        directory = root / f"{{number // 1000:04}}"
        if not number % 1000:
            directory.mkdir(parents=True)
        (directory / f"{{number:07}}.txt").write_text(f"file {{number}}\\n")
    return root


REGISTRY.register(spread)
"""


def stages(root: Path, size: int) -> dict[str, Use]:
    """Measure so many stages in eight layers: see `benchmarks.projects.layered`."""
    root.mkdir()
    pivot = Pivot(root, Layered(size))
    pivot.prepare()
    found = {"plan, nothing is known": _run(root, "--dry-run")}
    found["all run"] = _run(root, ran=size)
    return found | _again(root)


def symbols(root: Path, size: int) -> dict[str, Use]:
    """Measure a code base of so many functions and classes."""
    write_code_base(root, size)
    found = {"plan, nothing is known": _run(root, "--dry-run")}
    found["all run"] = _run(root, ran=max(-(-size // (SYMBOLS * MODULES)), 1))
    found |= _again(root)
    edit_code_base(root)
    found["one function edited"] = _run(root, ran=1)
    return found


def files_read(root: Path, size: int) -> dict[str, Use]:
    """Measure a directory of so many small files as a dep."""
    for number in range(size):
        directory = root / "data" / f"{number // _IN_DIRECTORY:04}"
        if not number % _IN_DIRECTORY:
            directory.mkdir(parents=True)
        (directory / f"{number:07}.txt").write_text(f"file {number}\n", "utf-8")
    (root / "pipeline.py").write_text(_HEAD.lstrip() + "\n" + _READER.format(dep="data/"), "utf-8")
    found = {"first run": _run(root, ran=1)}
    found |= _again(root)
    (root / "data" / "0000" / "0000000.txt").write_text("another\n", "utf-8")
    found["one file changed"] = _run(root, ran=1)
    return found


def files_written(root: Path, size: int) -> dict[str, Use]:
    """Measure a directory of so many small files as an out, which the cache takes."""
    root.mkdir()
    (root / "pipeline.py").write_text(_HEAD.lstrip() + "\n" + _WRITER.format(size=size), "utf-8")
    found = {"written, and taken into the cache": _run(root, ran=1)}
    found |= _again(root)
    shutil.rmtree(root / "out")
    found["deleted, and restored"] = _run(root, ran=0)
    return found


def sparse(root: Path, size: int) -> dict[str, Use]:
    """Measure a file of so many GB that holds nothing but a word at its end."""
    root.mkdir()
    with (root / "data").open("wb") as stream:
        stream.seek(size * GIGABYTE - 4)
        stream.write(b"end\n")
    (root / "pipeline.py").write_text(_HEAD.lstrip() + "\n" + _READER.format(dep="data"), "utf-8")
    return {"first run": _run(root, ran=1)} | _again(root)


#: By what the table calls them, with three sizes of each: each is twice the one before it.
SUBJECTS: dict[str, tuple[Subject, tuple[int, int, int]]] = {
    "stages": (stages, (2500, 5000, 10_000)),
    "symbols": (symbols, (25_000, 50_000, 100_000)),
    "files of a dep": (files_read, (250_000, 500_000, 1_000_000)),
    "files of an out": (files_written, (50_000, 100_000, 200_000)),
    "GB of a sparse file": (sparse, (13, 25, 50)),
}


def _again(root: Path) -> dict[str, Use]:
    """Measure a full pass that runs nothing, and an answer by the snapshot."""
    _settle(root)
    (root / ".pivot" / "snapshot").unlink()
    passed = _run(root, ran=0)
    _settle(root)
    return {"full pass, nothing runs": passed, "nothing changed": _run(root, ran=0)}


def _settle(root: Path) -> None:
    """Run until there is a snapshot: fresh files are not trusted at once."""
    for _ in range(_RUNS_TO_SETTLE):
        if (root / ".pivot" / "snapshot").exists():
            return
        _run(root)
    raise FailedError([PIVOT, "run"], 0, "there is no snapshot after several runs")


def _run(root: Path, *options: str, ran: int | None = None) -> Use:
    """Measure a run of which so many stages must have run."""
    # What is still to be written to the disk is not this process's affair.
    os.sync()
    use = measure([PIVOT, "run", *options], root)
    if ran is not None:
        found = re.search(r"\b(\d+) ran\b", (use.output.splitlines() or [""])[-1])
        if int(found[1] if found else 0) != ran:
            raise FailedError([PIVOT, "run", *options], 0, use.output)
    return use
