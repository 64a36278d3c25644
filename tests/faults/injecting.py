"""Runs a small pipeline again and again, each time with one fault in what Pivot does to its files.

`python injecting.py DIRECTORY SEED MOST` prints JSON: how many faults of each kind there were, at
most so many of each beginning, and what went wrong. Each case is a process of its own, forked from this one, which has Pivot imported
already: an audit hook lets the operation with a chosen number fail, or ends the process right
before it. The operations are those on files below `.pivot`, and on the outputs: opening, renaming,
linking, removing, making directories. After each case, another process runs the pipeline without a
fault, and its outputs must be what the pipeline would make of the inputs from nothing. Used by
test_injected.py.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import itertools
import json
import os
import random
import shutil
import signal
import sys
import traceback
from collections import Counter
from pathlib import Path

import pivot
from pivot.errors import PivotError

PIPELINE = """
import json
from pathlib import Path
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY


def doubled(
    seed: Annotated[int, outputs.Dep("seed.json", loaders.JSON())],
) -> Annotated[int, outputs.Out("doubled.json", loaders.JSON())]:
    return seed * 2


def parts(
    number: Annotated[int, outputs.Dep("doubled.json", loaders.JSON())],
) -> Annotated[Path, outputs.Out("parts/")]:
    place = Path("parts")
    place.mkdir(exist_ok=True)
    for row in range(3):
        (place / f"{row}.txt").write_text(str(number + row))
    return place


for stage in (doubled, parts):
    REGISTRY.register(stage)
"""
EVENTS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
#: What happens at the operation: an error of the system, or the end of the process.
KINDS = {"EIO": errno.EIO, "EACCES": errno.EACCES, "ENOSPC": errno.ENOSPC, "SIGKILL": 0}
#: Where a case begins: nothing ran yet; an input has changed; outputs are gone, and in the cache.
STARTS = ("fresh", "changed", "restore")
#: How outputs get into the cache and out of it, if many cases are asked for.
LINKS = ("hardlink,copy", "copy", "reflink,copy")
FEW = 50
#: What the user has made.
NOTES = "notes.txt"


class Fault:
    """Counts operations, and lets the one with a number go wrong."""

    def __init__(self, root: Path, number: int, kind: str) -> None:
        self.places = tuple(f"{root}/{one}" for one in (".pivot", "doubled.json", "parts"))
        self.number = number
        self.kind = kind
        self.count = 0
        self.at = ""

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in EVENTS or not any(self._is_here(one) for one in arguments[:2]):
            return
        self.count += 1
        if self.count != self.number:
            return
        if self.kind == "SIGKILL":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(KINDS[self.kind], f"injected {self.kind}", str(arguments[0]))

    def _is_here(self, argument: object) -> bool:
        if not isinstance(argument, str | os.PathLike):
            return False
        return os.path.abspath(os.fspath(argument)).startswith(self.places)  # noqa: PTH100 - bytes, too


def forked(act) -> tuple[int, str]:
    """Do something in a process of its own; give how that ended, and what it said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 70
        with contextlib.suppress(BaseException):
            os.close(read)
            try:
                said, status = act(), 0
            except PivotError as error:
                said, status = f"{type(error).__name__}: {error}", 1
            except BaseException:
                said = traceback.format_exc()
            os.write(write, str(said)[-4000:].encode())
        os._exit(status)
    os.close(write)
    with open(read, "rb") as stream:  # noqa: PTH123 - a descriptor
        said = stream.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def run(root: Path, fault: Fault | None = None) -> str:
    if fault is not None:
        sys.addaudithook(fault)
    report = pivot.run(root, executor="inline")
    if fault is not None:
        return str(fault.count)
    return "" if report.ok else "; ".join(str(stage.error) for stage in report.stages)


def main(base: Path, seed: int, most: int) -> None:
    chooser = random.Random(seed)
    ready = base / "ready"
    ready.mkdir()
    (ready / "pipeline.py").write_text(PIPELINE)
    (ready / "seed.json").write_text("1")
    assert forked(functools.partial(run, ready)) == (0, "")
    injected: Counter[str] = Counter()
    violations: list[str] = []
    for link, start in itertools.product(LINKS if most > FEW else LINKS[:1], STARTS):
        os.environ["PIVOT_CACHE__LINK"] = link
        root = prepared(base, ready, start)
        status, count = forked(functools.partial(run, root, Fault(root, 0, "")))
        assert status == 0, count
        cases = [(number, kind) for number in range(1, int(count) + 1) for kind in KINDS]
        for number, kind in sorted(chooser.sample(cases, min(most, len(cases)))):
            root = prepared(base, ready, start)
            status, said = forked(functools.partial(run, root, Fault(root, number, kind)))
            injected[kind] += 1
            case = f"{link} {start} {kind} {number}"
            if status not in (0, 1, -signal.SIGKILL):
                violations.append(f"{case}: crashed: {said[-1500:]}")
            violations += [f"{case}: {one}" for one in checked(root)]
    sys.stdout.write(json.dumps({"injected": injected, "violations": violations}))


def prepared(base: Path, ready: Path, start: str) -> Path:
    """Give a project in the state that a case begins with."""
    root = base / "case"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(ready, root, symlinks=True)
    (root / NOTES).write_text("mine")
    if start == "fresh":
        for name in (".pivot", "parts"):
            shutil.rmtree(root / name)
        (root / "doubled.json").unlink()
    elif start == "changed":
        (root / "seed.json").write_text("5")
    else:
        (root / "doubled.json").unlink()
        shutil.rmtree(root / "parts")
    return root


def checked(root: Path) -> list[str]:
    """Run without a fault, and say what is wrong then."""
    status, said = forked(lambda: run(root))
    if (status, said) != (0, ""):
        return [f"the next run: {status}: {said}"]
    number = 2 * json.loads((root / "seed.json").read_text())
    expected = {"doubled.json": f"{number}\n"} | {
        f"parts/{n}.txt": str(number + n) for n in range(3)
    }
    wrong = [name for name, text in expected.items() if (root / name).read_text() != text]
    wrong += [one.name for one in (root / "parts").iterdir() if f"parts/{one.name}" not in expected]
    if (root / NOTES).read_text() != "mine":
        wrong.append(NOTES)
    for hold in (root / ".pivot/holds").glob("*.hold"):
        with hold.open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wrong.append(f"held: {hold.name}")
    return [f"wrong afterwards: {', '.join(wrong)}"] if wrong else []


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3]))
