"""Which values differ at every import, though nothing that the import reads does? `NOW = now()`.

Such a value runs its stages each time, and nobody would guess why. What tells it from a value that
was edited, or that was computed from a file, is the *surroundings* of the import: all sources of
the project, what was read, looked for and listed meanwhile, the environment and the libraries. If
the surroundings are those in which a stage's lock was written, and a hash in the lock is another
one now, then the value makes itself another one. Tests: tests/engine/test_stability.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pivot.hashing import hash_text
from pivot.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.fingerprint import Symbol
    from pivot.store.state import Memory

ADVICE = "compute it in the stage, or make it a parameter"
SITES = ("site-packages", "dist-packages")
#: No import of the pipeline knows of these.
_APART = "script:"
#: Of these, different commands load different parts.
_OWN = (f"{Path(os.__file__).parent}{os.sep}", f"{Path(__file__).parent.parent}{os.sep}")


class Stability:
    """Compares what is imported now with what was imported when the locks were written."""

    def __init__(self, memory: Memory, surroundings: str | None) -> None:
        self._memory = memory
        #: None if the stages were not imported just now: their values may change at any time.
        self._surroundings = surroundings
        self._found: dict[str, frozenset[str]] = {}

    def note(self, stage: str, code: Mapping[str, str]) -> None:
        """Remember under which surroundings a stage's lock, with this code, was written."""
        if self._surroundings is not None:
            self._memory.put(stage, self._mark(code))

    def compare(self, stage: str, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Compare the code in a stage's lock with the code as it is."""
        common = (key for key in before.keys() & now.keys() if not key.startswith(_APART))
        changed = frozenset(key for key in common if before[key] != now[key])
        if changed and self._surroundings is not None:
            same = self._memory.get(stage) == self._mark(before)
            self._found[stage] = changed if same else frozenset()

    def unstable(self, stage: str) -> frozenset[str]:
        """Give the keys of the symbols of a stage that were found to differ by themselves."""
        return self._found.get(stage, frozenset())

    def _mark(self, code: Mapping[str, str]) -> bytes:
        return f"{self._surroundings} {hash_text(repr(sorted(code.items())))}".encode()


def complaint(key: str, symbol: Symbol | None) -> str:
    """Say that a value is unstable, where, and what to do about it."""
    at = f"{symbol.place}: " if symbol and symbol.place else ""
    return (
        f"{at}{key} has another value at every import, though its source is the same: {ADVICE}; "
        "until then, each stage that uses it runs every time"
    )


def surroundings(files: Mapping[str, Signature | None], others: Iterable[object]) -> str:
    """Give the hash of all that an import can depend on.

    `files` are those that it read, `others` what else is known to be.
    """
    facts = [
        sorted(files.items(), key=lambda item: item[0]),
        *others,
        sys.version,
        Path.cwd(),
        sorted(os.environ.items()),
        sorted(map(repr, libraries())),
    ]
    return hash_text(repr(facts), "xxh3_128")


def libraries() -> Iterator[object]:
    """Give what changes when something is installed, or edited where it's installed from."""
    for entry in sys.path:
        if entry.endswith(SITES):
            yield entry, Signature.at(entry)
    for module in list(sys.modules.values()):
        file = vars(module).get("__file__") if isinstance(module, ModuleType) else None
        if isinstance(file, str) and not file.startswith(_OWN) and not is_installed(file):
            yield file, Signature.at(file)


def is_installed(file: str) -> bool:
    """Say whether a file belongs to an installed distribution."""
    return any(f"{os.sep}{site}{os.sep}" in file for site in SITES)
