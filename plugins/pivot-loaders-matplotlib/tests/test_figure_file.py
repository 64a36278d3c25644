"""A figure becomes an image, the same each time, and is closed; no display is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from pivot_loaders_matplotlib import MatplotlibFigure

from pivot.loaders import Loader, LoaderError, Writer
from pivot.testing import WriterSuite

FORMATS = ["png", "svg", "pdf", "jpg", "jpeg", "webp", "tif", "tiff"]


def figure() -> Figure:
    made = Figure(figsize=(2, 1))
    axes = made.subplots()
    axes.plot([1, 3, 2], label="a")
    axes.fill_between([0, 1, 2], [1, 2, 3], hatch="/")
    axes.legend()
    return made


class Conformance(WriterSuite):
    @pytest.fixture
    def loader(self) -> Writer[Any]:
        return MatplotlibFigure(dpi=50, bbox_inches="tight", transparent=True)

    @pytest.fixture
    def value(self) -> Any:
        return figure()

    def assert_same(self, loaded: Any, value: Any) -> None:
        assert pixels(loaded) == pixels(value)


class TestPNG(Conformance):
    filename = "figure.png"


class TestSVG(Conformance):
    filename = "figure.svg"


class TestPDF(Conformance):
    filename = "figure.pdf"


class TestJPG(Conformance):
    filename = "figure.jpg"


def pixels(made: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(made)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).tobytes()


@pytest.fixture
def pyplot(monkeypatch):
    """Give pyplot, with a backend that needs no display."""
    import matplotlib.pyplot as plt

    before = mpl.get_backend()
    plt.switch_backend("agg")
    yield plt
    plt.close("all")
    plt.switch_backend(before)


def test_it_can_only_save():
    assert not isinstance(MatplotlibFigure(), Loader)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_the_same_at_another_time(ending, tmp_path, monkeypatch):
    MatplotlibFigure().save(figure(), tmp_path / f"a.{ending}")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    MatplotlibFigure().save(figure(), tmp_path / f"b.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
def test_no_format_names_the_version(ending, tmp_path):
    MatplotlibFigure().save(figure(), tmp_path / f"a.{ending}")
    content = (tmp_path / f"a.{ending}").read_bytes()
    assert content
    assert mpl.__version__.encode() not in content


def test_the_resolution_counts(tmp_path):
    sizes = []
    for dpi in (50, 100):
        path = tmp_path / f"{dpi}.png"
        MatplotlibFigure(dpi=dpi).save(figure(), path)
        # A PNG says its width in its bytes 16 to 19.
        sizes.append(int.from_bytes(path.read_bytes()[16:20]))
    assert sizes == [100, 200]


def test_a_figure_of_pyplot_is_closed(pyplot, tmp_path):
    made, axes = pyplot.subplots()
    axes.plot([1, 2])
    MatplotlibFigure().save(made, tmp_path / "a.png")
    assert pyplot.get_fignums() == []


def test_many_figures_don_t_pile_up(pyplot, tmp_path):
    limit = mpl.rcParams["figure.max_open_warning"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(limit + 2):
            made, _ = pyplot.subplots(figsize=(1, 1))
            MatplotlibFigure(dpi=10).save(made, tmp_path / "a.png")


def test_neither_a_display_nor_a_backend_of_windows_is_needed(tmp_path):
    code = (
        "import sys, pathlib; from matplotlib.figure import Figure;"
        "from pivot_loaders_matplotlib import MatplotlibFigure;"
        "made = Figure(); made.subplots(); MatplotlibFigure().save(made, pathlib.Path('a.png'));"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    environ = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=tmp_path, env=environ
    )
    assert done.stdout == "False\n"
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_matplotlib_is_not_imported_before_it_is_needed():
    code = (
        "import sys; from pivot_loaders_matplotlib import MatplotlibFigure;"
        "MatplotlibFigure(dpi=50); print('matplotlib' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


def test_the_settings_of_the_author_stay(tmp_path):
    before = dict(mpl.rcParams)
    MatplotlibFigure().save(figure(), tmp_path / "a.svg")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["a.eps", "a.gif", "a"])
def test_an_ending_without_a_format_is_told(name, tmp_path):
    with pytest.raises(LoaderError, match="no format is known for the ending") as caught:
        MatplotlibFigure().save(figure(), tmp_path / name)
    assert str(caught.value.hint).startswith("use one of .png, .svg")


def test_axes_are_not_a_figure(tmp_path):
    value: Any = figure().axes[0]
    with pytest.raises(LoaderError, match="an image is made of a Figure, not of Axes") as caught:
        MatplotlibFigure().save(value, tmp_path / "a.png")
    assert caught.value.hint == "return its figure: axes.figure"


def test_what_is_no_figure_is_told(tmp_path):
    value: Any = [1]
    with pytest.raises(LoaderError, match="an image is made of a Figure, not of list") as caught:
        MatplotlibFigure().save(value, tmp_path / "a.png")
    assert caught.value.hint == "return what plt.figure() or plt.subplots() gave"


def test_a_figure_that_can_t_be_drawn_is_told_and_closed(pyplot, tmp_path):
    made, axes = pyplot.subplots()
    axes.set_title(r"$\nonsense$")
    with pytest.raises(LoaderError, match="the figure can't be drawn"):
        MatplotlibFigure().save(made, tmp_path / "a.png")
    assert pyplot.get_fignums() == []
    assert not (tmp_path / "a.png").exists()
