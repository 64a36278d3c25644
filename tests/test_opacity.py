"""A mark is found on what was marked, and on nothing that was made from it."""

from __future__ import annotations

import copy
import dataclasses
import functools
import math
import pickle

import pytest

import pivot
from pivot.opacity import opaque, opaque_version


def test_the_very_function_comes_back():
    def function():
        return 1

    assert opaque(version="3")(function) is function
    assert opaque_version(function) == "3"
    assert function() == 1


def test_it_is_part_of_the_package():
    assert pivot.opaque is opaque


def test_what_is_not_marked_has_no_version():
    assert opaque_version(math.sqrt) is None
    assert opaque_version(test_the_very_function_comes_back) is None
    assert opaque_version(5) is None
    assert opaque_version(object()) is None


@pytest.mark.parametrize(
    "value",
    [
        functools.partial(print),
        functools.lru_cache(lambda: 1),
        [].append,
        math.hypot,
        dict,
        str.upper,
    ],
    # Their representations have addresses in them.
    ids=["partial", "cached", "bound", "builtin", "type", "descriptor"],
)
def test_what_takes_no_attribute_is_marked_as_well(value):
    assert opaque(version="1")(value) is value
    assert opaque_version(value) == "1"


def test_a_class_is_marked_and_no_class_that_is_derived_from_it():
    @opaque(version="2")
    class Base:
        pass

    class Derived(Base):
        pass

    assert opaque_version(Base) == "2"
    assert opaque_version(Derived) is None
    assert opaque_version(Base()) is None


def test_a_class_that_is_made_anew_keeps_its_mark():
    @dataclasses.dataclass(slots=True)
    @opaque(version="2")
    class Point:
        x: int

    assert opaque_version(Point) == "2"


def test_a_wrapper_is_not_marked_though_it_has_the_attributes():
    @opaque(version="3")
    def function():
        return 1

    @functools.wraps(function)
    def wrapper():
        return function() + 1

    assert "__pivot_opaque__" in vars(wrapper)
    assert opaque_version(wrapper) is None
    assert opaque_version(functools.lru_cache(function)) is None


@pytest.mark.parametrize("kind", [staticmethod, classmethod, property, functools.cached_property])
def test_of_a_method_the_function_is_marked(kind):
    def method(self):
        return 1

    opaque(version="3")(kind(method))
    assert opaque_version(method) == "3"


def test_of_a_property_every_function_is_marked():
    class Box:
        @property
        def size(self):
            return 1

        @size.setter
        def size(self, value):
            pass

    opaque(version="3")(vars(Box)["size"])
    assert opaque_version(Box.size.fget) == opaque_version(Box.size.fset) == "3"


def test_the_mark_is_no_obstacle_to_copies():
    marked = opaque(version="1")(functools.partial(print))
    assert pickle.loads(pickle.dumps(marked)).func is print
    assert copy.copy(marked).func is print


def test_a_version_is_a_text():
    with pytest.raises(TypeError, match="the version of opaque code is a text, not 3"):
        opaque(version=3)
    with pytest.raises(TypeError):
        opaque(test_a_version_is_a_text)


LOADER = """
import dataclasses
import pivot

def shifted(number):
    return number + 1

@pivot.opaque(version="1")
@dataclasses.dataclass(frozen=True)
class Shifted(loaders.Loader[int]):
    by: int = 1

    def load(self, path):
        return shifted(int(path.read_text()))

    def save(self, data, path):
        path.write_text(str(data))

@pivot.opaque(version="1")
def stage(number: Annotated[int, outputs.Dep("in.txt", Shifted())]) -> Annotated[
    int, outputs.Out("out.txt", Shifted())
]:
    return number * 2

REGISTRY.register(stage)
"""


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_stage_and_its_loaders_can_be_opaque(project, executor):
    project.pipeline(LOADER)
    project.write("in.txt", "5")
    assert project.run(executor=executor) == {"stage": "ran"}
    assert project.read("out.txt") == "12"
    project.edit("pipeline.py", "number + 1", "number + 2")
    project.edit("pipeline.py", "number * 2", "number * 3")
    project.edit("pipeline.py", "write_text(str(data))", "write_text(f'{data}')")
    assert project.run(executor=executor) == {"stage": "unchanged"}


@pytest.mark.parametrize(
    "edit",
    [
        ('version="1")\n@dataclasses', 'version="2")\n@dataclasses'),
        ('version="1")\ndef stage', 'version="2")\ndef stage'),
        ("by: int = 1", "by: int = 2"),
    ],
)
def test_versions_and_options_of_opaque_code_count(project, edit):
    project.pipeline(LOADER)
    project.write("in.txt", "5")
    project.run()
    project.edit("pipeline.py", *edit)
    assert project.run() == {"stage": "ran"}


def test_an_explanation_shows_both_versions_and_no_source(project):
    project.pipeline(LOADER)
    project.write("in.txt", "5")
    project.run()
    project.edit("pipeline.py", 'version="1")\ndef stage', 'version="2")\ndef stage')
    (explanation,) = pivot.explain(project.root, diff=True)
    (change,) = explanation.changes
    assert (change.name, change.old, change.new) == ("opaque:pipeline:stage", "1", "2")
    assert change.place.file == "pipeline.py"
    assert (change.diff, change.note) == ((), None)
