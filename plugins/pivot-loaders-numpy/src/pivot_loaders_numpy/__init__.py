"""Arrays for Pivot's stages: `loaders.NumpyArray` and `loaders.NumpyArrays`.

Importing this package does not import numpy; reading or writing an array does. Example::

    Out("features.npy", loaders.NumpyArray())

Tests: tests/ beside src/.
"""

from pivot_loaders_numpy.array_file import NumpyArray
from pivot_loaders_numpy.arrays_file import NumpyArrays

__all__ = ["NumpyArray", "NumpyArrays"]
