"""What a declared dep or out is, and how it behaves in a class."""

from __future__ import annotations

import dataclasses
import pathlib
import pickle
from typing import Any

import pytest

from pivot import loaders, outputs
from pivot.outputs import Dep, IncrementalOut, Metric, Out, Plot


class Holder:
    """The smallest class in which artifacts can live."""

    data: Dep[list[int]] = Dep("data.json", loaders.JSON())
    made: Out[str] = Out("made.txt")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def artifact_value(self, name: str) -> Any:
        if name not in self.values:
            raise AttributeError(name)
        return self.values[name]

    def set_artifact_value(self, name: str, value: Any) -> None:
        self.values[name] = value


def test_a_dep_has_a_path_and_a_loader():
    dep = Dep("data.json", loaders.JSON(indent=4))
    assert (dep.path, dep.loader) == ("data.json", loaders.JSON(indent=4))


def test_a_path_may_be_a_path_object():
    assert Dep(pathlib.Path("a", "b.csv")).path == pathlib.Path("a/b.csv")


@pytest.mark.parametrize("kind", [Dep, Out, IncrementalOut, Plot])
def test_without_a_loader_it_is_the_path_that_counts(kind):
    assert kind("file").loader == loaders.PathOnly()


def test_a_metric_is_json_unless_said_otherwise():
    assert Metric("score").loader == loaders.JSON()
    assert Metric("score", loaders.YAML()).loader == loaders.YAML()


@pytest.mark.parametrize("kind", [IncrementalOut, Metric, Plot])
def test_every_kind_of_output_is_an_out(kind):
    assert isinstance(kind("file"), Out)


def test_an_output_is_cached_unless_said_otherwise():
    assert Out("file").cache
    assert not Out("file", cache=False).cache


def test_a_dep_knows_nothing_of_a_cache():
    with pytest.raises(TypeError, match="cache"):
        Dep("file", cache=True)


def test_a_dep_and_an_out_of_one_path_are_different():
    assert Dep("file") != Out("file")
    assert Out("file") != Plot("file")
    assert Out("file") == Out("file")


@pytest.mark.parametrize("kind", [Dep, Out, IncrementalOut, Metric, Plot])
def test_a_declaration_cannot_be_changed(kind):
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind("file").path = "other"


def test_a_declaration_can_be_pickled():
    out = IncrementalOut("log.txt", loaders.Pickle(), cache=False)
    assert pickle.loads(pickle.dumps(out)) == out


def test_asked_of_the_class_it_is_the_declaration():
    assert Holder.data == Dep("data.json", loaders.JSON())


def test_asked_of_an_instance_it_is_the_value():
    holder = Holder()
    holder.data = [1, 2]
    assert holder.data == [1, 2]


def test_instances_have_values_of_their_own():
    one, other = Holder(), Holder()
    one.made, other.made = "one", "other"
    assert (one.made, other.made) == ("one", "other")


def test_a_value_that_is_not_there_is_an_attribute_error():
    assert not hasattr(Holder(), "data")


def test_wrong_paths_are_left_to_registration():
    """So that all that is wrong with a pipeline can be told at once."""
    assert Dep("/etc/passwd").path == "/etc/passwd"
    assert Dep("../outside").path == "../outside"


def test_the_module_names_what_authors_use():
    assert {"Dep", "Out", "IncrementalOut", "Metric", "Plot"} <= set(vars(outputs))
