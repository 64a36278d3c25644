"""What Pivot remembers to save time, and that losing it costs only that."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import lmdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pivot.errors import StorageError
from pivot.store.content import Signature
from pivot.store.state import State

LOOKS = Signature(1_700_000_000_000_000_001, 4, 77, 1_700_000_000_000_000_002)
HASH = "d24ec4f1a98c6e5b"


@pytest.fixture
def path(layout) -> Path:
    return layout.state


@pytest.fixture
def state(path):
    opened = State.open(path)
    yield opened
    opened.close()


def reopened(state: State, path: Path) -> State:
    state.close()
    return State.open(path)


class TestMemories:
    def test_files_and_blobs_are_remembered_apart(self, state):
        state.files.put("data.csv", LOOKS, HASH)
        state.blobs.put(HASH, LOOKS, HASH)
        assert state.files.get("data.csv") == (LOOKS, HASH)
        assert state.blobs.get(HASH) == (LOOKS, HASH)
        assert state.blobs.get("data.csv") is None
        assert state.files.get(HASH) is None

    def test_many_are_given_at_once_written_or_not(self, state):
        state.files.put("written", LOOKS, HASH)
        state.flush()
        state.files.put("waiting", LOOKS, HASH)
        found = state.files.get_all(["waiting", "unknown", "written"])
        assert found == [(LOOKS, HASH), None, (LOOKS, HASH)]
        assert state.files.get_all([]) == []

    def test_the_run_cache(self, state):
        assert state.recall("key") is None
        state.remember("key", b"value")
        state.remember("key", b"newer")
        state.remember("empty", b"")
        assert state.recall("key") == b"newer"
        assert state.recall("empty") == b""

    def test_symbols(self, state):
        assert state.symbols.get("steps.py") is None
        state.symbols.put("steps.py", b"value")
        state.symbols.put("steps.py", b"newer")
        assert state.symbols.get("steps.py") == b"newer"
        assert state.recall("steps.py") is None

    def test_durations(self, state):
        assert state.duration("train") is None
        state.record_duration("train", 0.1 + 0.2)
        assert state.duration("train") == 0.1 + 0.2

    def test_everything_is_there_after_it_was_closed(self, state, path):
        state.files.put("data.csv", LOOKS, HASH)
        state.symbols.put("steps.py", b"symbols")
        state.remember("key", b"value")
        state.record_duration("train", 2.5)
        again = reopened(state, path)
        assert again.files.get("data.csv") == (LOOKS, HASH)
        assert again.symbols.get("steps.py") == b"symbols"
        assert again.recall("key") == b"value"
        assert again.duration("train") == 2.5
        assert not again.rebuilt
        again.close()

    @given(
        key=st.text(max_size=40),
        looks=st.builds(Signature, *[st.integers(-(1 << 70), 1 << 70)] * 4),
    )
    @settings(max_examples=50)
    def test_any_path_and_any_looks_survive(self, tmp_path_factory, key, looks):
        path = tmp_path_factory.mktemp("state") / "state.lmdb"
        state = State.open(path)
        state.files.put(key, looks, HASH)
        again = reopened(state, path)
        assert again.files.get(key) == (looks, HASH)
        again.close()

    @pytest.mark.parametrize("length", [1, 400, 508, 509, 510, 511, 512, 5000])
    def test_a_key_may_have_any_length(self, state, path, length):
        keys = ["é" * length, "x" * length, "x" * (length - 1) + "y"]
        for number, key in enumerate(keys):
            state.remember(key, b"%d" % number)
        again = reopened(state, path)
        assert [again.recall(key) for key in keys] == [b"0", b"1", b"2"]
        again.close()

    def test_no_short_key_is_taken_for_the_hash_of_a_long_one(self, state, path):
        state.remember("x" * 1000, b"long")
        state.close()
        with lmdb.open(str(path)) as environment, environment.begin() as transaction:
            (stored,) = [key for key, _ in transaction.cursor()]
        again = State.open(path)
        for key in (stored.decode(), stored.decode()[1:], stored.decode()[2:]):
            assert again.recall(key) is None
        again.close()

    @pytest.mark.parametrize("value", [b"", b"1 2 3", b"a b c d e", b"\xff", b"1 2 3 4 5 6"])
    def test_what_another_version_wrote_counts_as_unknown(self, state, value):
        state._durations.put("train", value)
        state.files._memory.put("data.csv", value)
        assert state.duration("train") is None
        assert state.files.get("data.csv") is None


class TestWriting:
    def other(self, path: Path, key: str) -> str:
        """What another process can recall."""
        code = "import sys, pathlib; from pivot.store.state import State; print(State.open(pathlib.Path(sys.argv[1])).recall(sys.argv[2]))"
        words = [sys.executable, "-c", code, str(path), key]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    def test_another_process_sees_it_after_a_flush(self, state, path):
        state.remember("key", b"value")
        assert self.other(path, "key") == "None"
        state.flush()
        assert self.other(path, "key") == "b'value'"
        state.flush()

    def test_much_is_written_without_being_asked(self, state, path):
        for number in range(5000):
            state.remember(f"key{number}", b"value")
        assert self.other(path, "key0") == "b'value'"

    def test_the_map_grows(self, state, path):
        big = os.urandom(1 << 20)
        for number in range(40):
            state.remember(f"key{number}", big)
        again = reopened(state, path)
        assert all(again.recall(f"key{number}") == big for number in range(40))
        again.close()

    def test_a_value_larger_than_the_map_fits(self, state, path):
        big = os.urandom(100 << 20)
        state.remember("key", big)
        again = reopened(state, path)
        assert again.recall("key") == big
        again.close()

    def test_a_map_that_another_process_made_larger_can_be_read(self, state, path):
        code = """
