"""The table that people read: a row for what was done, a column for who did it, as Markdown.

A cell of Pivot has its ratio to the bare figure of its row behind it, one of another tool its ratio
to Pivot. Where the size is not the one that the column says, it stands before the figure. *Growth*
is what an item costs at the largest size, over what it costs at the size before: 1.0 if the cost is
linear, less if a part of it is fixed. Tests: tests/benchmarks/test_report.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.reporting.rows import ROWS, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measuring.figures import Board
    from benchmarks.reporting.rows import Row

_OTHERS = ("make", "doit")
_JUDGED = ("budget", "found", "met")
_ANSWERS = {None: "", True: "yes", False: "**no**"}
_MEBI = 1 << 20
_MEGA, _GIGA = 1e6, 1e9
_LONG = 100.0
_SHORT = 0.01


def render(board: Board, sizes: Sequence[int], *, budgets: bool = True) -> str:
    """Give the table of all that was measured, with columns for these numbers of stages.

    Without `budgets` it has only figures.
    """
    titles = (
        "what",
        *(f"Pivot, {size:,}" for size in sizes),
        "growth",
        "bare",
        "DVC",
        "others",
        *(_JUDGED if budgets else ()),
    )
    lines = [titles, ("---",) * len(titles)]
    for row in ROWS.values():
        if row.name in board.figures:
            judged = _judged(row, board) if budgets else ()
            lines.append((*_cells(row, board, sizes), *judged))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def growth(row: Row, board: Board) -> float | None:
    """Give the cost of an item at the largest size, over that at the one before if there is one."""
    *_, before, largest = (0, 0, *board.sizes(row.name, "pivot"))
    small, large = board.get(row.name, ("pivot", before)), board.get(row.name, ("pivot", largest))
    if not small or not large or not before:
        return None
    ratio = large.value / small.value
    if row.unit is Unit.BYTES_PER_SECOND:
        return 1 / ratio
    return ratio if row.per_item else ratio * before / largest


def amount(value: float, unit: Unit) -> str:
    """Give a figure for people."""
    match unit:
        case Unit.BYTES:
            return f"{value / _MEGA:.0f} MB"
        case Unit.BYTES_PER_SECOND:
            return f"{value / _GIGA:.2f} GB/s"
        case _ if value < _SHORT:
            return f"{value * 1e3:.2f} ms"
        case _ if value < 1:
            return f"{value * 1e3:.0f} ms"
        case _:
            return f"{value:.0f} s" if value >= _LONG else f"{value:.1f} s"


def _cells(row: Row, board: Board, sizes: Sequence[int]) -> tuple[str, ...]:
    grown = growth(row, board)
    return (
        row.what,
        *_pivot(row, board, sizes),
        "" if grown is None else f"{grown:.2f}",
        _bare(row, board),
        _other("dvc", row, board, "pivot"),
        ", ".join(
            f"{name} {cell}" for name in _OTHERS if (cell := _other(name, row, board, "pivot"))
        ),
    )


def _pivot(row: Row, board: Board, sizes: Sequence[int]) -> list[str]:
    found = board.sizes(row.name, "pivot")
    if set(found) <= set(sizes):
        return [_cell("pivot", size, row, board, "bare") for size in sizes]
    cells = [f"{_size(size, row)}{_cell('pivot', size, row, board, 'bare')}" for size in found]
    cells += [""] * (len(sizes) - len(cells))
    return [*cells[: len(sizes) - 1], ", ".join(filter(None, cells[len(sizes) - 1 :]))]


def _bare(row: Row, board: Board) -> str:
    if row.bare_grows:
        return _other("bare", row, board)
    sizes = board.sizes(row.name, "bare")[:1]
    return "".join(_cell("bare", size, row, board) for size in sizes)


def _other(name: str, row: Row, board: Board, against: str = "") -> str:
    return ", ".join(
        f"{_size(size, row)}{_cell(name, size, row, board, against)}"
        for size in board.sizes(row.name, name)
    )


def _cell(who: str, size: int, row: Row, board: Board, against: str = "") -> str:
    figure, other = board.get(row.name, (who, size)), board.get(row.name, (against, size))
    if figure is None:
        return ""
    ratio = figure.value / other.value if other else None
    text = amount(figure.value, row.unit)
    return text if ratio is None else f"{text} ({ratio:.{0 if ratio >= _LONG else 1}f}x)"


def _size(size: int, row: Row) -> str:
    if not size:
        return ""
    if row.of_bytes:
        return f"{size / _MEBI:,.0f} MiB: "
    return f"{size:,}: "


def _judged(row: Row, board: Board) -> tuple[str, str, str]:
    budget = row.budget
    if budget is None:
        return "", "", ""
    found = budget.found(board)
    if found is None:
        return budget.text, "", ""
    text = f"{found:.2f}x" if budget.over else amount(found, row.unit)
    return budget.text, text, _ANSWERS[budget.met(board)]
