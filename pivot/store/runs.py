"""What a run made, as the run cache keeps it: the outputs' records, as JSON bytes.

The run cache maps a key that names everything a stage depended on to what the stage made of it. It
is disposable, so that an entry that can't be read counts as absent.
Tests: tests/store/test_runs.py.
"""

from __future__ import annotations

import json

from pivot.store.content import Content
from pivot.store.lock import Record


def encode_outs(outs: tuple[Record, ...]) -> bytes:
    """Give the bytes that `decode_outs` turns back into these records."""
    rows = [
        [r.name, r.path, r.content.hash, r.content.size, r.content.executable, r.content.directory]
        for r in outs
    ]
    return json.dumps(rows, separators=(",", ":")).encode()


def decode_outs(data: bytes) -> tuple[Record, ...] | None:
    """Give the records, or None if the bytes are not an entry of this version."""
    try:
        return tuple(
            Record(name, path, Content(digest, size, executable, directory))
            for name, path, digest, size, executable, directory in json.loads(data)
        )
    except (ValueError, TypeError):
        return None
