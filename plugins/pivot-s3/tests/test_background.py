"""Asynchronous work for a synchronous caller."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading

import pytest
from pivot_s3.background import Background, each

from pivot.interfaces import Moved


def deaf(_):
    pass


@pytest.fixture
def resources():
    """What became of each resource, in the order in which they were entered."""
    return []


@pytest.fixture
def background(resources):
    @contextlib.asynccontextmanager
    async def enter():
        number = len(resources)
        resources.append("open")
        try:
            yield number
        finally:
            resources[number] = "closed"

    background = Background(enter)
    yield background
    background.close()


async def tell_resource(resource, tell):
    return resource


def test_it_gives_what_the_work_gives(background):
    async def work(resource, tell):
        return 7

    assert background.run(work, deaf) == 7


def test_it_raises_what_the_work_raises(background):
    async def work(resource, tell):
        raise LookupError("x")

    with pytest.raises(LookupError, match="x"):
        background.run(work, deaf)


def test_of_several_errors_it_raises_one(background):
    async def work(resource, tell):
        async def fail(number):
            raise LookupError(number)

        await each([1, 2], fail, 2)

    with pytest.raises(LookupError):
        background.run(work, deaf)


def test_what_is_told_is_heard_in_the_callers_thread_before_the_end(background):
    heard = []

    async def work(resource, tell):
        for size in range(3):
            tell(Moved("k", size, whole=False))

    background.run(work, lambda moved: heard.append((moved.size, threading.get_ident())))
    assert heard == [(size, threading.get_ident()) for size in range(3)]


def test_a_listener_that_raises_cancels_the_work_and_waits_for_its_end(background):
    ended = []

    async def work(resource, tell):
        try:
            tell(Moved("k", 1, whole=False))
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        background.run(work, stop)
    assert ended == [True]


def test_a_listener_that_raises_after_the_work_ended_is_heard(background):
    async def work(resource, tell):
        tell(Moved("k", 1, whole=True))

    def stop(_):
        raise LookupError

    with pytest.raises(LookupError):
        background.run(work, stop)


def test_it_works_inside_an_event_loop(background):
    async def notebook():
        return background.run(tell_resource, deaf)

    assert asyncio.run(notebook()) == 0


def test_all_work_has_one_loop_and_one_resource(background, resources):
    async def work(resource, tell):
        return resource, asyncio.get_running_loop()

    assert background.run(work, deaf) == background.run(work, deaf)
    assert resources == ["open"]


def test_nothing_begins_before_there_is_work(background, resources):
    background.close()
    assert resources == []


def test_closing_leaves_the_resource_and_the_next_work_has_another(background, resources):
    background.run(tell_resource, deaf)
    background.close()
    background.close()
    assert resources == ["closed"]
    assert background.run(tell_resource, deaf) == 1
    assert resources == ["closed", "open"]


def test_a_resource_that_can_not_be_entered_is_tried_again():
    tries = []

    @contextlib.asynccontextmanager
    async def enter():
        tries.append(True)
        if len(tries) == 1:
            raise LookupError
        yield "it"

    background = Background(enter)
    with pytest.raises(LookupError):
        background.run(tell_resource, deaf)
    assert background.run(tell_resource, deaf) == "it"
    background.close()


def test_closing_ends_what_another_thread_waits_for(background):
    began = threading.Event()
    ended = []

    async def work(resource, tell):
        began.set()
        await asyncio.Event().wait()

    def wait():
        try:
            background.run(work, deaf)
        except asyncio.CancelledError:
            ended.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    began.wait()
    background.close()
    thread.join()
    assert ended == [True]


@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_forked_process_has_a_loop_of_its_own_and_leaves_its_parents_alone(background, resources):
    background.run(tell_resource, deaf)
    child = os.fork()
    if child == 0:
        # Whatever happens, this process must not go on as pytest.
        status = 1
        with contextlib.suppress(BaseException):
            number = background.run(tell_resource, deaf)
            background.close()
            status = 0 if (number, resources) == (1, ["open", "closed"]) else 2
        os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert background.run(tell_resource, deaf) == 0
    assert resources == ["open"]


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
