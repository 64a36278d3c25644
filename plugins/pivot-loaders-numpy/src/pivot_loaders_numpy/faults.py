"""What is wrong with an array, or with a file that should hold one.

Tests: tests/test_array_file.py of this distribution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.loaders import LoaderError

if TYPE_CHECKING:
    import pathlib

#: What numpy raises for a file that is not what it should be.
UNFIT = (ValueError, EOFError, TypeError)


def unfit(path: pathlib.Path, error: Exception, kind: str) -> LoaderError:
    """Make the error for a file that can't be read."""
    if path.stat().st_size == 0:
        return LoaderError(path, "the file is empty")
    if "allow_pickle" in str(error):
        hint = "such a file runs code when it's loaded; save numbers, or use loaders.Pickle"
        return LoaderError(path, "the file holds Python objects, not numbers", hint=hint)
    return LoaderError(path, f"the file is not valid as {kind}: {error}")


def check_array(data: object, path: pathlib.Path, name: str | None = None) -> None:
    """Raise `LoaderError` for what would not come back as it is."""
    # numpy takes a tenth of a second: it's imported by those who read or write an array.
    import numpy as np

    what = "the array" if name is None else f"the array {name!r}"
    if not isinstance(data, np.ndarray):
        problem = f"{what} is a {type(data).__name__}, not a numpy array"
        raise LoaderError(path, problem, hint="make it one: numpy.asarray(...)")
    if isinstance(data, np.ma.MaskedArray):
        hint = "save data.filled(...) and the mask with loaders.NumpyArrays"
        raise LoaderError(path, f"{what} is masked, and its mask would be lost", hint=hint)
    if data.dtype.hasobject:
        hint = "give it a type: array.astype('U') for texts; loaders.Pickle takes any values"
        raise LoaderError(path, f"{what} holds Python objects, not numbers", hint=hint)
