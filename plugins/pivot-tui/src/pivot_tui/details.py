"""What the right side says of the stage that is selected: what it printed, and why it runs.

Example: `why(row)` has the status, the reasons and the explanation of a stage. Tests:
tests/test_details.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.store.layout import Layout
from pivot_tui.board import State
from pivot_tui.drawn import Drawn, Kind, diff_line, drawn
from pivot_tui.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot_tui.board import Board, Row

#: How much of an earlier log is shown, in bytes.
_EARLIER = 64_000
#: How a line of an explanation is set off that belongs to a diff.
_INDENT = "      "


def log(board: Board, root: Path, name: str) -> list[Drawn]:
    """Give what a stage has printed in these runs; else what it printed when it ran before."""
    kept, printed = board.lines(name)
    lines = [Drawn(line) for line in kept]
    if printed > len(kept):
        gone = f"... {printed - len(kept)} earlier lines: pivot logs {name}"
        lines.insert(0, drawn(gone, Kind.DIM))
    return lines or _quiet(board, root, name)


def _quiet(board: Board, root: Path, name: str) -> list[Drawn]:
    row = board.row(name)
    if board.executor == "inline":
        said = "What stages print in this very process is shown at the end."
        return [Drawn(said, Kind.DIM)]
    if row is not None and row.state in (State.RUNNING, State.RAN, State.FAILED):
        return [Drawn("It has printed nothing.", Kind.DIM)]
    earlier = _earlier(root, name)
    if not earlier:
        return [Drawn("It has not printed anything.", Kind.DIM)]
    return [Drawn("When it last ran, it printed:", Kind.DIM), *earlier]


def _earlier(root: Path, name: str) -> list[Drawn]:
    try:
        with Layout(root).log_file(name).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _EARLIER))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [Drawn(line) for line in clean_lines(text.rstrip("\n"))] if text else []


def why(row: Row) -> list[Drawn]:
    """Give what happens with a stage and why."""
    return list(_why(row))


def _why(row: Row) -> Iterator[Drawn]:
    yield drawn(f"{row.name}: {row.state.word}", Kind.TITLE)
    if row.trouble:
        kind = Kind.PLAIN if row.state is State.HELD else Kind.TROUBLE
        lead = "held by " if row.state is State.HELD else ""
        yield from (drawn(line, kind) for line in f"{lead}{row.trouble}".split("\n"))
        yield from (drawn(f"  {line}") for line in row.traceback.rstrip().split("\n") if line)
    yield Drawn("")
    if row.reasons:
        yield Drawn("Reasons:", Kind.TITLE)
        yield from (drawn(f"  {reason}") for reason in row.reasons)
    elif row.state is State.UNCHANGED:
        yield Drawn("Nothing that it depends on has changed since it last ran.")
    elif not row.done:
        yield Drawn("It is not decided yet: what it needs comes first.", Kind.DIM)
    if row.explanation:
        yield Drawn("")
        yield from map(_explained, row.explanation.split("\n"))


def _explained(line: str) -> Drawn:
    """Give a line of an explanation; one of a diff in its colour."""
    inner = line.removeprefix(_INDENT)
    if line.startswith(_INDENT) and inner[:1] in ("+", "-", "@"):
        return Drawn(f"{_INDENT}{diff_line(inner).text}", diff_line(inner).kind)
    return drawn(line)
