"""What stages print, kept as far as there is room.

Each stage keeps its last lines; all together keep no more than a number of characters, for which
the stage that has been silent for the longest gives up its older lines first. Tests:
tests/test_lines.py.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

_LINES = 5000
_CHARACTERS = 16_000_000


@dataclass(slots=True)
class _Kept:
    lines: deque[str] = field(default_factory=deque[str])
    characters: int = 0
    #: How many lines were printed in all.
    printed: int = 0


class Lines:
    """The last lines of each stage; not safe for threads by itself."""

    def __init__(self, per_stage: int = _LINES, characters: int = _CHARACTERS) -> None:
        self._per_stage = per_stage
        self._most = characters
        self._characters = 0
        #: The one that printed last is last.
        self._stages: OrderedDict[str, _Kept] = OrderedDict()

    def add(self, stage: str, line: str) -> None:
        """Keep a line."""
        kept = self._stages.get(stage)
        if kept is None:
            kept = self._stages[stage] = _Kept()
        self._stages.move_to_end(stage)
        # A line of no characters takes room, too.
        cost = len(line) + 1
        kept.lines.append(line)
        kept.printed += 1
        kept.characters += cost
        self._characters += cost
        if len(kept.lines) > self._per_stage:
            self._drop_first(kept)
        while self._characters > self._most:
            self._drop_first(next(kept for kept in self._stages.values() if kept.lines))

    def clear(self, stage: str) -> None:
        """Forget the lines of a stage, which starts anew."""
        kept = self._stages.pop(stage, None)
        if kept is not None:
            self._characters -= kept.characters

    def of(self, stage: str) -> tuple[list[str], int]:
        """Give the lines that are kept of a stage, and how many it printed in all."""
        kept = self._stages.get(stage)
        return (list(kept.lines), kept.printed) if kept else ([], 0)

    def printed(self, stage: str) -> int:
        """Give how many lines a stage has printed."""
        kept = self._stages.get(stage)
        return kept.printed if kept else 0

    def _drop_first(self, kept: _Kept) -> None:
        cost = len(kept.lines.popleft()) + 1
        kept.characters -= cost
        self._characters -= cost
