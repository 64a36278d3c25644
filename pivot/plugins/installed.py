"""Which installed distributions have entry points of Pivot's? The few that have are read, no other.

A distribution lies where modules lie, as a directory `NAME-VERSION.dist-info` (or `.egg-info`) that
may hold a file `entry_points.txt`; looking into those is all that most starts of Pivot need.
`importlib.metadata`, whose import takes longer than this, gives the distributions that are in an
archive, or that a finder of their own provides. Format: the PyPA specification "Entry points".
Example: `next(declared("[pivot."))` has the name, the version and the text of one. Tests:
tests/plugins_host/test_installed.py.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution

_SUFFIXES = (".dist-info", ".egg-info")
_POINTS = "entry_points.txt"
_HEADERS = ("METADATA", "PKG-INFO")


@frozen
class Declared:
    """What a distribution says of itself: None for what it leaves out."""

    name: str | None
    version: str | None
    #: Its `entry_points.txt`.
    text: str


def declared(mark: str) -> Iterator[Declared]:
    """Give the distributions whose entry points have `mark` in them, in the order of the path.

    What an installer left half written says nothing.
    """
    if _only_directories():
        for entry in sys.path:
            yield from _of_directory(entry or os.curdir, mark)
        return
    # Half of the cost of this way is its import.
    from importlib import metadata

    for distribution in metadata.distributions():
        yield from _of_distribution(distribution, mark)


def entry_points(text: str) -> Iterator[tuple[str, str, str]]:
    """Give group, name and target of each entry point; raises `ValueError` for a wrong line."""
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif line and line[0] not in "#;":
            name, equals, target = line.partition("=")
            if not equals:
                raise ValueError(line)
            # Extras in brackets are of no meaning any more.
            yield group, name.strip(), target.partition("[")[0].strip()


def _only_directories() -> bool:
    """Whether all that can be found is in directories of the path."""
    finders: list[Any] = sys.meta_path
    known = importlib.machinery.PathFinder
    if any(f is not known and hasattr(f, "find_distributions") for f in finders):
        return False
    return not any(os.path.isfile(entry) for entry in sys.path)  # noqa: PTH113 - at every start


def _of_directory(directory: str, mark: str) -> Iterator[Declared]:
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208 - as above
    except OSError:
        return
    for name in names:
        if name.endswith(_SUFFIXES):
            place = f"{directory}/{name}"
            text = _text(f"{place}/{_POINTS}")
            if mark in text:
                header = next(filter(None, (_text(f"{place}/{file}") for file in _HEADERS)), "")
                yield Declared(_field(header, "name"), _field(header, "version"), text)


def _of_distribution(distribution: Distribution, mark: str) -> Iterator[Declared]:
    try:
        text = distribution.read_text(_POINTS) or ""
        if mark in text:
            fields = distribution.metadata
            yield Declared(fields.get("Name"), fields.get("Version"), text)
    except (OSError, ValueError, TypeError):
        return


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as stream:  # noqa: PTH123 - as above
            return stream.read()
    except (OSError, UnicodeError):
        return ""


def _field(header: str, wanted: str) -> str | None:
    for line in header.splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            return None  # the description begins
        if name.lower() == wanted:
            return value.strip()
    return None
