"""What the run cache keeps comes back as it was, and what can't be read counts as absent."""

from __future__ import annotations

import pytest

from pivot.store.content import Content
from pivot.store.lock import Record
from pivot.store.runs import decode_outs, encode_outs


def test_records_survive():
    outs = (
        Record("a", "a.txt", Content("0" * 16, 3, executable=True)),
        Record("b", "b/", Content("1" * 16, 9, directory=True)),
    )
    assert decode_outs(encode_outs(outs)) == outs


@pytest.mark.parametrize("data", [b"", b"{", b"3", b"[1]", b'[["a"]]', b"\xff"])
def test_what_is_no_entry_counts_as_absent(data):
    assert decode_outs(data) is None
