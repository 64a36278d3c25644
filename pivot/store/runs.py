"""What runs of a stage made, as the run cache keeps it, in JSON bytes.

The run cache maps a key that names everything a stage declares to depend on to its *results*: what
it made, with what else it turned out to depend on. There may be several under one key, the newest
first. It is disposable, so that an entry that can't be read counts as absent.
Tests: tests/store/test_runs.py.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING

from pivot.frozen import frozen
from pivot.store.content import Content
from pivot.store.lock import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: How many results are kept under one key.
_KEPT = 16


@frozen
class Result:
    """What one run made."""

    outs: tuple[Record, ...]
    #: What it depended on without declaring it; see `Lock.traced`.
    traced: Mapping[str, str] = field(default_factory=dict[str, str])


def with_result(data: bytes | None, result: Result) -> bytes:
    """Give the bytes of an entry with one more result; one of the same dependencies gives way."""
    others = [one for one in decode_results(data) if one.traced != result.traced]
    return encode_results([result, *others][:_KEPT])


def encode_results(results: Sequence[Result]) -> bytes:
    """Give the bytes that `decode_results` turns back into these results."""
    rows = [[dict(one.traced), [_row(out) for out in one.outs]] for one in results]
    return json.dumps(rows, separators=(",", ":"), sort_keys=True).encode()


def _row(record: Record) -> list[object]:
    content = record.content
    flags = [content.executable, content.directory]
    return [record.name, record.path, content.hash, content.size, *flags]


def decode_results(data: bytes | None) -> tuple[Result, ...]:
    """Give the results; none if the bytes are not an entry of this version."""
    try:
        return tuple(
            Result(tuple(_record(*row) for row in rows), dict(traced))
            for traced, rows in json.loads(data or b"[]")
        )
    except (ValueError, TypeError):
        return ()


def _record(
    name: str, path: str, digest: str, size: int, executable: bool, directory: bool
) -> Record:
    return Record(name, path, Content(digest, size, executable, directory))
