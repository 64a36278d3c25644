"""An array comes back as it was saved, and never by unpickling."""

from __future__ import annotations

import pathlib
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from pivot_loaders_numpy import NumpyArray

from pivot.loaders import Loader, LoaderError
from pivot.testing import LoaderSuite


class TestConformance(LoaderSuite):
    filename = "array.npy"

    @pytest.fixture
    def loader(self) -> Loader[Any]:
        return NumpyArray()

    @pytest.fixture
    def value(self) -> Any:
        kinds = [("when", "M8[ns]"), ("name", "U3"), ("x", "<f4", (2,))]
        return np.array([("2024-02-29", "ü", [0.1, np.nan])], dtype=kinds)

    def assert_same(self, loaded: Any, value: Any) -> None:
        assert loaded.dtype == value.dtype
        # NaN is the same as NaN here.
        assert loaded.tobytes() == value.tobytes()


class TestConformanceCompressed(TestConformance):
    filename = "array.npz"


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "array.npy"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Give a directory for all examples of a property."""
    return tmp_path_factory.mktemp("scratch")


@pytest.mark.parametrize("name", ["array.npy", "array.npz"])
@settings(max_examples=30, deadline=None)
@given(
    array=hnp.arrays(
        hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    )
)
def test_every_shape_and_type_comes_back(scratch, name, array):
    NumpyArray().save(array, scratch / name)
    loaded = NumpyArray().load(scratch / name)
    assert (loaded.shape, loaded.dtype) == (array.shape, array.dtype)
    assert loaded.tobytes() == array.tobytes()


def test_numpy_itself_reads_it(path):
    NumpyArray().save(np.arange(3), path)
    assert np.load(path).tolist() == [0, 1, 2]
    zipped = path.with_suffix(".npz")
    NumpyArray().save(np.arange(3), zipped)
    with np.load(zipped) as archive:
        assert archive["arr_0"].tolist() == [0, 1, 2]


def test_numpy_is_imported_when_an_array_is_read_and_not_before():
    code = (
        "import sys; from pivot_loaders_numpy import NumpyArray, NumpyArrays;"
        "NumpyArray(), NumpyArrays(compressed=True); print('numpy' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([1, 2], "the array is a list, not a numpy array"),
        (np.ma.masked_equal([1, 2], 2), "the array is masked, and its mask would be lost"),
        (np.array(["x", None]), "the array holds Python objects, not numbers"),
    ],
    ids=["list", "masked", "objects"],
)
def test_what_would_not_come_back_is_told(value, problem, path):
    with pytest.raises(LoaderError, match=problem):
        NumpyArray().save(value, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"text, not an array", "the file is not valid as a .npy file"),
        (b"\x93NUMPY\x01\x00", "the file is not valid as a .npy file"),
    ],
)
def test_a_file_that_is_no_array_is_told(content, problem, path):
    path.write_bytes(content)
    with pytest.raises(LoaderError, match=f"^{path}: {problem}"):
        NumpyArray().load(path)


@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_a_file_of_python_objects_is_not_unpickled(ending, path):
    file = path.with_suffix(ending)
    array = np.array([{"a": 1}], dtype="object")
    np.save(file, array) if ending == ".npy" else np.savez(file, array)
    with pytest.raises(LoaderError, match="the file holds Python objects") as caught:
        NumpyArray().load(file)
    assert "loaders.Pickle" in str(caught.value.hint)


def test_a_pickle_is_no_array(path):
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(LoaderError, match=r"not valid as a \.npy file"):
        NumpyArray().load(path)


def test_an_archive_of_several_arrays_is_told(path):
    file = path.with_suffix(".npz")
    np.savez(file, a=np.zeros(1), b=np.zeros(1))
    with pytest.raises(LoaderError, match="the file holds 2 arrays: a, b") as caught:
        NumpyArray().load(file)
    assert caught.value.hint == "use loaders.NumpyArrays for several"


def test_a_missing_file_is_told(path):
    with pytest.raises(LoaderError, match="the file does not exist"):
        NumpyArray().load(path)
