import os
import signal
import subprocess
import sys

import pytest

from pivot.store.journal import SUFFIX, Journal, left_behind


@pytest.fixture
def file(tmp_path):
    return tmp_path / "runs" / f"1{SUFFIX}"


def test_what_is_written_is_there_at_once(file):
    journal = Journal.begin(file, b"one\n")
    journal.add(b"two\n")
    assert file.read_bytes() == b"one\ntwo\n"
    journal.end()


def test_a_journal_that_has_ended_is_gone(file):
    journal = Journal.begin(file, b"one\n")
    journal.end()
    journal.end()
    assert list(file.parent.iterdir()) == []


def test_one_that_is_written_is_not_left_behind(file):
    journal = Journal.begin(file, b"one\n")
    assert left_behind(file.parent) == []
    journal.leave()
    assert left_behind(file.parent) == [file]


def test_where_there_are_none_none_are_left_behind(file):
    assert left_behind(file.parent) == []


def test_what_a_killed_process_wrote_is_left_behind(file):
    code = (
        "import os, pathlib, signal, sys\n"
        "from pivot.store.journal import Journal\n"
        "journal = Journal.begin(pathlib.Path(sys.argv[1]), b'one\\n')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, os.fspath(file)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert left_behind(file.parent) == [file]
    assert file.read_bytes() == b"one\n"


def test_one_that_can_not_be_made_leaves_nothing(tmp_path):
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(OSError, match="runs"):
        Journal.begin(tmp_path / "runs" / f"1{SUFFIX}", b"one\n")
    assert [entry.name for entry in tmp_path.iterdir()] == ["runs"]
