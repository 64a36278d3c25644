"""Which stages an entry of `pivot.yaml` stands for: one for each combination of its dimensions.

A *variant* is one of them, or the entry itself if it has no matrix. In texts `${model}` stands for
the variant's value of the dimension `model`, and `$${` for a literal `${`. Example: the dimensions
`model: [bert, gpt]` and `lang: [swe]` make `train@bert_swe` and `train@gpt_swe`.

Tests: tests/discovery/test_matrix.py.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.stage import STAGE_NAME, VARIANT_SIGN
from pivot.suggestions import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pivot.discovery.stage_file import Choice, Entry, Overrides

#: What a matrix may make. More is a mistake, and would take all memory before anybody could say so.
MOST_VARIANTS = 100_000
_JOINT = "_"
_PLACEHOLDER = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")


@frozen
class Variant:
    """One stage that an entry stands for."""

    name: str
    entry: Entry
    #: Dimension -> value.
    values: Mapping[str, str]
    #: The entry's own, then those of each value in the order of the dimensions; the last one wins.
    overrides: tuple[Overrides, ...]


def variants(entry: Entry, complain: Callable[[str, str | None], None]) -> Iterator[Variant]:
    """Give the variants of an entry; tell of those that have no name, or that of another."""
    if entry.matrix is None:
        yield Variant(entry.name, entry, {}, (entry.overrides,))
        return
    count = math.prod(len(dimension.choices) for dimension in entry.matrix)
    if count > MOST_VARIANTS:
        complain(f"the matrix makes {count:,} stages", f"the most are {MOST_VARIANTS:,}")
        return
    first: dict[str, tuple[Choice, ...]] = {}
    for choices in itertools.product(*(dimension.choices for dimension in entry.matrix)):
        name = f"{entry.name}{VARIANT_SIGN}{_JOINT.join(choice.text for choice in choices)}"
        if not STAGE_NAME.fullmatch(name):
            complain(f"the name of a variant is too long: {name!r}", "use shorter values")
        elif name in first:
            same = f"{_shown(first[name])} and {_shown(choices)}"
            complain(f"two variants are called {name!r}: {same}", "use other values")
        else:
            first[name] = choices
            yield _variant(name, entry, choices)


def _variant(name: str, entry: Entry, choices: tuple[Choice, ...]) -> Variant:
    names = (dimension.name for dimension in entry.matrix or ())
    values = dict(zip(names, (choice.text for choice in choices), strict=True))
    return Variant(name, entry, values, (entry.overrides, *(one.overrides for one in choices)))


def _shown(choices: tuple[Choice, ...]) -> str:
    return f"({', '.join(choice.text for choice in choices)})"


class PlaceholderError(Exception):
    """A `${...}` that means nothing; `hint` says what would."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def filled(text: str, values: Mapping[str, str]) -> str:
    """Give a text with the values of the dimensions; raise `PlaceholderError`."""
    if "${" not in text:
        return text
    return _PLACEHOLDER.sub(lambda found: _replacement(found, values), text)


def _replacement(found: re.Match[str], values: Mapping[str, str]) -> str:
    name, end = found[1], found[2]
    if name is None:
        return "${"
    if name in values and end:
        return values[name]
    escape = "write $${ for a literal ${"
    if not end:
        raise PlaceholderError(f"'${{{name}' has no '}}'", escape)
    if not values:
        hint = f"the stage has no matrix; {escape}"
    else:
        hint = suggestion(name, values, "dimensions")
    raise PlaceholderError(f"'${{{name}}}' is no dimension of the matrix", hint)


def filled_in(value: Any, values: Mapping[str, str]) -> Any:
    """Give a plain value with all texts in it filled; raise `PlaceholderError`."""
    match value:
        case str():
            return filled(value, values)
        case dict():
            return {key: filled_in(item, values) for key, item in value.items()}
        case list():
            return [filled_in(item, values) for item in value]
    return value
