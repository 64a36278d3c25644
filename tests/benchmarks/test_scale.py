"""benchmarks.scale: what is made large, what doubling costs, and that what grows fast is told."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pivot
from benchmarks.measuring.processes import Use
from benchmarks.projects.code_base import SYMBOLS, edit_code_base, write_code_base
from benchmarks.reporting.page import END, rewrite
from benchmarks.scale import subjects
from benchmarks.scale.__main__ import BEGIN, PAGE
from benchmarks.scale.growth import Row, faults, table

if TYPE_CHECKING:
    from pathlib import Path


def row(*cpu: float, peak: int = 10**7) -> Row:
    return Row("files", "run", {100 * 2**n: Use(2 * c, c, peak, "") for n, c in enumerate(cpu)})


def test_what_doubles_is_no_fault():
    assert list(faults([row(1.0, 2.0, 4.0)])) == []


def test_what_grows_with_the_square_is_told():
    assert list(faults([row(1.0, 2.0, 8.0)])) == [
        "files: run: doubling takes 4.00 times the CPU time"
    ]


def test_memory_that_grows_with_the_square_is_told():
    grows = row(1.0, 1.0)
    grows.uses[200] = Use(1.0, 1.0, 4 * 10**7, "")
    assert list(faults([grows])) == ["files: run: doubling takes 4.00 times the memory"]


def test_a_table_has_all_sizes_in_a_row():
    assert table([row(1.0, 1.5)]).splitlines()[2:] == [
        "| files: run | 100<br>200 | 2.00<br>3.00 | 1.00<br>1.50 | 10 MB<br>10 MB | x 1.50, memory x 1.00 |"
    ]


def test_the_sizes_of_a_subject_are_doubled():
    for _, sizes in subjects.SUBJECTS.values():
        assert all(1.9 <= b / a <= 2.1 for a, b in pairwise(sizes))


def test_the_page_has_a_place_for_the_table(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text("utf-8"), "utf-8")
    rewrite(page, "new figures\n", BEGIN)
    assert page.read_text("utf-8").count(f"{BEGIN}\nnew figures\n\n{END}") == 1


def used(root: Path, stage: str) -> dict[str, set[str]]:
    """The functions and classes that a stage uses, by their modules of the code base."""
    lock = json.loads((root / f".pivot/stages/{stage}.lock").read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for _, module, name in (
        symbol.split(":", 2) for symbol in lock["code"] if ":project.m" in symbol
    ):
        if re.fullmatch(r"[fC]\d+", name):
            found.setdefault(module, set()).add(name)
    return found


def test_a_stage_uses_all_symbols_of_its_group_and_of_no_other(tmp_path):
    root = tmp_path / "project"
    write_code_base(root, 1100)
    report = pivot.run(root, executor="inline")
    assert {s.name: s.status for s in report.stages} == {"stage_0": "ran", "stage_1": "ran"}
    first, second = (used(root, stage) for stage in ("stage_0", "stage_1"))
    assert set(first) == {f"project.m{n:05}" for n in range(10)}
    assert {len(names) for names in first.values()} == {SYMBOLS}
    assert set(second) == {"project.m00010"}
    edit_code_base(root)
    report = pivot.run(root, executor="inline")
    assert {s.name: s.status for s in report.stages} == {"stage_0": "ran", "stage_1": "unchanged"}
