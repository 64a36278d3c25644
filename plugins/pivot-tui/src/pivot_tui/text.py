r"""Text that others wrote, made harmless, and the words for values.

What a stage prints, what its paths are called and what its errors say may hold anything: sequences
that move the cursor, marks that turn the direction of writing. Nothing of that reaches the
terminal. Example: `clean("\x1b[2Jok\t!")` is `"ok      !"`. Tests: tests/test_text.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.cli.narration import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Control characters of both sets, surrogates, line ends of Unicode, and what turns the direction
#: of writing.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_LONGEST = 4000
_THOUSAND = 1000
_TAB = 8


def clean(line: str) -> str:
    """Give one line as it may be drawn; of a very long one, the beginning."""
    drawn = _UNSAFE.sub("", printable(line[: 2 * _LONGEST]).expandtabs(_TAB))
    return drawn if len(drawn) <= _LONGEST else f"{drawn[:_LONGEST]}..."


def clean_lines(text: str) -> Iterator[str]:
    """Give the lines of a text as they may be drawn."""
    return map(clean, text.split("\n"))


def size(count: int) -> str:
    """Give a number of bytes as a person would say it: `512 B`, `1.5 kB`."""
    if count < _THOUSAND:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= _THOUSAND
        if value < _THOUSAND:
            return f"{value:.1f} {unit}"
    return f"{value / _THOUSAND:.1f} TB"
