"""A custom loader is a frozen dataclass; errors name the file and what is wrong with it."""

from __future__ import annotations

import dataclasses
import pathlib
import pickle

import pytest

from pivot.errors import PivotError
from pivot.loaders import Loader, LoaderError, reading, writing


@dataclasses.dataclass(frozen=True)
class Lines(Loader[list[str]]):
    """Written the way the documentation tells an author to."""

    end: str = "\n"

    def load(self, path: pathlib.Path) -> list[str]:
        return path.read_text().split(self.end)[:-1]

    def save(self, data: list[str], path: pathlib.Path) -> None:
        path.write_text("".join(line + self.end for line in data))


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted(Lines):
    encoding: str = "utf-8"


@pytest.mark.parametrize("kind", [Lines, Slotted])
def test_a_custom_loader_loads_what_it_saved(kind, tmp_path):
    kind(end=";").save(["a", "b"], tmp_path / "x")
    assert kind(end=";").load(tmp_path / "x") == ["a", "b"]


@pytest.mark.parametrize("loader", [Lines(), Lines(";"), Slotted(encoding="ascii")])
def test_a_custom_loader_travels_by_pickle(loader):
    assert pickle.loads(pickle.dumps(loader)) == loader


def test_loaders_with_different_options_differ():
    assert Lines() == Lines()
    assert Lines() != Lines(";")
    assert len({Lines(), Lines(), Lines(";")}) == 2


def test_a_loader_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Lines().end = ";"  # pyright: ignore[reportAttributeAccessIssue] - that it can't be is the point


@pytest.mark.parametrize("missing", ["load", "save"])
def test_a_loader_without_one_of_its_methods_cannot_be_made(missing):
    methods = {"load": Lines.load, "save": Lines.save}
    del methods[missing]
    with pytest.raises(TypeError, match=missing):
        type("Half", (Loader,), methods)()


def test_an_error_names_the_file(tmp_path):
    error = LoaderError(tmp_path / "x.json", "is odd", hint="make it even")
    assert str(error) == f"{tmp_path / 'x.json'}: is odd\n  make it even"
    assert error.path == str(tmp_path / "x.json")
    assert isinstance(error, PivotError)


def test_an_error_with_a_line_names_the_file_once():
    error = LoaderError("x.json", "is odd", line=3)
    assert str(error) == "x.json:3: is odd"


def test_an_error_survives_pickling():
    error = pickle.loads(pickle.dumps(LoaderError("x.json", "is odd", line=3, hint="mend it")))
    assert str(error) == "x.json:3: is odd\n  mend it"
    assert error.path == "x.json"


def test_reading_says_that_a_file_is_not_there(tmp_path):
    path = tmp_path / "x"
    with pytest.raises(LoaderError, match="the file does not exist"), reading(path):
        path.read_bytes()


def test_reading_says_why_a_file_cannot_be_read(tmp_path):
    with pytest.raises(LoaderError, match="can't be read: Is a directory"), reading(tmp_path):
        tmp_path.read_bytes()


def test_reading_says_where_a_file_is_not_text(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"ab\xff")
    with pytest.raises(LoaderError, match=r"not utf-8 text: .* at byte 2"), reading(path):
        path.read_text("utf-8")


def test_writing_says_why_a_file_cannot_be_written(tmp_path):
    with pytest.raises(LoaderError, match="can't be written: Is a directory"), writing(tmp_path):
        tmp_path.write_bytes(b"")


def test_what_is_no_error_of_the_file_passes_through(tmp_path):
    with pytest.raises(ZeroDivisionError), reading(tmp_path), writing(tmp_path):
        _ = 1 / 0
