"""What code looked like comes back as it was, as long as the State is there."""

from __future__ import annotations

import json
import shutil

import pytest

from pivot.errors import Place
from pivot.store.archive import Archive, Sample
from pivot.store.state import State

HASH = "24b3c7c8ed1dda5f"


@pytest.fixture
def state(tmp_path):
    opened = State.open(tmp_path / "state")
    yield opened
    opened.close()


@pytest.fixture
def archive(tmp_path, state):
    (tmp_path / "m.py").write_text("K = 5\n")
    return Archive(tmp_path, state)


def test_a_symbol_comes_back_with_the_text_that_its_file_had(archive, tmp_path):
    archive.keep("const:m:K", HASH, Place("m.py", 1), "5")
    (tmp_path / "m.py").write_text("K = 6\n")
    assert archive.recall("const:m:K", HASH) == Sample(Place("m.py", 1), "5", b"K = 5\n")


def test_what_was_kept_first_stays(archive, tmp_path, state):
    archive.keep("const:m:K", HASH, Place("m.py", 1), "5")
    (tmp_path / "m.py").write_text("# more\nK = 5\n")
    Archive(tmp_path, state).keep("const:m:K", HASH, Place("m.py", 2), "5")
    assert archive.recall("const:m:K", HASH).place == Place("m.py", 1)


def test_versions_of_a_symbol_are_told_apart_by_their_hashes(archive, tmp_path, state):
    archive.keep("const:m:K", HASH, Place("m.py", 1), "5")
    (tmp_path / "m.py").write_text("K = 6\n")
    Archive(tmp_path, state).keep("const:m:K", HASH[::-1], Place("m.py", 1), "6")
    assert archive.recall("const:m:K", HASH).text == b"K = 5\n"
    assert archive.recall("const:m:K", HASH[::-1]).text == b"K = 6\n"


def test_it_outlives_the_process(tmp_path):
    (tmp_path / "m.py").write_text("K = 5\n")
    first = State.open(tmp_path / "state")
    Archive(tmp_path, first).keep("const:m:K", HASH, Place("m.py", 1), "5")
    first.close()
    second = State.open(tmp_path / "state")
    assert Archive(tmp_path, second).recall("const:m:K", HASH).text == b"K = 5\n"
    second.close()


def test_a_value_without_a_place_is_kept_as_such(archive):
    archive.keep("value:code:0", HASH, None, "5")
    assert archive.recall("value:code:0", HASH) == Sample(None, "5", None)


def test_a_file_that_can_not_be_read_leaves_the_place(archive):
    archive.keep("func:x:f", HASH, Place("<string>", 1), None)
    assert archive.recall("func:x:f", HASH) == Sample(Place("<string>", 1), None, None)


def test_what_was_never_kept_is_not_known(archive):
    archive.keep("dist:numpy", "2.0", None, None)
    assert archive.recall("dist:numpy", "2.0") is None
    assert archive.recall("func:m:f", HASH) is None


def test_a_deleted_state_knows_nothing(tmp_path):
    (tmp_path / "m.py").write_text("K = 5\n")
    first = State.open(tmp_path / "state")
    Archive(tmp_path, first).keep("const:m:K", HASH, Place("m.py", 1), "5")
    first.close()
    shutil.rmtree(tmp_path / "state")
    second = State.open(tmp_path / "state")
    assert Archive(tmp_path, second).recall("const:m:K", HASH) is None
    second.close()


@pytest.mark.parametrize("entry", [b"", b"{", b"3", b"[]", b'["5", "m.py"]', b"\xff"])
def test_a_damaged_entry_counts_as_absent(archive, state, entry):
    state.samples.put(f"{HASH} const:m:K", entry)
    assert archive.recall("const:m:K", HASH) is None


def test_a_damaged_text_leaves_the_place(archive, state):
    state.texts.put("abc", b"no zlib")
    state.samples.put(f"{HASH} f", json.dumps([None, "m.py", 1, "abc"]).encode())
    assert archive.recall("f", HASH) == Sample(Place("m.py", 1), None, None)
