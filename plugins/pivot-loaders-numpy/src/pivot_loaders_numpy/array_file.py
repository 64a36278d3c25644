"""How a `.npy` file becomes an array, and back: shape, type and values survive.

A file whose name ends in `.npz` holds the array compressed. Example::

    NumpyArray().save(features, pathlib.Path("features.npy"))

Tests: tests/test_array_file.py of this distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pivot.loaders import Loader, LoaderError, reading, writing
from pivot_loaders_numpy.archive import read_archive, write_archive
from pivot_loaders_numpy.faults import UNFIT, check_array, unfit

if TYPE_CHECKING:
    import pathlib

    import numpy as np

#: What numpy, too, calls the array of an archive that has one without a name.
_NAME = "arr_0"


@dataclass(frozen=True, slots=True)
class NumpyArray(Loader["np.ndarray[Any, Any]"]):
    """One array in numpy's own format: `.npy`, or compressed in an `.npz`. It's never unpickled."""

    def load(self, path: pathlib.Path) -> np.ndarray[Any, Any]:
        """Read the array; raise `LoaderError` if the file is none."""
        if path.suffix == ".npz":
            arrays = read_archive(path)
            if len(arrays) != 1:
                problem = f"the file holds {len(arrays)} arrays: {', '.join(arrays)}"
                raise LoaderError(path, problem, hint="use loaders.NumpyArrays for several")
            return next(iter(arrays.values()))
        # numpy takes a tenth of a second: it's imported by those who read or write an array.
        import numpy as np

        with reading(path):
            stream = path.open("rb")
        with stream:
            try:
                return np.lib.format.read_array(stream, allow_pickle=False)
            except UNFIT as error:
                raise unfit(path, error, "a .npy file") from error

    def save(self, data: np.ndarray[Any, Any], path: pathlib.Path) -> None:
        """Write the array; raise `LoaderError` if it holds Python objects."""
        check_array(data, path)
        if path.suffix == ".npz":
            write_archive({_NAME: data}, path, compressed=True)
            return
        import numpy as np  # as above

        with writing(path), path.open("wb") as stream:
            np.lib.format.write_array(stream, data, allow_pickle=False)
