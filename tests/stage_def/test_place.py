"""Where a definition stands."""

from __future__ import annotations

import functools
import inspect
import threading
from pathlib import Path

import pytest

from pivot.errors import DefinitionErrors
from pivot.registry import Registry
from pivot.stage_def import calling_place, function_place


def plain():
    """A function."""


def decorate(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


@decorate
def decorated():
    """A function beneath a decorator."""


class Callable:
    def __call__(self):
        """Be called."""

    def method(self):
        """Be called, too."""


def line_of(item) -> int:
    return inspect.getsourcelines(item)[1]


@pytest.mark.parametrize(
    ("item", "source"),
    [
        (plain, plain),
        (functools.partial(plain), plain),
        (functools.partial(functools.partial(plain)), plain),
        (decorated, decorated),
        (functools.partial(decorated), decorated),
        (functools.lru_cache(plain), plain),
        (Callable(), Callable.__call__),
        (Callable().method, Callable.method),
        (Callable, Callable),
    ],
)
def test_the_place_of_code_is_where_it_begins(item, source):
    place = function_place(item)
    assert (place.file, place.line) == (__file__, line_of(source))


def here() -> int:
    """Give the line from which this is called."""
    return inspect.currentframe().f_back.f_lineno


@pytest.mark.parametrize("item", [len, 3, None, int])
def test_what_has_no_code_is_placed_where_it_was_given(item):
    place, line = function_place(item), here()
    assert (place.file, place.line) == (__file__, line)


def test_frames_of_pivot_are_passed_over():
    line = here() + 2
    with pytest.raises(DefinitionErrors) as caught:
        Registry().register("plain")
    place = caught.value.errors[0].where
    assert (Path(place.file).resolve(), place.line) == (Path(__file__), line)


def test_a_program_that_is_all_pivot_has_a_place_too():
    code = compile("found = calling_place()", "outermost.py", "exec")
    names = {"__name__": "pivot", "calling_place": calling_place}
    thread = threading.Thread(target=exec, args=(code, names))
    thread.start()
    thread.join()
    assert names["found"].line > 0
