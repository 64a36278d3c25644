"""The pipe between a parent and its workers. What hangs on it is tested with the pool."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest

from pivot.executors.lifeline import lifeline


def test_a_process_has_one_lifeline():
    assert lifeline().descriptor == lifeline().descriptor
    os.fstat(lifeline().descriptor)


def test_the_end_that_holds_it_is_not_inherited_by_other_programs():
    assert not os.get_inheritable(lifeline().descriptor + 1)


def test_it_cannot_be_sent_to_a_process_that_runs_already():
    with pytest.raises(RuntimeError, match="Lifeline objects should only be shared"):
        pickle.dumps(lifeline())


def test_a_forked_child_lets_go_of_its_parents_and_may_have_its_own():
    script = """
import multiprocessing, os
from pivot.executors.lifeline import lifeline

def inode(descriptor):
    return os.fstat(descriptor).st_ino

def look(pipe):
    mine = {inode(int(name)) for name in os.listdir("/dev/fd") if name.isdigit() and is_open(name)}
    print(pipe in mine, inode(lifeline().descriptor) == pipe, flush=True)

def is_open(name):
    try:
        return inode(int(name)) is not None
    except OSError:
        return False

pipe = inode(lifeline().descriptor)
child = multiprocessing.get_context("fork").Process(target=look, args=(pipe,))
child.start()
child.join()
look(pipe)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["False False", "True True"]
