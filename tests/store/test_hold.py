"""Who works on a stage right now."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys

import pytest

from pivot.errors import StorageError
from pivot.store.hold import Hold, holder

CODE = """
import pathlib, subprocess, sys
from pivot.store.hold import Hold
hold = Hold.try_acquire(pathlib.Path(sys.argv[1]))
print(hold is not None, flush=True)
{more}
sys.stdin.read()
"""


@pytest.fixture
def file(layout):
    return layout.hold_file("train")


@pytest.fixture
def start(file):
    """Give a function that starts a process which takes the hold and waits."""
    started: list[subprocess.Popen[str]] = []

    def begin(more: str = "") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE.format(more=more), str(file), "train"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_who_comes_first_has_it(file):
    with Hold.try_acquire(file):
        assert Hold.try_acquire(file) is None


def test_after_its_release_another_may_have_it(file):
    hold = Hold.try_acquire(file)
    hold.release()
    hold.release()
    assert Hold.try_acquire(file)


def test_the_end_of_the_block_releases_it(file):
    with Hold.try_acquire(file):
        pass
    assert Hold.try_acquire(file)


def test_an_exception_releases_it(file):
    with pytest.raises(KeyError), Hold.try_acquire(file):
        raise KeyError
    assert Hold.try_acquire(file)


def test_stages_do_not_hinder_each_other(layout):
    with Hold.try_acquire(layout.hold_file("one")):
        assert Hold.try_acquire(layout.hold_file("two"))


def test_another_process_keeps_it_until_it_ends(file, start):
    process = start()
    assert answer(process) == "True"
    assert Hold.try_acquire(file) is None
    process.communicate("")
    assert Hold.try_acquire(file)


def test_another_process_does_not_get_what_we_have(file, start):
    with Hold.try_acquire(file):
        assert answer(start()) == "False"


def test_a_killed_process_holds_nothing(file, start):
    process = start()
    assert answer(process) == "True"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert Hold.try_acquire(file)


def test_a_program_that_the_process_started_does_not_keep_it(file, start):
    more = "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0)\nhold.release()\nprint('released', flush=True)"
    process = start(more)
    assert answer(process) == "True"
    assert answer(process) == "released"
    assert Hold.try_acquire(file)


def test_a_child_forked_meanwhile_does_not_keep_it(file):
    hold = Hold.try_acquire(file)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(theirs)
        os.read(ours, 1)  # until the parent closes its end
        os._exit(0)
    try:
        hold.release()
        assert Hold.try_acquire(file)
    finally:
        os.close(theirs)
        os.close(ours)
        os.waitpid(child, 0)


def test_the_file_stays(file):
    with Hold.try_acquire(file):
        inode = file.stat().st_ino
    with Hold.try_acquire(file):
        assert file.stat().st_ino == inode


def test_the_holder_says_who_it_is(file, start):
    process = start()
    assert answer(process) == "True"
    assert holder(file) == f"pid {process.pid} (-c {file} train)"[: 200 + len(str(process.pid))]


def test_the_holder_is_the_last_one(file, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/pivot", "run", "a-rather-long-name"])
    with Hold.try_acquire(file):
        assert holder(file) == f"pid {os.getpid()} (pivot run a-rather-long-name)"
    monkeypatch.setattr(sys, "argv", ["pivot", "run"])
    with Hold.try_acquire(file):
        assert holder(file) == f"pid {os.getpid()} (pivot run)"


def test_the_holder_is_one_line_of_bounded_length(file, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["pivot", "a\nb\x1b[0m\udcff", "x" * 5000])
    with Hold.try_acquire(file):
        text = holder(file)
    assert text.isprintable()
    assert "(pivot a?b?[0m? xxx" in text
    assert len(text) < 300


@pytest.mark.parametrize("argv", [[], [""]])
def test_a_process_without_a_name_can_hold(file, monkeypatch, argv):
    monkeypatch.setattr(sys, "argv", argv)
    with Hold.try_acquire(file):
        assert holder(file) == f"pid {os.getpid()} ()"


def test_an_unknown_holder_is_another_process(file):
    assert holder(file) == "another process"
    file.parent.mkdir(parents=True)
    file.touch()
    assert holder(file) == "another process"


def test_a_file_in_the_way_is_a_clear_error(layout):
    layout.dot.mkdir()
    layout.holds.touch()
    with pytest.raises(StorageError, match=r"can't open .*\n.*move it out of the way"):
        Hold.try_acquire(layout.hold_file("train"))


def test_a_file_system_without_locks_is_a_clear_error(file, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError, match=r"can't lock .*\n.*no locks"):
        Hold.try_acquire(file)