import os, pathlib, sys
from pivot.store.state import State
state = State.open(pathlib.Path(sys.argv[1]))
for number in range(40):
    state.remember(f"key{number}", b"x" * (1 << 20))
state.close()
"""
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        assert state.recall("key39") == b"x" * (1 << 20)
        state.remember("mine", b"value")
        state.flush()
        assert state.recall("mine") == b"value"

    def test_many_processes_write_at_once(self, path):
        code = """
import pathlib, sys
from pivot.store.state import State
path, name = pathlib.Path(sys.argv[1]), sys.argv[2]
for turn in range(20):
    state = State.open(path)
    for number in range(50):
        state.remember(f"{name}-{turn}-{number}", name.encode() * 2000)
    state.close()
"""
        processes = [
            subprocess.Popen([sys.executable, "-c", code, str(path), str(number)])
            for number in range(4)
        ]
        assert [process.wait() for process in processes] == [0] * 4
        state = State.open(path)
        assert not state.rebuilt
        for name in range(4):
            for turn in range(20):
                for number in range(50):
                    assert state.recall(f"{name}-{turn}-{number}") == b"%d" % name * 2000
        state.close()

    def test_a_writer_that_is_killed_costs_only_what_it_wrote_last(self, path):
        code = """
import pathlib, sys
from pivot.store.state import State
state = State.open(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    state.remember("turn", b"%d" % turn)
    state.remember("same", b"%d" % turn)
    state.flush()
"""
        for _ in range(5):
            process = subprocess.Popen(
                [sys.executable, "-c", code, str(path)],
                stdout=subprocess.PIPE,
            )
            assert process.stdout
            process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            process.communicate()
            state = State.open(path)
            assert not state.rebuilt
            assert state.recall("turn") == state.recall("same")
            state.remember("after", b"kill")
            state.close()


class TestSharing:
    def test_two_handles_in_one_process_see_the_same(self, state, path):
        other = State.open(path)
        state.remember("key", b"value")
        assert other.recall("key") == b"value"
        other.close()
        assert state.recall("key") == b"value"

    def test_the_last_one_closes(self, state, path):
        other = State.open(path)
        state.close()
        state.close()
        other.remember("key", b"value")
        other.close()
        with lmdb.open(str(path)) as environment, environment.begin() as transaction:
            assert transaction.stat()["entries"] == 1

    def test_a_closed_handle_writes_nothing(self, state):
        state.close()
        state.flush()

    def test_a_linked_path_is_the_same_environment(self, state, path, tmp_path):
        (tmp_path / "link").symlink_to(path)
        other = State.open(tmp_path / "link")
        state.remember("key", b"value")
        assert other.recall("key") == b"value"
        other.close()

    def test_a_project_can_be_moved(self, state, path, root):
        state.files.put("data.csv", LOOKS, HASH)
        state.flush()
        root.rename(root.with_name("moved"))
        other = State.open(root.with_name("moved") / path.relative_to(root))
        assert other.files.get("data.csv") == (LOOKS, HASH)
        other.close()

    def test_an_environment_that_was_deleted_meanwhile_is_made_anew(self, state, path):
        import shutil

        state.remember("key", b"value")
        state.flush()
        shutil.rmtree(path)
        other = State.open(path)
        assert other.recall("key") is None
        assert state.recall("key") == b"value"
        other.remember("key", b"new")
        other.close()
        again = State.open(path)
        assert again.recall("key") == b"new"
        again.close()

    def test_many_threads_use_one_state(self, state, path):
        def work(name: int) -> None:
            handle = State.open(path)
            for number in range(300):
                handle.remember(f"{name}-{number}", b"value")
                assert handle.recall(f"{name}-{number}") == b"value"
            handle.close()

        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(state.recall(f"{name}-299") == b"value" for name in range(8))

    def test_a_forked_child_can_use_it_and_leaves_the_parents_alone(self, state, path):
        state.remember("before", b"parent")
        child = os.fork()
        if child == 0:
            try:
                seen = state.recall("before")
                state.remember("child", b"value")
                handle = State.open(path)
                handle.remember("handle", b"value")
                handle.close()
                state.close()
                os._exit(0 if seen is None else 1)
            except BaseException:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert state.recall("before") == b"parent"
        assert state.recall("child") == b"value"
        assert state.recall("handle") == b"value"
        state.flush()
        assert state.recall("before") == b"parent"


DAMAGE = {
    "garbage": lambda data: data.write_bytes(b"garbage" * 5000),
    "a short text": lambda data: data.write_text("x"),
    "cut in half": lambda data: os.truncate(data, data.stat().st_size // 2),
    "cut to its head": lambda data: os.truncate(data, 8192),
    "a directory": lambda data: (data.unlink(), data.mkdir()),
    "another version": lambda data: data.write_bytes(
        data.read_bytes().replace(b"\x01\x00\x00\x00", b"\x63\x00\x00\x00")
    ),
}


class TestDamage:
    @pytest.fixture
    def written(self, path) -> Path:
        state = State.open(path)
        for number in range(500):
            state.remember(f"key{number}", b"value" * 50)
        state.close()
        return path

    @pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
    def test_a_damaged_environment_is_made_anew(self, written, damage):
        damage(written / "data.mdb")
        state = State.open(written)
        assert state.rebuilt
        assert state.recall("key1") is None
        state.remember("key", b"value")
        again = reopened(state, written)
        assert again.recall("key") == b"value"
        assert not again.rebuilt
        again.close()
        assert [item.name for item in written.parent.iterdir()] == ["state.lmdb"]

    def test_a_file_in_its_place_is_replaced(self, path):
        path.parent.mkdir(parents=True)
        path.write_text("x")
        state = State.open(path)
        assert state.rebuilt
        state.close()

    @pytest.mark.parametrize("name", ["data.mdb", "lock.mdb"])
    def test_a_missing_file_is_no_damage(self, written, name):
        (written / name).unlink()
        state = State.open(written)
        assert not state.rebuilt
        state.close()

    def test_damage_that_shows_when_it_is_read_costs_what_was_there(self, written, monkeypatch):
        state = State.open(written)
        environment = state._environment
        real, calls = environment._read, iter([True])

        def read(key: bytes) -> bytes | None:
            if next(calls, False):
                raise lmdb.CorruptedError("page is wrong")
            return real(key)

        monkeypatch.setattr(environment, "_read", read)
        assert state.recall("key1") is None
        assert State.open(written).rebuilt
        state.remember("key", b"value")
        state.flush()
        assert state.recall("key") == b"value"
        state.close()

    def test_damage_that_comes_again_is_told(self, written, monkeypatch):
        state = State.open(written)

        def read(key: bytes) -> bytes | None:
            raise lmdb.CorruptedError("page is wrong")

        monkeypatch.setattr(state._environment, "_read", read)
        with pytest.raises(StorageError, match=r"can't use .*state\.lmdb: .*page is wrong"):
            state.recall("key1")
        assert state.rebuilt
        state.close()

    def test_damage_that_cannot_be_mended_is_told(self, written, monkeypatch):
        def refuse(*_: object, **__: object) -> None:
            raise lmdb.CorruptedError("odd")

        monkeypatch.setattr(lmdb, "open", refuse)
        with pytest.raises(StorageError, match=r"state\.lmdb: odd"):
            State.open(written)

    def test_a_map_that_cannot_grow_is_told(self, written, monkeypatch):
        from pivot.store import state as module

        state = State.open(written)

        class Small:
            """An environment that is full, and can't be made larger."""

            def begin(self, *, write: bool) -> None:
                raise lmdb.MapFullError("full")

            def info(self) -> dict[str, int]:
                return {"map_size": 1}

            def set_mapsize(self, size: int) -> None:
                raise lmdb.MemoryError("no room")

        with monkeypatch.context() as patch:
            patch.setattr(state._environment, "_lmdb", Small())
            state.remember("key", b"value")
            with pytest.raises(StorageError, match=r"no room"):
                state.flush()
        state.close()
        assert isinstance(module.State.open(written).recall("key"), bytes)

    def test_a_stranger_in_its_place_that_cannot_be_moved_is_told(self, path, monkeypatch):
        path.parent.mkdir(parents=True)
        path.write_text("x")

        def refuse(*_: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(Path, "rename", refuse)
        with pytest.raises(StorageError, match=r"can't move away the damaged .*state\.lmdb"):
            State.open(path)


class TestFaults:
    def test_a_directory_that_cannot_be_made_is_told(self, path):
        path.parent.touch()
        with pytest.raises(StorageError, match=r"can't .*state\.lmdb"):
            State.open(path)

    @pytest.mark.parametrize(
        ("error", "word"),
        [
            (errno.ENOLCK, "local disk"),
            (errno.ENOSYS, "local disk"),
            (errno.ENOSPC, "free some space"),
            (errno.EACCES, "owns"),
            (None, "local disk"),
        ],
    )
    def test_a_file_system_that_cannot_hold_it_is_told(self, path, monkeypatch, error, word):
        def refuse(*_: object, **__: object) -> None:
            fault = lmdb.Error("no")
            if error:
                fault.code = error
            raise fault

        monkeypatch.setattr(lmdb, "open", refuse)
        with pytest.raises(StorageError, match=r"state\.lmdb") as caught:
            State.open(path)
        assert word in (caught.value.hint or "")

    def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_lost(self, path):
        code = """
import pathlib, resource, sys
from pivot.errors import StorageError
from pivot.store.state import State
state = State.open(pathlib.Path(sys.argv[1]))
state.remember("early", b"value")
state.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
state.remember("late", b"x" * (4 << 20))
try:
    state.close()
except StorageError as error:
    print(error)
"""
        words = [sys.executable, "-c", code, str(path)]
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
        assert "state.lmdb" in ran.stdout
        assert "free some space" in ran.stdout
        state = State.open(path)
        assert state.recall("early") == b"value"
        assert state.recall("late") is None
        state.close()
