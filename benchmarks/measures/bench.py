"""Where figures are made and noted: what every measure is given."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring.figures import Board, Column, Figure
    from benchmarks.measuring.rounds import Rounds

#: What nothing that is written in Python can be faster than.
BARE = (sys.executable, "-c", "pass")


@dataclass(frozen=True, slots=True)
class Bench:
    """A directory for projects, a board for figures, how often to measure, and whom to tell."""

    directory: Path
    board: Board
    rounds: Rounds
    say: Callable[[str], None]

    def note(self, row: str, column: Column, figure: Figure) -> None:
        """Put a figure on the board, and tell whoever waits for the table."""
        self.board.put(row, column, figure)
        who, size = column
        self.say(f"{row:20} {who:6} {size or '':>10} {figure.value:.4g}")
