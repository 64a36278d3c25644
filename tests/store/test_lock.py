"""Lock files: written for people's diffs, read with distrust."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import CorruptionError, StorageError
from pivot.paths import artifact_path
from pivot.store.content import Content
from pivot.store.lock import (
    Acceptance,
    BrokenLockError,
    ConflictedLockError,
    Lock,
    Record,
    decode_lock,
    encode_lock,
    read_lock,
    write_lock,
)

FILE = Path("train.lock")
LOCK = Lock(
    stage="train",
    algorithm="xxh64",
    code={"pipeline:train": "5995c853a1b2c3d4", "helpers:clean": "0000000000000001"},
    params={"rate": 0.1, "layers": [64, {"size": None}], "name": "größe"},
    deps=(Record("data", "data.csv", Content("d24ec4f1a98c6e5b", 4)),),
    outs=(
        Record("model", "models/", Content("e225f5ea57ea6009", 2, directory=True)),
        Record("tool", "run.sh", Content("78452aa11af39f9b", 1, executable=True)),
    ),
    traced={"plugins:load": "0000000000000002"},
)
TEXT = """\
{
  "algorithm": "xxh64",
  "code": {
    "helpers:clean": "0000000000000001",
    "pipeline:train": "5995c853a1b2c3d4"
  },
  "deps": [
    {"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4}
  ],
  "outs": [
    {"directory": true, "hash": "e225f5ea57ea6009", "name": "model", "path": "models/", "size": 2},
    {"executable": true, "hash": "78452aa11af39f9b", "name": "tool", "path": "run.sh", "size": 1}
  ],
  "params": {
    "layers": [64, {"size": null}],
    "name": "größe",
    "rate": 0.1
  },
  "stage": "train",
  "traced": {
    "plugins:load": "0000000000000002"
  },
  "version": 1
}
"""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def accepted(path: str) -> bool:
    try:
        return artifact_path(path) == path
    except Exception:
        return False


paths = st.text(min_size=1, max_size=20).filter(accepted)


@st.composite
def locks(draw) -> Lock:
    algorithm, digits = draw(st.sampled_from([("xxh64", 16), ("xxh3_128", 32)]))
    hashes = st.text("0123456789abcdef", min_size=digits, max_size=digits)
    contents = st.builds(Content, hashes, st.integers(0), st.booleans(), st.booleans())
    records = st.lists(st.builds(Record, st.text(), paths, contents), max_size=4).map(tuple)
    symbols = st.dictionaries(st.text(), st.text(), max_size=4)
    return Lock(
        stage=draw(st.text()),
        algorithm=algorithm,
        code=draw(symbols),
        params=draw(st.dictionaries(st.text(), json_values, max_size=4)),
        deps=draw(records),
        outs=draw(records),
        traced=draw(symbols),
    )


def with_fields(**fields: object) -> bytes:
    return json.dumps({**json.loads(TEXT), **fields}).encode()


def with_record(**fields: object) -> bytes:
    record = {"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4, **fields}
    return with_fields(deps=[{key: value for key, value in record.items() if value is not ...}])


class TestWriting:
    def test_the_bytes_are_the_documented_ones(self):
        assert encode_lock(LOCK).decode() == TEXT

    def test_nothing_is_written_as_nothing(self):
        empty = Lock("s", "xxh64", {}, {}, (), ())
        assert (
            '"code": {},\n  "deps": [],\n  "outs": [],\n  "params": {},'
            in encode_lock(empty).decode()
        )
        assert decode_lock(encode_lock(empty), FILE) == empty

    @given(locks())
    def test_what_is_written_can_be_read(self, lock):
        assert decode_lock(encode_lock(lock), FILE) == lock

    @given(locks())
    def test_every_entry_has_one_line(self, lock):
        entries = len(lock.code) + len(lock.params) + len(lock.deps) + len(lock.outs)
        filled = sum(map(bool, (lock.code, lock.params, lock.deps, lock.outs, lock.traced)))
        lines = encode_lock(lock).decode("utf-8", "surrogatepass").split("\n")
        assert len(lines) == 11 + entries + len(lock.traced) + filled

    @given(locks())
    def test_the_order_in_which_keys_were_put_in_does_not_matter(self, lock):
        def turned(values):
            return dict(reversed(values.items()))

        other = replace(
            lock, code=turned(lock.code), params=turned(lock.params), traced=turned(lock.traced)
        )
        assert encode_lock(other) == encode_lock(lock)

    def test_integers_and_floats_stay_apart(self):
        read = decode_lock(encode_lock(replace(LOCK, params={"a": 1, "b": 1.0, "c": -0.0})), FILE)
        assert [type(value) for value in read.params.values()] == [int, float, float]
        assert str(read.params["c"]) == "-0.0"

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_what_json_has_no_word_for_is_never_written(self, number):
        with pytest.raises(ValueError, match="JSON"):
            encode_lock(replace(LOCK, params={"a": [number]}))

    def test_a_lock_travels_between_processes(self):
        assert pickle.loads(pickle.dumps(LOCK)) == LOCK


class TestFiles:
    def test_what_is_written_can_be_read(self, layout):
        write_lock(layout.lock_file("train"), LOCK)
        assert read_lock(layout.lock_file("train")) == LOCK

    def test_a_stage_that_never_ran_has_no_lock(self, layout):
        assert read_lock(layout.lock_file("train")) is None

    def test_a_file_in_the_way_of_the_directory_means_that_there_is_none(self, layout):
        layout.dot.mkdir()
        layout.stages.touch()
        assert read_lock(layout.lock_file("train")) is None
        with pytest.raises(StorageError, match="move it out of the way"):
            write_lock(layout.lock_file("train"), LOCK)

    def test_a_lock_that_cannot_be_read_is_a_clear_error(self, layout):
        layout.lock_file("train").mkdir(parents=True)
        with pytest.raises(StorageError, match=r"can't read the lock file .*train\.lock"):
            read_lock(layout.lock_file("train"))

    def test_a_broken_lock_names_its_file(self, layout):
        layout.stages.mkdir(parents=True)
        layout.lock_file("train").write_bytes(b"")
        with pytest.raises(
            BrokenLockError, match=r"train\.lock is broken: it is not JSON"
        ) as found:
            read_lock(layout.lock_file("train"))
        assert found.value.file == layout.lock_file("train")
        assert found.value.reason.startswith("it is not JSON")
        assert found.value.hint


BROKEN = {
    "empty": b"",
    "no text": b"\xff\xfe",
    "a word": b"lock",
    "cut": TEXT.encode()[:200],
    "two": TEXT.encode() * 2,
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "deep": b"[" * 1_000_000,
    "deep params": TEXT.replace("0.1", "[" * 100_000 + "]" * 100_000).encode(),
    "a long number": TEXT.replace("0.1", "1" * 10_000).encode(),
    "no number": TEXT.replace("0.1", "NaN").encode(),
    "infinity": TEXT.replace("0.1", "-Infinity").encode(),
    "too large a number": TEXT.replace("0.1", "1e999").encode(),
    "an entry twice": TEXT.replace('"rate": 0.1', '"name": 0.1').encode(),
    "no entries": b"{}",
    "an unknown key": with_fields(more=1),
    "stage is a number": with_fields(stage=1),
    "stage is null": with_fields(stage=None),
    "unknown algorithm": with_fields(algorithm="md5"),
    "algorithm is a list": with_fields(algorithm=[]),
    "code is a list": with_fields(code=[]),
    "a code hash is a number": with_fields(code={"a": 1}),
    "traced is null": with_fields(traced=None),
    "a traced hash is null": with_fields(traced={"a": None}),
    "params is a list": with_fields(params=[]),
    "params is null": with_fields(params=None),
    "deps is an object": with_fields(deps={}),
    "deps is null": with_fields(deps=None),
    "a dep is a list": with_fields(deps=[[]]),
    "a dep is null": with_fields(deps=[None]),
    "outs is a text": with_fields(outs="x"),
    "no hash": with_record(hash=...),
    "no name": with_record(name=...),
    "no path": with_record(path=...),
    "no size": with_record(size=...),
    "an unknown key in a record": with_record(more=1),
    "hash is a number": with_record(hash=1),
    "hash is a path": with_record(hash="../../../../etc/"),
    "hash is in capitals": with_record(hash="D24EC4F1A98C6E5B"),
    "hash has a line end": with_record(hash="d24ec4f1a98c6e5\n"),
    "hash has other digits": with_record(hash="\u0664" * 16),
    "hash is of another algorithm": with_record(hash="d24ec4f1a98c6e5b" * 2),
    "size is a text": with_record(size="4"),
    "size is a float": with_record(size=4.0),
    "size is true": with_record(size=True),
    "size is negative": with_record(size=-1),
    "name is null": with_record(name=None),
    "path is absolute": with_record(path="/etc/passwd"),
    "path leads out": with_record(path="../x"),
    "path is in .pivot": with_record(path=".pivot/config.yaml"),
    "path is the project": with_record(path="."),
    "path is empty": with_record(path=""),
    "path has a null": with_record(path="a\0b"),
    "path is not normal": with_record(path="a//b"),
    "path is a list": with_record(path=[]),
    "executable is a number": with_record(executable=1),
    "directory is a text": with_record(directory="yes"),
}


def test_what_it_grew_from_is_written_and_read():
    grown = replace(LOCK, base=(Record("log", "log.txt", Content("00000000000000aa", 3)),))
    text = encode_lock(grown).decode()
    assert text.startswith(
        '{\n  "algorithm": "xxh64",\n  "base": [\n'
        '    {"hash": "00000000000000aa", "name": "log", "path": "log.txt", "size": 3}\n  ],\n'
    )
    assert '"version": 2' in text
    assert decode_lock(text.encode(), FILE) == grown


def test_what_was_accepted_is_written_and_read():
    one = Acceptance("func:m:f", "0123456789abcdef", "renamed a variable")
    other = Acceptance("import:plugin", None, traced=True)
    lock = replace(LOCK, accepted=(one, other))
    text = encode_lock(lock).decode()
    assert text.startswith(
        '{\n  "accepted": [\n'
        '    {"key": "func:m:f", "made": "0123456789abcdef", "reason": "renamed a variable"},\n'
        '    {"key": "import:plugin", "made": null, "reason": "", "traced": true}\n  ],\n'
    )
    assert '"version": 3' in text
    assert decode_lock(text.encode(), FILE) == lock
    grown = replace(lock, base=(Record("log", "log.txt", Content("00000000000000aa", 3)),))
    assert decode_lock(encode_lock(grown), FILE) == grown


def test_a_lock_knows_what_it_was_when_the_outputs_were_made():
    now = replace(LOCK, code={"a": "2", "b": "1", "c": "1"}, traced={"import:x": "1"})
    accepted = (
        Acceptance("a", "1"),
        Acceptance("c", None),
        Acceptance("d", "1"),
        Acceptance("import:x", "0", traced=True),
    )
    made = replace(now, accepted=accepted).as_made
    assert made == replace(LOCK, code={"a": "1", "b": "1", "d": "1"}, traced={"import:x": "0"})


class TestDistrust:
    @pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
    def test_what_is_no_lock_is_refused(self, data):
        with pytest.raises(BrokenLockError) as caught:
            decode_lock(data, FILE)
        assert not isinstance(caught.value, ConflictedLockError)
        assert isinstance(caught.value, CorruptionError)
        assert len(str(caught.value)) < 600

    @pytest.mark.parametrize("version", [None, 0, 4, 99, "1", 1.0, True, [], "x" * 1000])
    def test_another_version_is_told(self, version):
        with pytest.raises(BrokenLockError, match=r"its version is .*reads version 3"):
            decode_lock(with_fields(version=version), FILE)

    def test_what_it_grew_from_needs_a_newer_version(self):
        with pytest.raises(BrokenLockError, match="'base'"):
            decode_lock(with_fields(base=[]), FILE)
        with pytest.raises(BrokenLockError, match="'base'"):
            decode_lock(with_fields(version=2), FILE)

    @pytest.mark.parametrize("base", [None, {}, [3], [{"hash": "x"}]])
    def test_what_it_grew_from_is_not_trusted_either(self, base):
        with pytest.raises(BrokenLockError):
            decode_lock(with_fields(base=base, version=2), FILE)

    @pytest.mark.parametrize(
        "accepted",
        [
            None,
            {},
            [3],
            [{"key": "a"}],
            [{"key": 1, "made": None, "reason": ""}],
            [{"key": "a", "made": 1, "reason": ""}],
            [{"key": "a", "made": None, "reason": "", "traced": 1}],
            [{"key": "a", "made": None, "reason": "", "more": 1}],
        ],
    )
    def test_what_was_accepted_is_not_trusted_either(self, accepted):
        with pytest.raises(BrokenLockError):
            decode_lock(with_fields(accepted=accepted, version=3), FILE)

    def test_what_was_accepted_needs_a_newer_version(self):
        with pytest.raises(BrokenLockError, match="'accepted'"):
            decode_lock(with_fields(accepted=[], version=2, base=[]), FILE)
        with pytest.raises(BrokenLockError, match="'accepted'"):
            decode_lock(with_fields(version=3), FILE)

    @pytest.mark.parametrize("key", json.loads(TEXT).keys())
    def test_every_key_is_needed(self, key):
        fields = json.loads(TEXT)
        del fields[key]
        with pytest.raises(BrokenLockError, match=key):
            decode_lock(json.dumps(fields).encode(), FILE)

    def test_another_layout_of_the_same_json_is_fine(self):
        assert decode_lock(json.dumps(json.loads(TEXT)).encode(), FILE) == LOCK
        assert decode_lock(TEXT.replace("\n", "\r\n").encode(), FILE) == LOCK

    @given(st.binary())
    def test_random_bytes_are_refused_and_nothing_else(self, data):
        with pytest.raises(BrokenLockError):
            decode_lock(data, FILE)

    @given(st.data())
    def test_damage_is_refused_or_gives_a_lock(self, data):
        text = bytearray(TEXT.encode())
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(text) - 1))
            text[at] = data.draw(st.integers(0, 255))
        try:
            lock = decode_lock(bytes(text), FILE)
        except BrokenLockError:
            return
        assert decode_lock(encode_lock(lock), FILE) == lock

    @given(
        st.sampled_from(sorted(json.loads(TEXT))),
        json_values | st.lists(st.dictionaries(st.sampled_from(["hash", "path", "name", "size"]), json_values)),
    )  # fmt: skip
    def test_any_value_anywhere_is_refused_or_gives_a_lock(self, key, value):
        try:
            lock = decode_lock(with_fields(**{key: value}), FILE)
        except BrokenLockError:
            return
        assert decode_lock(encode_lock(lock), FILE) == lock


class TestConflicts:
    CONFLICT = TEXT.replace(
        '    {"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4}\n',
        "<<<<<<< HEAD\n"
        '    {"hash": "d24ec4f1a98c6e5b", "name": "data", "path": "data.csv", "size": 4}\n'
        "=======\n"
        '    {"hash": "e225f5ea57ea6009", "name": "data", "path": "data.csv", "size": 2}\n'
        ">>>>>>> other-branch\n",
    )

    @pytest.mark.parametrize(
        "text",
        [
            CONFLICT,
            CONFLICT.replace("\n", "\r\n"),
            CONFLICT.replace("=======", "||||||| merged common ancestors\n======="),
            CONFLICT.replace(">>>>>>> other-branch\n", ""),
        ],
        ids=["merge", "windows", "diff3", "half mended"],
    )
    def test_conflict_markers_are_told_as_such(self, text):
        with pytest.raises(ConflictedLockError, match="conflict markers of a git merge") as caught:
            decode_lock(text.encode(), FILE)
        assert caught.value.hint
        assert isinstance(caught.value, BrokenLockError)
        assert caught.value.file == FILE

    def test_a_broken_lock_travels_between_processes(self):
        error = pickle.loads(pickle.dumps(BrokenLockError(FILE, "odd")))
        assert (error.file, error.reason) == (FILE, "odd")

    def test_a_param_that_looks_like_a_marker_is_no_conflict(self):
        lock = replace(LOCK, params={"a": "x\n<<<<<<< HEAD\n=======\n"})
        assert decode_lock(encode_lock(lock), FILE) == lock
