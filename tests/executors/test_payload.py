"""Values as bytes: by name where they can be imported, whole where not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass

import pytest

from pivot.executors.payload import PayloadError, dumps, loads

OUTSIDE = 3
LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Call:
    function: object
    options: dict[str, object]


class Plain:
    def __init__(self, part):
        self.part = part


def uses_lock():
    return LOCK.locked()


def test_what_can_be_imported_is_sent_by_name():
    assert loads(dumps(json.dumps)) is json.dumps
    assert len(dumps(json.dumps)) < 100


@pytest.mark.parametrize("value", [None, 1.5, [1, {"a": (2,)}], {"x", "y"}, b"bytes"])
def test_plain_values_come_back_equal(value):
    assert loads(dumps(value)) == value


def in_another_process(data):
    script = "import sys; from pivot.executors.payload import loads; print(loads(sys.stdin.buffer.read())())"
    done = subprocess.run(
        [sys.executable, "-c", script], input=data, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_a_nested_function_is_sent_whole_with_what_it_refers_to():
    inside = 4

    def nested():
        return inside + OUTSIDE + len(os.sep)

    assert in_another_process(dumps(nested)) == "8"


def test_a_lambda_is_sent_whole():
    assert in_another_process(dumps(lambda: 2**10)) == "1024"


def test_functions_and_classes_of_main_are_sent_whole():
    script = """
import sys
from pivot.executors.payload import dumps

FACTOR = 7

class Box:
    def __init__(self, content):
        self.content = content

def work():
    return Box(FACTOR).content * 6

sys.stdout.buffer.write(dumps(work))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert in_another_process(done.stdout) == "42"


def unpicklable():
    lock = threading.Lock()
    return lambda: lock


def with_global():
    # A function that is sent whole takes its globals along.
    return eval("lambda: LOCK.locked()", {"LOCK": LOCK})


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (threading.Lock(), "a lock"),
        ([1, threading.Lock()], "the item 1 of a list"),
        ({"a": 1, "b": threading.Lock()}, "the entry 'b' of a dict"),
        (Plain(threading.Lock()), "'part' of a Plain"),
        (Call(print, {"key": threading.Lock()}), "the entry 'key' of 'options' of a Call"),
        (unpicklable(), "'lock' of 'unpicklable.<locals>.<lambda>'"),
        (with_global(), "'LOCK' of '<lambda>'"),
    ],
)
def test_what_cannot_be_sent_is_named_to_its_smallest_part(value, name):
    with pytest.raises(PayloadError) as caught:
        dumps(value)
    assert (
        caught.value.message
        == f"{name} can't be sent to a worker: cannot pickle '_thread.lock' object"
    )
    assert caught.value.hint is not None


def test_a_value_that_refuses_for_no_reason_is_told_by_the_kind_of_its_error():
    class Shy:
        def __reduce__(self):
            raise RuntimeError

    with pytest.raises(PayloadError, match=r"a .*Shy can't be sent to a worker: RuntimeError"):
        dumps(Shy())


def test_a_value_that_contains_itself_and_a_lock_is_refused_too():
    value = [threading.Lock()]
    value.insert(0, value)
    with pytest.raises(PayloadError, match="can't be sent"):
        dumps(value)


def test_a_function_with_an_unfilled_variable_is_refused_only_for_its_lock():
    lock = threading.Lock()

    def waits():
        return lock, later

    with pytest.raises(PayloadError, match="'lock' of"):
        dumps(waits)
    later = 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "EOFError"),
        (b"no pickle", "UnpicklingError"),
        (b"cno_such_module\nx\n.", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_what_cannot_be_unpacked_is_an_error_with_the_reason(data, reason):
    with pytest.raises(PayloadError, match=f"a worker can't unpack what it was sent: {reason}"):
        loads(data)
