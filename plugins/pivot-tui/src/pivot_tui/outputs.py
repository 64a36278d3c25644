"""What a run has made of a stage's outputs: sizes and hashes, and how texts differ.

What an output held before and holds now stands in the lock as it was and as it is; the cache has
both contents, if it keeps them. Small texts are compared line by line, directories entry by entry;
of anything else the sizes say enough. Example::

    changes(root, row)    # lines to be drawn

Tests: tests/test_outputs.py.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from pivot.errors import PivotError
from pivot.store.blobs import Blobs
from pivot.store.layout import Layout
from pivot.store.listing import FileEntry, decode_listing
from pivot_tui.board import State, recorded
from pivot_tui.drawn import Drawn, Kind, diff_line, drawn
from pivot_tui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pivot.store.content import Content
    from pivot_tui.board import Row

#: What is compared line by line: in bytes, and in lines.
_LARGEST = 200_000
_MOST_LINES = 3000
#: How many lines are shown of one difference.
_SHOWN = 400
_HASH = 8


def changes(root: Path, row: Row) -> list[Drawn]:
    """Give the lines about all outputs of a stage."""
    before, after = row.before, row.after
    if row.state in (State.UNCHANGED, State.WAITING) and after is None:
        # Nobody needed to look at its lock.
        before = after = recorded(root, row.name)
    if before is None and after is None:
        return [Drawn("Nothing is recorded: the stage has not run well yet.", Kind.DIM)]
    old = {record.path: record.content for record in before or ()}
    new = {record.path: record.content for record in after or ()}
    lines: list[Drawn] = []
    for path in dict.fromkeys((*new, *old)):
        lines += _Change(root, path, old.get(path), new.get(path)).lines()
        lines.append(Drawn(""))
    return lines or [Drawn("The stage has no outputs.", Kind.DIM)]


class _Change:
    """One output, before and after."""

    def __init__(self, root: Path, path: str, old: Content | None, new: Content | None) -> None:
        self._root = root
        self._blobs = Blobs(Layout(root), None)
        self._path = path
        self._old = old
        self._new = new

    def lines(self) -> Iterator[Drawn]:
        old, new = self._old, self._new
        yield drawn(self._path, Kind.TITLE)
        if old is None or new is None:
            word, content = ("new", new) if new else ("no output any more", old)
            yield Drawn(f"  {word}: {_facts(content)}")
        elif old == new:
            yield Drawn(f"  unchanged: {_facts(new)}", Kind.DIM)
        else:
            yield Drawn(f"  size  {_size(old)} -> {_size(new)}")
            yield Drawn(f"  hash  {old.hash[:_HASH]} -> {new.hash[:_HASH]}")
            yield from self._difference(old, new)

    def _difference(self, old: Content, new: Content) -> Iterator[Drawn]:
        if old.directory != new.directory:
            yield Drawn(f"  is a {'directory' if new.directory else 'file'} now")
        elif old.directory:
            yield from self._entries(old, new)
        elif max(old.size, new.size) > _LARGEST:
            yield Drawn(f"  too large to be compared here: more than {size(_LARGEST)}", Kind.DIM)
        else:
            yield from self._texts(old, new)

    def _texts(self, old: Content, new: Content) -> Iterator[Drawn]:
        was, now = self._read(old), self._read(new, self._root / self._path)
        if was is None or now is None:
            which = "the earlier" if was is None else "the new"
            yield Drawn(f"  {which} content is not in the cache", Kind.DIM)
            return
        before, after = _text(was), _text(now)
        if before is None or after is None:
            yield Drawn("  not a text: it is not compared here", Kind.DIM)
        elif max(len(before), len(after)) > _MOST_LINES:
            yield Drawn(f"  {len(before)} lines -> {len(after)} lines", Kind.DIM)
        else:
            found = difflib.unified_diff(before, after, lineterm="")
            yield from _some([diff_line(line) for line in list(found)[2:]], "lines")

    def _entries(self, old: Content, new: Content) -> Iterator[Drawn]:
        was, now = self._listing(old), self._listing(new)
        if was is None or now is None:
            yield Drawn("  the listings are not in the cache", Kind.DIM)
            return
        found: list[Drawn] = []
        for path in sorted(was.keys() | now.keys()):
            if path not in was:
                found.append(drawn(f"+{path}", Kind.ADDED))
            elif path not in now:
                found.append(drawn(f"-{path}", Kind.REMOVED))
            elif was[path] != now[path]:
                found.append(drawn(f" {path}: {_shown(was[path])} -> {_shown(now[path])}"))
        yield from _some(found, "entries")

    def _listing(self, content: Content) -> dict[str, object] | None:
        data = self._read(content, at_most=None)
        try:
            entries = decode_listing(data) if data is not None else None
        except PivotError:
            return None
        return None if entries is None else {entry.path: entry for entry in entries}

    def _read(
        self, content: Content, otherwise: Path | None = None, at_most: int | None = _LARGEST
    ) -> bytes | None:
        """Give the content from the cache, or from its place if that has the same size."""
        try:
            file = self._blobs.path(content.hash)
            if not file.exists() and otherwise is not None:
                file = otherwise
            if at_most is not None and file.stat().st_size != content.size:
                return None
            return file.read_bytes()
        except (OSError, PivotError):
            return None


def _text(data: bytes) -> list[str] | None:
    try:
        return None if b"\0" in data else data.decode().splitlines()
    except UnicodeDecodeError:
        return None


def _some(lines: list[Drawn], noun: str) -> Iterator[Drawn]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield Drawn(f"  ... {len(lines) - _SHOWN} more {noun}", Kind.DIM)


def _facts(content: Content | None) -> str:
    return f"{_size(content)}, {content.hash[:_HASH]}" if content else ""


def _size(content: Content) -> str:
    return f"{size(content.size)}{' in a directory' if content.directory else ''}"


def _shown(entry: object) -> str:
    return size(entry.size) if isinstance(entry, FileEntry) else type(entry).__name__
