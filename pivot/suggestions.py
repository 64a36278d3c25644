"""Which word was meant? The nearest ones, or all if there are few.

Example::

    suggestion("epocs", ["epochs", "rate"], "parameters")  # 'did you mean epochs?'

Tests: tests/test_suggestions.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# A list of all is no help where there are hundreds.
_MOST_SHOWN = 8


def suggestion(word: str, known: Iterable[str], what: str) -> str | None:
    """Give the hint for a word that is none of those known; `what` they are, in the plural."""
    import difflib  # only for who mistyped a word

    names = list(known)
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if len(names) > _MOST_SHOWN:
        return None
    return f"the {what} are: {', '.join(names)}" if names else f"there are no {what}"
