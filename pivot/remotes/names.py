"""How what a remote holds is called among files, and that nothing else has a name there.

The blob with the key `abcdef...` is `files/ab/cdef...`, as in the cache; the *entry* of a run that
happened, whose key is that of its observation and, behind a hyphen, its own hash, is
`runs/ab/cdef...-0123...`. A name comes from elsewhere, and is not trusted. Example::

    name_of("ef46db3751d8e999")    # "files/ef/46db3751d8e999"

Tests: tests/remotes/test_names.py.
"""

from __future__ import annotations

import re

from pivot.errors import UsageError

#: The two directories that there are.
BLOBS = "files/"
ENTRIES = "runs/"
#: How long the first part of a name is, by which it lies in one of 256 directories.
_SHARD = 2

_BLOB = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_ENTRY = re.compile(r"[0-9a-f]{32}-[0-9a-f]{16}")


def is_entry(key: str) -> bool:
    """Say whether a key is that of a run's entry, and not of a blob."""
    return _ENTRY.fullmatch(key) is not None


def name_of(key: str) -> str:
    """Give the name that a key has; raise `UsageError` for what is no key."""
    if _BLOB.fullmatch(key):
        return f"{BLOBS}{key[:_SHARD]}/{key[_SHARD:]}"
    if is_entry(key):
        return f"{ENTRIES}{key[:_SHARD]}/{key[_SHARD:]}"
    raise UsageError(f"{key!r:.80} is not the name of a blob")


def key_of(name: str) -> str | None:
    """Give the key that has a name, or None if none has."""
    folder, _, rest = name.partition("/")
    key = rest.replace("/", "", 1)
    kind = {BLOBS: _BLOB, ENTRIES: _ENTRY}.get(f"{folder}/")
    return key if kind and kind.fullmatch(key) and name_of(key) == name else None


def folders(beginning: str) -> tuple[str, ...]:
    """Give what the names of all keys begin with that begin like this."""
    # Only an entry's key has a hyphen.
    kinds = (ENTRIES,) if "-" in beginning else (BLOBS, ENTRIES)
    shard, rest = beginning[:_SHARD], beginning[_SHARD:]
    tail = f"{shard}/{rest}" if len(shard) == _SHARD else shard
    return tuple(f"{kind}{tail}" for kind in kinds)
