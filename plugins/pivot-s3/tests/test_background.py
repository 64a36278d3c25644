"""Asynchronous work for a synchronous caller."""

from __future__ import annotations

import asyncio
import threading

import pytest
from pivot_s3.background import each, run

from pivot.interfaces import Moved


def deaf(_):
    pass


def test_it_gives_what_the_work_gives():
    async def work(tell):
        return 7

    assert run(work, deaf) == 7


def test_it_raises_what_the_work_raises():
    async def work(tell):
        raise LookupError("x")

    with pytest.raises(LookupError, match="x"):
        run(work, deaf)


def test_of_several_errors_it_raises_one():
    async def work(tell):
        async def fail(number):
            raise LookupError(number)

        await each([1, 2], fail, 2)

    with pytest.raises(LookupError):
        run(work, deaf)


def test_what_is_told_is_heard_in_the_callers_thread_before_the_end():
    heard = []

    async def work(tell):
        for size in range(3):
            tell(Moved("k", size, whole=False))

    run(work, lambda moved: heard.append((moved.size, threading.get_ident())))
    assert heard == [(size, threading.get_ident()) for size in range(3)]


def test_a_listener_that_raises_cancels_the_work_and_waits_for_its_end():
    ended = []

    async def work(tell):
        try:
            tell(Moved("k", 1, whole=False))
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(work, stop)
    assert ended == [True]


def test_a_listener_that_raises_after_the_work_ended_is_heard():
    async def work(tell):
        tell(Moved("k", 1, whole=True))

    def stop(_):
        raise LookupError

    with pytest.raises(LookupError):
        run(work, stop)


def test_it_works_inside_an_event_loop():
    async def work(tell):
        return 7

    async def notebook():
        return run(work, deaf)

    assert asyncio.run(notebook()) == 7


def test_each_item_is_done_once_and_never_too_many_at_a_time():
    done, running, most = [], set(), 0

    async def do(item):
        nonlocal most
        running.add(item)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.discard(item)
        done.append(item)

    asyncio.run(each(range(20), do, 3))
    assert sorted(done) == list(range(20))
    assert most == 3
