"""Several arrays come back by their names, and the archive holds no time."""

from __future__ import annotations

import pathlib
import zipfile
from typing import Any

import numpy as np
import pytest
from pivot_loaders_numpy import NumpyArrays

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "arrays.npz"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return NumpyArrays(compressed=True)

    @pytest.fixture
    def value(self) -> Any:
        # The names are those of the arguments of `numpy.savez`.
        return {"file": np.zeros((2, 3)), "args": np.array("ü"), "a.npy/b": np.arange(3)}

    def assert_same(self, loaded: Any, value: Any) -> None:
        assert loaded.keys() == value.keys()
        for name in value:
            np.testing.assert_array_equal(loaded[name], value[name])


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "arrays.npz"


def test_the_order_of_the_names_does_not_count(path):
    x, y = np.zeros(2), np.ones(2)
    NumpyArrays().save({"x": x, "y": y}, path)
    first = path.read_bytes()
    NumpyArrays().save({"y": y, "x": x}, path)
    assert path.read_bytes() == first


def test_no_part_says_when_it_was_made(path):
    NumpyArrays().save({"x": np.zeros(2)}, path)
    with zipfile.ZipFile(path) as archive:
        assert [entry.date_time for entry in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)]


def test_arrays_can_be_compressed(path):
    NumpyArrays().save({"x": np.zeros(1000)}, path)
    plain = path.stat().st_size
    NumpyArrays(compressed=True).save({"x": np.zeros(1000)}, path)
    assert path.stat().st_size < plain / 5


def test_numpy_itself_reads_it(path):
    NumpyArrays().save({"x": np.arange(3)}, path)
    with np.load(path) as archive:
        assert archive["x"].tolist() == [0, 1, 2]


def test_there_may_be_no_array(path):
    NumpyArrays().save({}, path)
    assert NumpyArrays().load(path) == {}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (np.zeros(1), "an .npz file takes a dict of arrays, not ndarray"),
        ({3: np.zeros(1)}, "the name of an array is a text, not 3"),
        ({"x": np.zeros(1), "y": [1]}, "the array 'y' is a list, not a numpy array"),
        ({"y": np.array([None])}, "the array 'y' holds Python objects"),
    ],
    ids=["array", "number", "list", "objects"],
)
def test_what_would_not_come_back_is_told(value, problem, path):
    with pytest.raises(LoaderError, match=problem):
        NumpyArrays().save(value, path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "the file is empty"), (b"no archive", "the file is not valid as an .npz file")],
)
def test_a_file_that_is_no_archive_is_told(content, problem, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: {problem}"):
        NumpyArrays().load(path)
