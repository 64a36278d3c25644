"""What does a text in YAML say, in plain values? As long as it doesn't say too much.

An alias stands for all that its anchor has: a file of a kilobyte can stand for more than any memory
holds, or for something that contains itself. `check_extent` looks at the nodes of a document before
values are made of them, and refuses what nobody means. Example::

    plain_value("[1, 2]", yaml.SafeLoader)  # [1, 2]

All are given one of PyYAML's safe loaders, so that only who reads YAML imports the parser.

Tests: tests/test_plain_yaml.py.
"""

from __future__ import annotations

import itertools
from typing import Any

#: In values, once all aliases are written out; what is written without aliases may be more.
MOST = 1_000_000
#: In characters: from a number of more digits than this Python makes no text again.
LONGEST_NUMBER = 1000
#: In levels. Whoever walks through the values must not come to the end of Python's stack.
DEEPEST = 100

_MERGE = "tag:yaml.org,2002:merge"
_NUMBER = "tag:yaml.org,2002:int"


class ExtentError(ValueError):
    """A document that stands for too much; `node` is where, the message begins with 'this'."""

    def __init__(self, message: str, node: Any) -> None:
        super().__init__(message)
        self.node = node

    @property
    def line(self) -> int:
        """The line on which the node begins."""
        return self.node.start_mark.line + 1


def plain_value(text: str, loader: type[Any]) -> Any:
    """Give what the one document of a text says, by one of PyYAML's loaders.

    Raises `ExtentError`, and what the loader raises.
    """
    reader = loader(text)
    node = reader.get_single_node()
    check_extent(node)
    return None if node is None else value_of(node, reader)


def value_of(node: Any, loader: Any) -> Any:
    """Give the plain value of a node that `loader` has parsed.

    Raises `ValueError` if it has none, and what the loader raises.
    """
    try:
        return loader.construct_object(node, deep=True)
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        # PyYAML stumbles over values that don't fit their tags: `!!timestamp 9`, `!!bool maybe`.
        raise ValueError("it doesn't fit its tag") from error


def check_extent(node: Any) -> None:
    """Raise `ExtentError` if a node, of PyYAML or of what is like it, stands for too much."""
    if node is not None:
        _Counter().count(node, 0, merging=False)


class _Counter:
    """Counts the nodes below a node, each time that it is named."""

    def __init__(self) -> None:
        #: Of each node: how many it stands for, and in how many levels; None: it is being counted.
        self._known: dict[int, tuple[int, int] | None] = {}
        self._written = 0

    def count(self, node: Any, depth: int, *, merging: bool) -> tuple[int, int]:
        if node.id == "scalar":
            self._written += 1
            if node.tag == _NUMBER and len(node.value) > LONGEST_NUMBER:
                raise ExtentError("this is a number that is too long", node)
            return 1, 0
        if id(node) in self._known:
            known = self._known[id(node)]
            if known is None and not merging:
                raise ExtentError("this contains itself", node)
            return known or (0, 0)
        if depth > DEEPEST:
            raise ExtentError("this is nested too deeply", node)
        self._known[id(node)] = None
        total, height = 1, 0
        for child, merged in _children(node, merging=merging):
            number, levels = self.count(child, depth + 1, merging=merged)
            total += number
            height = max(height, levels + 1)
        if height > DEEPEST:
            raise ExtentError("this is nested too deeply", node)
        if total > MOST and total > 100 * self._written:
            message = f"this stands for more than {MOST:,} values, by the aliases in it"
            raise ExtentError(message, node)
        self._known[id(node)] = total, height
        return total, height


def _children(node: Any, *, merging: bool) -> Any:
    """Give the nodes in a node, each with whether it is what a mapping merges (`<<`)."""
    if node.id == "sequence":
        return zip(node.value, itertools.repeat(merging), strict=False)
    return ((child, key.tag == _MERGE) for pair in node.value for child in pair for key in pair[:1])
