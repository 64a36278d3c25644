"""What did the code look like that a lock knows by its hashes? The archive keeps its sources.

Kept are the files as they were, each content once, and for each symbol, by its key and hash, where
in which file it stood and, of a constant, its value as a short text. To keep a file takes a tenth
of the time that it takes to write each of its definitions anew. All of it lies in the State, so it
may be gone: then an explanation has less to say. Example::

    archive.keep("const:m:K", "24b3c7c8ed1dda5f", Place("m.py", 3), "5")
    archive.recall("const:m:K", "24b3c7c8ed1dda5f").text  # all of m.py, as it was

Tests: tests/store/test_archive.py.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from pivot.errors import Place
from pivot.frozen import frozen
from pivot.hashing import hash_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.store.state import State

#: The lowest: it takes a fifth of the time of the default one, for a fifth more bytes.
_COMPRESSION = 1


@frozen
class Sample:
    """A symbol, as it was when it was kept."""

    #: Where its definition began.
    place: Place | None
    #: Of a constant: its value as a short text, if it has one.
    shown: str | None = None
    #: What was in the file at `place`; None if it is not known.
    text: bytes | None = None


class Archive:
    """Keeps sources of the project at `root`, for one run."""

    def __init__(self, root: Path, state: State) -> None:
        self._root = root
        self._state = state
        self._kept: set[str] = set()
        #: File -> the hash of what is in it, "" if it can't be read.
        self._texts: dict[str, str] = {}

    def keep(self, key: str, hash: str, place: Place | None, shown: str | None) -> None:  # noqa: A002 - as everywhere
        """Keep a symbol, unless it is kept already; its file is read where it lies."""
        entry = f"{hash} {key}"
        if entry in self._kept:
            return
        self._kept.add(entry)
        if (place is None and shown is None) or self._state.samples.get(entry) is not None:
            return
        known = [place.file, place.line, self._keep_text(place.file)] if place else []
        self._state.samples.put(entry, json.dumps([shown, *known]).encode())

    def recall(self, key: str, hash: str) -> Sample | None:  # noqa: A002 - as above
        """Give what was kept of a symbol, None if nothing was."""
        entry = self._state.samples.get(f"{hash} {key}")
        if entry is None:
            return None
        try:
            shown, *known = json.loads(entry)
            if not known:
                return Sample(None, shown)
            file, line, text = known
            return Sample(Place(file, line), shown, self._text(text))
        except (ValueError, TypeError):  # of another format, or damaged
            return None

    def _keep_text(self, file: str) -> str:
        if file not in self._texts:
            try:
                data = (self._root / file).read_bytes()
            except OSError:
                self._texts[file] = ""
                return ""
            self._texts[file] = digest = hash_bytes(data, "xxh3_128")
            if self._state.texts.get(digest) is None:
                self._state.texts.put(digest, zlib.compress(data, _COMPRESSION))
        return self._texts[file]

    def _text(self, digest: str) -> bytes | None:
        data = self._state.texts.get(digest) if digest else None
        try:
            return None if data is None else zlib.decompress(data)
        except zlib.error:
            return None
