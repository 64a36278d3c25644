"""All figures as plain values, for JSON: nothing is left out, nothing is rounded.

Each row has its unit, its figures (`who`, `size`, `value`, `cpu` seconds, `peak` bytes, `rounds`),
its growth, and what became of its budget. Tests: tests/benchmarks/test_end_to_end.py.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.reporting.rows import ROWS
from benchmarks.reporting.table import growth

if TYPE_CHECKING:
    from benchmarks.measuring.figures import Board
    from benchmarks.reporting.circumstances import Circumstances
    from benchmarks.reporting.rows import Row

VERSION = 1


def as_plain(board: Board, circumstances: Circumstances) -> dict[str, Any]:
    """Give all that was measured, as JSON knows it."""
    return {
        "version": VERSION,
        "circumstances": asdict(circumstances),
        "rows": [_row(row, board) for row in ROWS.values() if row.name in board.figures],
        "scripts": board.texts,
        "skipped": board.skipped,
    }


def _row(row: Row, board: Board) -> dict[str, Any]:
    figures = board.figures[row.name]
    budget = row.budget
    return {
        "name": row.name,
        "what": row.what,
        "unit": str(row.unit),
        "figures": [
            {"who": who, "size": size, **asdict(figures[who, size])}
            for who, size in sorted(figures)
        ],
        "growth": growth(row, board),
        "budget": {
            "text": budget.text,
            "limit": budget.limit,
            "found": budget.found(board),
            "met": budget.met(board),
        }
        if budget
        else None,
    }
