"""Large pairs of files with known differences. Tests: tests/benchmarks/test_data_diff.py."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "id,name,price,quantity,when,note\n"
#: One row in so many is modified; half as many are added, and as many removed.
_MODIFIED = 100


def write_pair(before: Path, after: Path, rows: int) -> list[int]:
    """Write two files of so many rows; give how many are added, removed, and modified in a cell.

    The order of the new one is another, but no row moves farther than some thousand: a million rows
    need not be held to be shuffled.
    """
    chance = random.Random(rows)  # noqa: S311 - the files are to be the same each time
    counts = [0, 0, 0]
    with before.open("w", encoding="utf-8") as old, after.open("w", encoding="utf-8") as new:
        old.write(NAMES)
        new.write(NAMES)
        waiting: list[str] = []
        for number in range(rows):
            cells = _row(number)
            old.write(_line(cells))
            if number % (2 * _MODIFIED) == 1:
                counts[1] += 1
                cells = _row(rows + number)
                counts[0] += 1
            elif number % _MODIFIED == 0:
                column = 1 + number // _MODIFIED % 5
                cells[column] = f"{number}9"
                counts[2] += 1
            waiting.append(_line(cells))
            if len(waiting) == 5000 or number == rows - 1:
                chance.shuffle(waiting)
                new.writelines(waiting)
                waiting.clear()
    return counts


def _row(number: int) -> list[str]:
    return [
        str(number),
        f"name {number % 977}",
        str(number * 0.25),
        str(number % 13),
        f"2024-01-{number % 28 + 1:02}T00:00:00",
        f"what there is to say of {number}",
    ]


def _line(cells: list[str]) -> str:
    return ",".join(cells) + "\n"
