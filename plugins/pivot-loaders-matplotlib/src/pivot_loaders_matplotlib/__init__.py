"""Figures as outputs of Pivot's stages: `loaders.MatplotlibFigure`.

Importing this package does not import matplotlib; saving a figure does. Example::

    Plot("build/scores.png", loaders.MatplotlibFigure(dpi=150))

Tests: tests/ beside src/.
"""

from pivot_loaders_matplotlib.figure_file import MatplotlibFigure

__all__ = ["MatplotlibFigure"]
