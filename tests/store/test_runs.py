"""What the run cache keeps comes back as it was, and what can't be read counts as absent."""

from __future__ import annotations

import pytest

from pivot.store.content import Content
from pivot.store.lock import Record
from pivot.store.runs import Result, decode_results, encode_results, with_result

OUTS = (
    Record("a", "a.txt", Content("0" * 16, 3, executable=True)),
    Record("b", "b/", Content("1" * 16, 9, directory=True)),
)


def test_results_survive():
    results = (Result(OUTS, {"file:x.txt": "absent"}), Result(OUTS[:1]))
    assert decode_results(encode_results(results)) == results


def test_the_newest_result_is_the_first():
    data = with_result(None, Result(OUTS, {"env:A": "1"}))
    data = with_result(data, Result(OUTS[:1], {"env:A": "2"}))
    assert [one.traced["env:A"] for one in decode_results(data)] == ["2", "1"]


def test_of_the_same_dependencies_only_the_last_result_is_kept():
    data = with_result(None, Result(OUTS, {"env:A": "1"}))
    data = with_result(data, Result(OUTS[:1], {"env:A": "1"}))
    assert decode_results(data) == (Result(OUTS[:1], {"env:A": "1"}),)


def test_only_so_many_results_are_kept():
    data = None
    for number in range(100):
        data = with_result(data, Result(OUTS, {"env:A": str(number)}))
    kept = decode_results(data)
    assert kept[0].traced == {"env:A": "99"}
    assert 2 <= len(kept) < 100


@pytest.mark.parametrize("data", [b"", b"{", b"3", b"[1]", b'[["a"]]', b"[[{}, [1]]]", b"\xff"])
def test_what_is_no_entry_counts_as_absent(data):
    assert decode_results(data) == ()
