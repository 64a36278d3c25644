"""Work in several threads, told of in one."""

from __future__ import annotations

import threading

import pytest

from pivot.interfaces import Moved
from pivot.remotes.spreading import spread

pytestmark = pytest.mark.parametrize("at_once", [1, 3])


def send(item, tell):
    tell(Moved(str(item), item, whole=True))


def test_everything_is_done_and_told_in_the_callers_thread(at_once):
    heard, threads = [], set()

    def tell(moved):
        heard.append(moved.size)
        threads.add(threading.current_thread())

    spread(range(50), send, tell, at_once)
    assert sorted(heard) == list(range(50))
    assert threads == {threading.current_thread()}


def test_nothing_is_nothing(at_once):
    spread([], send, pytest.fail, at_once)


def test_an_error_ends_all_and_is_raised(at_once):
    done = []

    def fail(item, tell):
        done.append(item)
        raise OSError(item)

    with pytest.raises(OSError, match="0"):
        spread(range(1000), fail, pytest.fail, at_once)
    assert len(done) <= at_once


def test_a_listener_that_raises_ends_all(at_once):
    done = []

    def work(item, tell):
        done.append(item)
        send(item, tell)

    def stop(_):
        raise KeyboardInterrupt

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        spread(range(100_000), work, stop, at_once)
    assert len(done) < 100_000
    assert threading.active_count() == before
