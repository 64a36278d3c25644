"""What texts stand for: the types of columns whose cells are written as text.

A column has the first of these *types* that all of its cells fit, an empty one fitting any: `null`,
`boolean` (true, True, TRUE, false...), `integer`, `float`, `text`. A text that another program
might take for a name stays one: 007, +49, 1_000. Example::

    types = TextTypes()
    types.feed([["1", "x"], ["2.5", ""]])
    types.found(2)  # ('float', 'text')

Tests: tests/test_text_cells.py.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_INTEGER = r"0|-?[1-9][0-9]*"
_FLOAT = (
    r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|-?(?:inf|Inf|Infinity|infinity)|nan|NaN"
)
_PATTERNS = {
    "null": r"",
    "boolean": r"true|false|True|False|TRUE|FALSE",
    "integer": _INTEGER,
    "float": _FLOAT,
}
#: One match takes all cells of a column at once, each with a line end; possessive, as there is only
#: one way to read them, and going back would take memory for every cell.
_COLUMNS = {name: re.compile(rf"(?:(?:{p})?\n)*+") for name, p in _PATTERNS.items()}
#: What a column may turn out to be when more cells are seen.
_LATER = {
    "null": ("null", "boolean", "integer", "float"),
    "boolean": ("boolean",),
    "integer": ("integer", "float"),
    "float": ("float",),
}
_IS_INTEGER = re.compile(_INTEGER).fullmatch
#: A double keeps this many decimal digits apart for sure; a text with more is compared exactly.
_DIGITS_OF_A_DOUBLE = 17


class TextTypes:
    """The types of the columns of a table, as far as its rows have been seen."""

    def __init__(self) -> None:
        self._types: list[str] = []
        #: How many characters the cells have in all.
        self.characters = 0

    def feed(self, rows: Sequence[Sequence[str]]) -> None:
        """Look at some rows; a short one is as if it had empty cells."""
        for index, cells in enumerate(zip_longest(*rows, fillvalue="")):
            if index == len(self._types):
                self._types.append("null")
            joined = "\n".join(cells) + "\n"
            self.characters += len(joined)
            known = self._types[index]
            if known != "text":
                self._types[index] = _type(joined, len(cells), known)

    def found(self, width: int) -> tuple[str, ...]:
        """Give the types of at least `width` columns."""
        missing = max(0, width - len(self._types))
        return (*self._types, *["null"] * missing)


def _type(joined: str, cells: int, known: str) -> str:
    if joined.count("\n") != cells:
        return "text"  # a cell has line ends of its own
    return next((name for name in _LATER[known] if _COLUMNS[name].fullmatch(joined)), "text")


def common_type(one: str, other: str) -> str:
    """Give the type that the cells of both of two columns fit."""
    if one == other or other == "null":
        return one
    if one == "null":
        return other
    return "float" if {one, other} == {"integer", "float"} else "text"


def read_as(type_: str) -> Callable[[str], object]:
    """Give the function that turns a cell of a column of this type into its value."""
    return _READERS[type_]


def _number_or_null(text: str) -> int | float | Decimal | None:
    return number(text) if text else None


def number(text: str) -> int | float | Decimal:
    """Give the number that an `integer` or `float` cell stands for.

    What a double can't hold (more digits, a larger or smaller exponent) is a `Decimal`.
    """
    if _IS_INTEGER(text):
        try:
            return int(text)
        except ValueError:  # Python reads no more than 4300 digits
            return Decimal(text)
    value = float(text)
    if 0 < abs(value) < math.inf and (len(text) <= _DIGITS_OF_A_DOUBLE or repr(value) == text):
        return value
    return _exact(text, value)


def _exact(text: str, value: float) -> float | Decimal:
    mantissa = text.lower().partition("e")[0]
    digits = mantissa.replace(".", "").lstrip("-0").rstrip("0")
    if not digits.isdigit():  # zero, NaN or infinity
        return value
    if 0 < abs(value) < math.inf and len(digits) <= _DIGITS_OF_A_DOUBLE:
        return value
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more digits than anything in the world
        return value


_READERS: dict[str, Callable[[str], object]] = {
    "null": lambda _: None,
    "boolean": lambda text: text[0] in "tT" if text else None,
    "integer": _number_or_null,
    "float": _number_or_null,
    "text": lambda text: text or None,
}
