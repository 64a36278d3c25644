"""The run cache's entries as they travel: what one run of a stage made, under its run's name.

The *run* is the name of an observation: a hash of code, parameters and inputs. An entry says what
such a run made, and on what else it turned out to depend. It never changes, so that its key is the
run and the hash of its bytes; several machines can't be in each other's way. An entry that is read
is not trusted: it comes from a remote. Example::

    key, data = encode_entry(run, Result(lock.outs, lock.traced))
    decode_entry(key, data)     # the same result again

Tests: tests/sync/test_entries.py.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from pivot.errors import CorruptionError, PathError
from pivot.hashing import hash_bytes
from pivot.paths import artifact_path
from pivot.store.content import Content
from pivot.store.lock import Record
from pivot.store.runs import Result

#: In bytes: no entry is larger; what is, isn't one.
LONGEST = 1 << 24
_VERSION = 1
_HASH = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_FIELDS = 6


def encode_entry(run: str, result: Result) -> tuple[str, bytes]:
    """Give the key and the bytes of an entry; equal results give equal ones."""
    outs = [
        [out.name, out.path, out.content.hash, out.content.size, *_flags(out.content)]
        for out in result.outs
    ]
    fields = {"outs": outs, "run": run, "traced": dict(result.traced), "version": _VERSION}
    data = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return f"{run}-{hash_bytes(data)}", data


def _flags(content: Content) -> list[bool]:
    return [content.executable, content.directory]


def decode_entry(key: str, data: bytes) -> Result:
    """Give the result that an entry tells of; raise `CorruptionError` if it is damaged or broken.

    That its paths are those of a stage's outputs is for the caller to compare.
    """
    run, _, digest = key.partition("-")
    if hash_bytes(data) != digest:
        raise CorruptionError(f"the entry {key} of the run cache is damaged")
    try:
        return _result(json.loads(data), run)
    except (ValueError, TypeError, KeyError, RecursionError, PathError) as error:
        raise CorruptionError(f"the entry {key} of the run cache is broken: {error}") from error


def _result(fields: Any, run: str) -> Result:
    if type(fields) is not dict or (fields["run"], fields["version"]) != (run, _VERSION):
        raise ValueError("of another run, or another version")
    outs = tuple(_record(row) for row in cast("list[object]", fields["outs"]))
    return Result(outs, _traced(fields["traced"]))


def _record(row: Any) -> Record:
    if type(row) is not list or len(cast("list[object]", row)) != _FIELDS:
        raise ValueError("an output has other fields")
    name, path, digest, size, executable, directory = row
    if type(name) is not str or type(path) is not str or artifact_path(path) != path:
        raise ValueError("an output is not named as it should be")
    if type(digest) is not str or not _HASH.fullmatch(digest):
        raise ValueError("a hash is none")
    if type(size) is not int or size < 0 or {type(executable), type(directory)} != {bool}:
        raise ValueError("a size or a flag is none")
    return Record(name, path, Content(digest, size, executable, directory))


def _traced(value: Any) -> dict[str, str]:
    if type(value) is not dict:
        raise ValueError("what it depended on is no table")
    texts = cast("dict[object, object]", value)
    if not all(type(key) is type(text) is str for key, text in texts.items()):
        raise ValueError("what it depended on is no table of texts")
    return cast("dict[str, str]", texts)
