"""How an `.npz` file becomes a dict of arrays, and back.

Example::

    NumpyArrays(compressed=True).save({"x": x, "y": y}, pathlib.Path("split.npz"))

Tests: tests/test_arrays_file.py of this distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pivot.loaders import Loader, LoaderError
from pivot_loaders_numpy.archive import read_archive, write_archive
from pivot_loaders_numpy.faults import check_array

if TYPE_CHECKING:
    import pathlib

    import numpy as np


@dataclass(frozen=True, slots=True)
class NumpyArrays(Loader["dict[str, np.ndarray[Any, Any]]"]):
    """Several arrays by name in one `.npz` file, in the order of their names."""

    #: Whether the arrays are compressed.
    compressed: bool = False

    def load(self, path: pathlib.Path) -> dict[str, np.ndarray[Any, Any]]:
        """Read all arrays; raise `LoaderError` if the file holds something else."""
        return read_archive(path)

    def save(self, data: dict[str, np.ndarray[Any, Any]], path: pathlib.Path) -> None:
        """Write the arrays; raise `LoaderError` which names the one that can't be."""
        if not isinstance(data, Mapping):
            problem = f"an .npz file takes a dict of arrays, not {type(data).__name__}"
            raise LoaderError(path, problem, hint="loaders.NumpyArray takes one array")
        for name, array in data.items():
            if not isinstance(name, str):
                raise LoaderError(path, f"the name of an array is a text, not {name!r}")
            check_array(array, path, name)
        write_archive(data, path, compressed=self.compressed)
