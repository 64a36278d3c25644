"""What is known of a remote is true, whatever others do to it."""

from __future__ import annotations

import time

import pytest

from pivot.hashing import hash_bytes
from pivot.remotes.directory import DirectoryRemote
from pivot.store.layout import Layout
from pivot.sync import memory as memory_module
from pivot.sync.memory import MARK, Remembering


class Counting(DirectoryRemote):
    """A directory that counts what it is asked for."""

    def __init__(self, place):
        super().__init__(place)
        self.asked = []

    def missing(self, keys):
        self.asked.append(set(keys))
        return super().missing(keys)


class Kept(dict):
    """A memory of the kind that State has."""

    def get_all(self, keys):
        return [self.get(key) for key in keys]

    def put(self, key, value):
        self[key] = value


class Machine:
    """A project that pushes to the remote; `blobs` is what it has."""

    def __init__(self, root, place):
        self.layout, self.memory, self.place = Layout(root), Kept(), place
        self.blobs = {}
        for number in range(3):
            data = f"{root.name} {number}".encode()
            file = root / f"{number}"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
            self.blobs[hash_bytes(data)] = file

    def open(self, **options):
        self.remote = Counting(self.place)
        return Remembering(self.remote, self.memory, "s3://bucket", self.layout, **options)

    def push(self, **options):
        """Send what is missing; give how many keys the remote was asked for, and how many went."""
        remote = self.open(**options)
        missing = remote.missing(self.blobs.keys())
        if missing:
            remote.upload({key: self.blobs[key] for key in missing}, lambda _: None)
        return sum(map(len, self.remote.asked)), len(missing)


@pytest.fixture
def place(tmp_path):
    directory = tmp_path / "remote"
    directory.mkdir()
    return directory


@pytest.fixture
def machine(tmp_path, place):
    return Machine(tmp_path / "one", place)


def wipe(place):
    for file in place.rglob("*"):
        if file.is_file():
            file.unlink()


def test_what_was_sent_is_not_asked_for_again(machine):
    assert machine.push() == (3, 3)
    assert machine.push() == (0, 0)


def test_what_was_seen_there_is_not_asked_for_again(tmp_path, place, machine):
    machine.push()
    other = Machine(tmp_path / "one", place)
    assert other.push() == (3, 0)
    assert other.push() == (0, 0)


def test_of_another_address_nothing_is_known(machine, tmp_path):
    machine.push()
    (tmp_path / "else").mkdir()
    remote = Remembering(Counting(tmp_path / "else"), machine.memory, "s3://else", machine.layout)
    assert remote.missing(machine.blobs.keys()) == machine.blobs.keys()


def test_of_a_remote_that_was_emptied_nothing_is_known(machine, place):
    machine.push()
    wipe(place)
    assert machine.push() == (3, 3)
    assert machine.push() == (0, 0)


def test_nor_of_one_that_somebody_has_filled_anew(machine, place, tmp_path):
    machine.push()
    wipe(place)
    Machine(tmp_path / "two", place).push()
    assert machine.push() == (3, 3)


def test_nor_after_the_mark_was_removed(machine, place):
    machine.push()
    lost = next(iter(machine.blobs))
    remote = DirectoryRemote(place)
    remote.delete([*(stored.key for stored in remote.list([MARK])), lost])
    assert machine.push() == (3, 1)


def test_a_refresh_asks_for_everything(machine, place):
    machine.push()
    lost = next(iter(machine.blobs))
    DirectoryRemote(place).delete([lost])
    assert machine.push() == (0, 0)
    assert machine.push(refresh=True) == (3, 1)
    assert machine.push() == (0, 0)


def test_what_is_fetched_and_not_there_is_forgotten(machine, place, tmp_path):
    machine.push()
    lost = next(iter(machine.blobs))
    DirectoryRemote(place).delete([lost])
    assert machine.open().download({lost: tmp_path / "x"}, lambda _: None) == {lost}
    assert machine.push() == (1, 1)


def test_what_was_seen_long_ago_is_asked_for_again(machine, monkeypatch):
    machine.push()
    later = time.time() + 25 * 60 * 60
    monkeypatch.setattr(memory_module.time, "time", lambda: later)
    assert machine.push() == (3, 0)
    assert machine.push() == (0, 0)


def test_what_did_not_arrive_is_not_known(machine):
    remote = machine.open()

    def stop(moved):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remote.upload(machine.blobs, stop)
    assert machine.push()[1] >= 2


def test_what_it_deletes_it_forgets(machine):
    machine.push()
    gone = next(iter(machine.blobs))
    machine.open().delete([gone])
    assert machine.push() == (1, 1)


def test_nothing_wanted_takes_nothing(machine):
    assert machine.open().missing([]) == set()
    assert machine.remote.asked == []
    assert not list(machine.place.iterdir())
