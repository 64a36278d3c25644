"""The outputs of a confined stage, which must be there before it starts: rights are given to files.

What has not been written when the stage ends is told by its time stamp, and removed again. Tests:
tests/confinement/test_outputs.py.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pivot.confinement.confinement import Confinement

#: When nothing is written that is written today, in seconds since 1970.
_LONG_AGO = 0


class EmptyOutputs:
    """Makes those outputs that are missing, empty, and removes what is still so at the end."""

    def __init__(self, confinement: Confinement) -> None:
        self._root = Path(confinement.root)
        self._made: list[str] = []
        self._confinement = confinement

    def __enter__(self) -> Self:
        for path in self._confinement.files:
            place = self._root / path
            if not os.path.lexists(place):
                place.touch(exist_ok=False)
                self._made.append(path)
        for path in self._confinement.directories:
            place = self._root / path
            if not os.path.lexists(place):
                place.mkdir()
                self._made.append(path)
        for path in self._made:
            os.utime(self._root / path, (_LONG_AGO, _LONG_AGO))
        return self

    def __exit__(self, *_: object) -> None:
        for path in self.untouched:
            place = self._root / path
            # Whoever else writes here may have been quicker.
            with contextlib.suppress(OSError):
                place.rmdir() if place.is_dir() else place.unlink()

    @property
    def untouched(self) -> frozenset[str]:
        """The outputs that are there only because they were made here."""
        return frozenset(path for path in self._made if self._is_untouched(path))

    def _is_untouched(self, path: str) -> bool:
        try:
            return (self._root / path).stat().st_mtime == _LONG_AGO
        except OSError:
            return False
