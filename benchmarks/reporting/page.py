"""`docs/performance.md`: the table, what is behind it, and how to repeat it.

What the benchmark writes is the part between two marks; the rest of the page is written by people.
Tests: tests/benchmarks/test_report.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.reporting.table import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.measuring.figures import Board
    from benchmarks.reporting.circumstances import Circumstances

BEGIN = "<!-- figures: written by `make bench` -->\n"
END = "<!-- end of figures -->\n"
_CPU = "In CPU seconds of all processes, which hardly depend on what else the machine does:\n"


def report(board: Board, sizes: Sequence[int], around: Circumstances) -> str:
    """Give circumstances, table, and what could not be measured, as Markdown."""
    machine = (
        f"{around.date}: {around.processor}, {around.processors} processors, {around.memory} GiB, "
        f"{around.system}, load {around.load:.1f}; Python {around.python}, Pivot {around.pivot}.\n"
    )
    parts = [
        machine,
        render(board, sizes),
        _CPU,
        render(board.in_cpu_seconds(), sizes, budgets=False),
        *(f"- {reason}\n" for reason in board.skipped),
        *(f"`{name}`:\n\n```text\n{text}```\n" for name, text in board.texts.items()),
    ]
    return "\n".join(parts)


def rewrite(page: Path, figures: str, mark: str = BEGIN) -> None:
    """Put new figures after the mark of a page; raise `ValueError` if it has no place for them."""
    head, begin, rest = page.read_text("utf-8").partition(mark)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for figures")
    page.write_text(f"{head}{begin}\n{figures}\n{end}{tail}", "utf-8")
