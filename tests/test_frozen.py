"""Classes of values: what `dataclass(frozen=True, slots=True)` makes, and nothing else."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field
from typing import Any

import pytest

from pivot.frozen import frozen

standard = dataclass(frozen=True, slots=True)


def shape(make: Any) -> Any:
    """Make the same class with a decorator: a default of each kind, and methods."""

    @make
    class Shape[T]:
        """A shape."""

        name: str
        size: int = 1
        tags: list[T] = field(default_factory=list)
        note: object = field(default=None, compare=False, repr=False)
        doubled: int = field(init=False, default=0, compare=False)
        exact: bool = field(default=False, kw_only=True)

        def __post_init__(self) -> None:
            object.__setattr__(self, "doubled", 2 * self.size)

        @property
        def area(self) -> int:
            return self.size**2

    return Shape


@pytest.fixture(params=[frozen, standard], ids=["frozen", "standard"])
def Shape(request):
    """The class made by Pivot, and by the standard library: each test holds for both."""
    return shape(request.param)


@frozen
class Point:
    """A module's own class can be pickled."""

    x: int
    y: int = 0


@frozen
class Named(Point):
    name: str = "?"


def test_it_is_made_of_its_fields(Shape):
    made = Shape("a", 2, ["x"], exact=True)
    assert (made.name, made.size, made.tags, made.note, made.exact) == ("a", 2, ["x"], None, True)
    assert made.area == 4


def test_each_has_a_default_of_its_own(Shape):
    assert Shape("a").tags == []
    assert Shape("a").tags is not Shape("b").tags


def test_it_is_looked_over_once_it_is_made(Shape):
    assert Shape("a", 4).doubled == 8


@pytest.mark.parametrize(
    ("arguments", "named"),
    [((), {}), (("a", 1, [], None, True), {}), (("a",), {"doubled": 1}), (("a",), {"other": 1})],
)
def test_wrong_arguments_are_refused(Shape, arguments, named):
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Shape\.__init__\(\)"):
            Shape(*arguments, **named)


def test_nothing_can_be_changed(Shape):
    made = Shape("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        made.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del made.name
    with pytest.raises((AttributeError, TypeError)):
        made.other = 1
    assert made.name == "a"
    assert not hasattr(made, "__dict__")


def test_equal_values_are_equal_and_have_the_same_hash(Shape):
    assert Shape("a", tags=(1,)) == Shape("a", tags=(1,), note=5)
    assert hash(Shape("a", tags=(1,))) == hash(Shape("a", tags=(1,), note=5))


def test_other_values_are_not_equal(Shape):
    assert Shape("a") != Shape("b")
    assert Shape("a") != ("a", 1, [], None, 0, False)


def test_values_of_other_classes_are_not_equal():
    assert shape(frozen)("a") != shape(frozen)("a")
    assert Point(1, 2) != Named(1, 2)


def test_what_cannot_be_hashed_makes_no_hash(Shape):
    with pytest.raises(TypeError, match="unhashable"):
        hash(Shape("a", tags=[]))


def test_it_shows_its_fields(Shape):
    shown = repr(Shape("a", 2, ["x"], note=1))
    assert shown.endswith("Shape(name='a', size=2, tags=['x'], doubled=4, exact=False)")


def test_one_that_holds_itself_can_be_shown(Shape):
    tags: list[Any] = []
    made = Shape("a", tags=tags)
    tags.append(made)
    assert "tags=[...]" in repr(made)


def test_it_can_be_matched_by_position(Shape):
    match Shape("a", 7):
        case Shape(name, size):
            assert (name, size) == ("a", 7)
    assert Shape.__match_args__ == ("name", "size", "tags", "note")


def test_it_can_be_copied(Shape):
    made = Shape("a", 3, ["x"])
    assert copy.copy(made) == made
    assert copy.copy(made).tags is made.tags
    assert copy.deepcopy(made) == made
    assert copy.deepcopy(made).tags is not made.tags


def test_it_can_be_pickled():
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(Named(1, 2, "n"), protocol)) == Named(1, 2, "n")


def test_it_can_be_made_anew_with_other_values(Shape):
    made = Shape("a", 3, ["x"], exact=True)
    for other in (dataclasses.replace(made, size=5), copy.replace(made, size=5)):
        assert other == Shape("a", 5, ["x"], exact=True)
        assert other.doubled == 10


def test_it_is_a_dataclass_to_those_who_look(Shape):
    assert dataclasses.is_dataclass(Shape)
    assert [(f.name, f.init, f.compare, f.kw_only) for f in dataclasses.fields(Shape)] == [
        ("name", True, True, False),
        ("size", True, True, False),
        ("tags", True, True, False),
        ("note", True, False, False),
        ("doubled", False, False, False),
        ("exact", True, True, True),
    ]
    assert dataclasses.asdict(Shape("a", tags=[1]))["tags"] == [1]
    assert dataclasses.astuple(Shape("a"))[:2] == ("a", 1)


def test_a_class_derived_from_another_has_its_fields_too():
    assert [f.name for f in dataclasses.fields(Point)] == ["x", "y"]
    assert [f.name for f in dataclasses.fields(Named)] == ["x", "y", "name"]
    assert Named(1, name="n") == Named(1, 0, "n")
    assert not hasattr(Named(1), "__dict__")


def test_a_derived_class_that_adds_nothing_is_what_its_base_is():
    class Plain(Point):
        pass

    assert Plain(1, 2).x == 1
    assert Plain(1, 2) == Plain(1, 2)
    assert repr(Plain(1)).endswith("Plain(x=1, y=0)")


def test_own_methods_stay():
    @frozen
    class Own:
        value: int

        def __repr__(self) -> str:
            return "mine"

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = object.__hash__

    assert repr(Own(1)) == "mine"
    assert Own(1) == Own(2)


def test_one_may_be_equal_to_itself_only():
    @frozen(eq=False)
    class Alone:
        value: int

    one = Alone(1)
    assert one == one
    assert one != Alone(1)
    assert len({one, Alone(1)}) == 2


def test_a_class_without_fields_is_a_value_too():
    @frozen
    class Nothing:
        pass

    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


@pytest.mark.parametrize("make", [frozen, standard])
def test_a_default_that_all_would_share_is_refused(make):
    with pytest.raises(ValueError, match="mutable default"):

        @make
        class _:
            values: list[int] = []  # noqa: RUF012 - the mistake


def test_its_text_and_its_place_are_those_of_the_class_that_was_written():
    assert inspect.getdoc(Point) == "A module's own class can be pickled."
    assert Point.__qualname__ == "Point"
    assert Point.__module__ == __name__
