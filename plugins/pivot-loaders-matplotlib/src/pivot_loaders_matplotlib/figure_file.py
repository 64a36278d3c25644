"""How a figure becomes an image: the same bytes each time, and the figure is closed.

The name's ending says which format: `.png`, `.svg`, `.pdf`, `.jpg`, `.webp` or `.tif`. Neither the
date nor the version of matplotlib is written into the file. An image can't be loaded as a figure,
so that this is a `Writer`. Example::

    MatplotlibFigure(dpi=150).save(figure, pathlib.Path("scores.png"))

Tests: tests/test_figure_file.py of this distribution.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pivot.loaders import LoaderError, Writer, writing

if TYPE_CHECKING:
    import pathlib

    from matplotlib.figure import Figure

#: Format -> what matplotlib would write into the file of its own accord, and shall not.
_METADATA: dict[str, dict[str, None] | None] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "jpg": None,
    "webp": None,
    "tif": None,
}
_ALIASES = {"jpeg": "jpg", "tiff": "tif"}
#: From which matplotlib makes the identifiers in an SVG, in place of random ones.
_SALT = "pivot"


@dataclass(frozen=True, slots=True)
class MatplotlibFigure(Writer["Figure"]):
    """An image of a matplotlib figure."""

    #: Dots per inch; "figure": as the figure itself says.
    dpi: float | Literal["figure"] = "figure"
    #: "tight" cuts the margins off, and takes in what stands beyond them.
    bbox_inches: Literal["tight"] | None = None
    #: Whether the background is transparent.
    transparent: bool = False

    def save(self, data: Figure, path: pathlib.Path) -> None:
        """Write the image, and close the figure, so that it takes no memory any more."""
        _check_figure(data, path)
        kind = _format(path)
        # It takes half a second: it's imported by those who have a figure, and have it already.
        import matplotlib as mpl

        image = io.BytesIO()
        options: dict[str, Any] = {"metadata": _METADATA[kind]} if _METADATA[kind] else {}
        try:
            with mpl.rc_context({"svg.hashsalt": _SALT}):
                data.savefig(
                    image,
                    format=kind,
                    dpi=self.dpi,
                    bbox_inches=self.bbox_inches,
                    transparent=self.transparent,
                    **options,
                )
        except (ValueError, TypeError, RuntimeError, OSError) as error:
            raise LoaderError(path, f"the figure can't be drawn: {error}") from error
        finally:
            _close(data)
        with writing(path):
            path.write_bytes(image.getbuffer())


def _format(path: pathlib.Path) -> str:
    ending = path.suffix.removeprefix(".").lower()
    kind = _ALIASES.get(ending, ending)
    if kind not in _METADATA:
        hint = f"use one of {', '.join(f'.{known}' for known in _METADATA)}"
        raise LoaderError(path, f"no format is known for the ending {path.suffix!r}", hint=hint)
    return kind


def _check_figure(data: object, path: pathlib.Path) -> None:
    from matplotlib.figure import Figure, SubFigure  # as above

    if isinstance(data, Figure):
        return
    problem = f"an image is made of a Figure, not of {type(data).__name__}"
    hint = "return what plt.figure() or plt.subplots() gave"
    if isinstance(data, SubFigure) or hasattr(data, "get_figure") or hasattr(data, "figure"):
        hint = "return its figure: axes.figure"
    raise LoaderError(path, problem, hint=hint)


def _close(figure: Figure) -> None:
    """Let pyplot forget the figure; who has not imported pyplot has nothing that remembers it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
