"""What is known of a source file from earlier, without opening it? Its `Entry` in the symbol index.

The index is a memory that outlives the process. An entry holds a file's outline and two things that
say whether it still holds: the *signature* that the file had, by which it's trusted unread, and its
*content*, a hash of its bytes, by which it's trusted unparsed. A file that was fresh when it was
read has no signature in its entry. An entry that is damaged, or was written by another version of
Pivot or Python, is no entry. Nothing in it is absolute: a project can be moved. Example::

    SymbolIndex(root, state.symbols).recall("/project/steps.py")

Tests: tests/fingerprint/test_index.py.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pivot.errors import StorageError
from pivot.fingerprint.outline import Outline
from pivot.frozen import frozen
from pivot.hashing import hash_bytes
from pivot.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Callable

#: The modules that say what an entry holds, and how any of it is computed.
IMPLEMENTATION = (
    *("identity", "index", "kinds", "marked", "names", "outline"),
    *("scopes", "sources", "statements", "syntax"),
)
_DIGITS = 16


def _implementation() -> str:
    """Give a hash of the code that makes entries: what other code made may mean something else."""
    try:
        sources = [Path(__file__).with_name(f"{name}.py").read_bytes() for name in IMPLEMENTATION]
    except OSError:
        # Pivot is in an archive; then its version has to do. Late: it takes long to import.
        from importlib.metadata import version

        return version("pivot")
    return hash_bytes(b"".join(sources))


# Names are read by Python's own rules, and trees and marshalled data are those of a release.
_FORMAT = f"{_implementation()} {sys.implementation.cache_tag} {sys.hexversion:x} ".encode()


class Memory(Protocol):
    """Keeps bytes by text; may forget them at any moment, and may raise `StorageError`."""

    def get(self, key: str) -> bytes | None:
        """Give what was put, or None."""
        ...

    def put(self, key: str, value: bytes) -> None:
        """Keep a value, in place of an earlier one."""
        ...


class Forgetful:
    """A memory that keeps nothing."""

    def get(self, key: str) -> bytes | None:
        """Give nothing."""

    def put(self, key: str, value: bytes) -> None:
        """Do nothing."""


@frozen
class Entry:
    """What was found in a file."""

    #: None if it was too fresh to be known again by it.
    signature: Signature | None
    content: bytes
    #: None if the file is no Python.
    outline: Outline | None


class Source(NamedTuple):
    """What counts of a piece of source."""

    hash: str
    #: As `written_uses` writes them.
    uses: str


class SymbolIndex:
    """The entries of a project's files."""

    def __init__(self, root: Path, memory: Memory) -> None:
        self._root = root
        self._prefix = f"{root}{os.sep}"
        self._memory = memory

    def recall(self, file: str) -> Entry | None:
        """Give the entry of a file, None if there is none."""
        found = self._get(self._key(file))
        try:
            signature, content, outline = found
            return Entry(
                None if signature is None else Signature(*signature),
                content,
                None if outline is None else Outline(*outline),
            )
        except (TypeError, ValueError):
            return None

    def remember(self, file: str, entry: Entry) -> None:
        """Put the entry of a file in place of an earlier one."""
        signature, outline = entry.signature, entry.outline
        plain = (
            signature and (signature.mtime_ns, signature.size, signature.inode, signature.ctime_ns),
            entry.content,
            outline and tuple(outline),
        )
        self._put(self._key(file), plain)

    def derived(self, key: str, make: Callable[[], Source | None]) -> Source | None:
        """Give what follows from some pieces, which the key names by their hashes.

        What `make` gives is kept; None stands for what can't be told now.
        """
        match self._get(key):
            case (str(digest), str(uses)):
                return Source(digest, uses)
            case _:
                made = make()
        if made is not None:
            self._put(key, (made.hash, made.uses))
        return made

    def all_derived(self, file: str, content: bytes) -> dict[str, tuple[str, str]]:
        """Give all that was kept of what follows from pieces of a file with this content."""
        match self._get(f"derived from {self._key(file)}"):
            case (bytes(known), dict(derived)) if known == content:
                return derived
            case _:
                return {}

    def keep_derived(self, file: str, content: bytes, derived: dict[str, tuple[str, str]]) -> None:
        """Keep all that follows from pieces of a file with this content."""
        self._put(f"derived from {self._key(file)}", (content, derived))

    # A memory that fails only costs time here; whoever depends on it will hear of it.

    def _get(self, key: str) -> Any:
        try:
            return _decoded(self._memory.get(key))
        except StorageError:
            return None

    def _put(self, key: str, plain: tuple[Any, ...]) -> None:
        with contextlib.suppress(StorageError):
            self._memory.put(key, _encoded(plain))

    def _key(self, file: str) -> str:
        inside = file.startswith(self._prefix) and os.pardir not in file
        name = file[len(self._prefix) :] if inside else os.path.relpath(file, self._root)
        return f"file {name}"


def _encoded(plain: tuple[Any, ...]) -> bytes:
    data = marshal.dumps(plain)
    return b"".join((_FORMAT, hash_bytes(data).encode(), data))


def _decoded(value: bytes | None) -> Any:
    """Give what was encoded, None if it wasn't here, or isn't whole any more."""
    if value is None or not value.startswith(_FORMAT):
        return None
    begin = len(_FORMAT) + _DIGITS
    data = value[begin:]
    if hash_bytes(data).encode() != value[len(_FORMAT) : begin]:
        return None
    return marshal.loads(data)  # noqa: S302 - our own, whole, and of this very release
