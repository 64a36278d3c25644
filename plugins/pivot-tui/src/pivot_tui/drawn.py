"""A line as it is to be drawn: a text, and what kind of text it is.

Example: `Drawn("+new", Kind.ADDED)`. Text that came from elsewhere goes through `drawn`, which
makes it harmless. Tests: tests/test_outputs.py.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from pivot_tui.text import clean


class Kind(enum.Enum):
    """What a line is; the value is how it looks, as a style of Rich."""

    PLAIN = ""
    TITLE = "bold"
    DIM = "dim"
    ADDED = "green"
    REMOVED = "red"
    PLACE = "cyan"
    TROUBLE = "bold red"


class Drawn(NamedTuple):
    """One line."""

    text: str
    kind: Kind = Kind.PLAIN


def drawn(text: str, kind: Kind = Kind.PLAIN) -> Drawn:
    """Give a line of text that others wrote."""
    return Drawn(clean(text), kind)


def diff_line(text: str) -> Drawn:
    """Give a line of a unified diff in its colour."""
    kinds = {"+": Kind.ADDED, "-": Kind.REMOVED, "@": Kind.PLACE}
    return drawn(text, kinds.get(text[:1], Kind.PLAIN))
