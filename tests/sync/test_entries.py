"""What is told of a run, and what isn't believed."""

from __future__ import annotations

import json

import pytest

from pivot.errors import CorruptionError
from pivot.hashing import hash_bytes
from pivot.store.content import Content
from pivot.store.lock import Record
from pivot.store.runs import Result
from pivot.sync.entries import decode_entry, encode_entry

RUN = "ab" * 16
OUT = Record("model", "out/model.bin", Content("ef46db3751d8e999", 7, executable=True))
FOLDER = Record("parts", "parts/", Content("0" * 32, 12, directory=True))
RESULT = Result((OUT, FOLDER), {"file:extra.txt": "0123"})


def test_a_result_comes_back():
    assert decode_entry(*encode_entry(RUN, RESULT)) == RESULT


def test_equal_results_are_one_entry():
    assert encode_entry(RUN, RESULT) == encode_entry(RUN, Result(RESULT.outs, {**RESULT.traced}))
    assert encode_entry(RUN, RESULT)[0] != encode_entry(RUN, Result((OUT,)))[0]


def test_what_is_damaged_is_refused():
    key, data = encode_entry(RUN, RESULT)
    with pytest.raises(CorruptionError, match="is damaged"):
        decode_entry(key, data.replace(b"model", b"m0del"))


def test_an_entry_under_the_name_of_another_run_is_refused():
    key, data = encode_entry(RUN, RESULT)
    with pytest.raises(CorruptionError, match="is broken"):
        decode_entry(key.replace(RUN, "cd" * 16), data)


def outs(*row):
    return {"run": RUN, "version": 1, "traced": {}, "outs": [list(row)]}


GOOD = ("model", "model.bin", "0" * 16, 7, False, False)


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        outs(*GOOD) | {"version": 2},
        outs(*GOOD) | {"traced": {"x": 1}},
        outs(*GOOD) | {"traced": []},
        outs(*GOOD) | {"outs": 7},
        outs(*GOOD[:5]),
        outs("model", "../../etc/passwd", *GOOD[2:]),
        outs("model", "/etc/passwd", *GOOD[2:]),
        outs(*GOOD[:2], "../x", *GOOD[3:]),
        outs(*GOOD[:3], -1, False, False),
        outs(*GOOD[:3], True, False, False),
        outs(*GOOD[:4], 1, False),
    ],
)
def test_what_is_not_an_entry_is_refused(fields):
    data = json.dumps(fields).encode()
    with pytest.raises(CorruptionError, match="is broken"):
        decode_entry(f"{RUN}-{hash_bytes(data)}", data)


def test_what_is_not_json_is_refused():
    for data in (b"", b"\x80\x04", b"[" * 100_000):
        with pytest.raises(CorruptionError, match="is broken"):
            decode_entry(f"{RUN}-{hash_bytes(data)}", data)
