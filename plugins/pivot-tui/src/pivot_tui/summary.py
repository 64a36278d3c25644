"""The line at the top: what goes on as a whole, how far it is, and how it went.

Example: `summary(board, runs)` is `RUNNING  ███░░░ 12 of 30  2 running  1 failed`. Tests:
tests/test_summary.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from pivot.cli.wording import duration
from pivot_tui.board import Phase, State
from pivot_tui.stage_list import bar
from pivot_tui.text import clean

if TYPE_CHECKING:
    from pivot.interfaces import Runs
    from pivot_tui.board import Board

_BAR = 20
_COUNTED = (
    State.RUNNING,
    State.FAILED,
    State.RAN,
    State.RESTORED,
    State.UNCHANGED,
    State.CANCELLED,
    State.HELD,
)


def summary(board: Board, runs: Runs) -> Text:
    """Give the line."""
    total, done = len(board.names()), board.done
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f" {_title(board, runs)} ", _style(board, runs))
    if total:
        text.append(f" {bar(done / total, _BAR)} {done} of {total}")
    seconds = board.seconds if board.seconds is not None else board.now() - board.began
    text.append(f"  {duration(seconds)}", "dim")
    for state in _COUNTED:
        if board.count(state):
            text.append(f"  {board.count(state)} {state.word}", state.colour)
    if board.note and board.phase is not Phase.BROKEN:
        text.append(f"  {board.note}", "dim")
    return text


def _title(board: Board, runs: Runs) -> str:
    project = clean(runs.root.name)
    if runs.ending and not runs.over:
        return f"{project}: stopping; Ctrl-C stops at once"
    return f"{project}: {_phase(board, runs).value}"


def _phase(board: Board, runs: Runs) -> Phase:
    return Phase.DONE if runs.over else board.phase


def _style(board: Board, runs: Runs) -> str:
    if runs.ending or board.phase is Phase.BROKEN or board.count(State.FAILED):
        return "bold white on red"
    idle = runs.over or board.phase is Phase.WATCHING
    return "bold white on dark_green" if idle else "bold white on blue"
