"""An `.npz` file: a ZIP archive with one `.npy` file an array, without the time of its making.

The format is that of `numpy.savez`, which `numpy.load` reads. Tests: tests/test_arrays_file.py.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from pivot.loaders import reading, writing
from pivot_loaders_numpy.faults import UNFIT, unfit

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    import numpy as np

_ENDING = ".npy"


def read_archive(path: pathlib.Path) -> dict[str, np.ndarray[Any, Any]]:
    """Give the arrays of an archive by name; raise `LoaderError`."""
    # numpy takes a tenth of a second: it's imported by those who read or write an array.
    import numpy as np

    arrays: dict[str, np.ndarray[Any, Any]] = {}
    with reading(path):
        stream = path.open("rb")
    with stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                for name in archive.namelist():
                    with archive.open(name) as member:
                        array = np.lib.format.read_array(member, allow_pickle=False)
                    arrays[name.removesuffix(_ENDING)] = array
        except (*UNFIT, zipfile.BadZipFile) as error:
            raise unfit(path, error, "an .npz file") from error
    return arrays


def write_archive(
    arrays: Mapping[str, np.ndarray[Any, Any]], path: pathlib.Path, *, compressed: bool
) -> None:
    """Write arrays by name; the same bytes for the same arrays, whatever their order."""
    import numpy as np  # as above

    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with writing(path), zipfile.ZipFile(path, "w", method) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}{_ENDING}")  # of 1980, as long as it's not told more
            entry.compress_type = method
            with archive.open(entry, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, arrays[name], allow_pickle=False)
