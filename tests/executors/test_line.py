"""A line between two ends: messages, and its end."""

from __future__ import annotations

import os
import threading

import cloudpickle
import pytest

from pivot.executors.line import line


@pytest.fixture
def ends():
    here, there = line()
    yield here, there
    here.close()
    there.close()


def test_messages_arrive_whole_and_in_order(ends):
    here, there = ends
    here.send(b"one")
    here.send(b"")
    there.send(b"answer")
    assert [there.receive(), there.receive(), here.receive()] == [b"one", b"", b"answer"]


def test_patience_ends(ends):
    assert ends[0].receive(0.001) is None


def test_who_waits_is_told_of_the_end(ends):
    here, there = ends
    found = []
    waiting = threading.Thread(target=lambda: found.append(there.receive()))
    waiting.start()
    here.end()
    waiting.join()
    assert found == [None]


def test_who_sends_more_than_anybody_reads_is_told_of_the_end(ends):
    here, there = ends
    errors = []

    def send():
        try:
            here.send(b"x" * 10_000_000)
        except OSError as error:
            errors.append(error)

    sending = threading.Thread(target=send)
    sending.start()
    there.end()
    sending.join()
    assert len(errors) == 1


def test_a_line_ends_with_the_last_process_that_has_the_other_end(ends):
    here, there = ends
    there.close()
    assert here.receive() is None
    with pytest.raises(OSError, match=r"."):
        here.send(b"x")


def test_it_may_end_twice(ends):
    here, _ = ends
    here.end()
    here.end()
    assert here.receive() is None


def test_it_ends_though_somebody_else_has_it(ends):
    here, there = ends
    inherited = os.dup(there._socket.fileno())
    there.end()
    assert here.receive() is None
    os.close(inherited)


def test_only_a_process_that_is_being_started_is_given_an_end(ends):
    with pytest.raises(RuntimeError, match="inheritance"):
        cloudpickle.dumps(ends[0])
