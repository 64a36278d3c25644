"""`pivot plots show` and `pivot plots diff`: a page, and a line about each plot.

Tests: tests/test_cli.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pivot.cli.comparing import DIFFERENT, comparing, exit_code_option, told
from pivot.cli.completing import complete_targets
from pivot.cli.machine import reserved
from pivot.cli.options import in_project, json_option
from pivot.cli.sharing import plugin_host
from pivot.cli.terminal import complain, say
from pivot.cli.wording import columns, plural
from pivot.paths import find_root
from pivot.stage import PlotLook
from pivot.store.atomic import write_atomically
from pivot.store.layout import Layout
from pivot_plots.document import different, document
from pivot_plots.gathering import gather
from pivot_plots.page import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pivot_plots.gathering import Gathered, Plot

_PAGE = "plots.html"
_STYLES = {"changed": "yellow", "added": "green", "removed": "red", "unknown": "red"}
_NONE = "There are no plots. A stage has some if it declares an output as outputs.Plot(...)."


def _drawing_options[F: Callable[..., Any]](command: F) -> F:
    """Add the options that both commands have."""
    options = (
        click.option(
            "-o",
            "--output",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help="Write the page to this file.  [default: .pivot/plots.html]",
        ),
        click.option("--open", "opened", is_flag=True, help="Open the page in a browser."),
        click.option("-x", "--x", "x", metavar="COLUMN", help="Draw series over this column."),
        click.option(
            "-y",
            "--y",
            "y",
            metavar="COLUMN",
            multiple=True,
            help="Draw this column; given several times, together.",
        ),
        click.option(
            "--kind", type=click.Choice(["line", "points", "bars"]), help="How to draw series."
        ),
        click.option(
            "--side-by-side", is_flag=True, help="Give each revision axes of its own, of one scale."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("plots", short_help="Put plots on a page, and compare them.")
def plots() -> None:
    """Put what stages declare as Plot on a page, and compare it with what it was.

    Plots are images, and series in CSV, TSV or JSON. The page is one file that needs no network.
    """


@plots.command("show", short_help="Put plots on a page.")
@click.argument("targets", metavar="[TARGET]...", nargs=-1, shell_complete=complete_targets)
@click.option(
    "--rev",
    "revisions",
    metavar="REV",
    multiple=True,
    help="Of this revision, instead of the workspace; may be repeated.",
)
@_drawing_options
@json_option
def show(
    targets: tuple[str, ...], *, revisions: tuple[str, ...], as_json: bool, **drawing: Any
) -> int:
    """Put what stages declare as Plot on one page: images, and series in CSV, TSV or JSON.

    TARGET is the name of a stage, the path of a plot, or a glob of one of these; without any, it is
    all plots. The page is one file that needs no network.
    """
    found = _gathered(targets, revisions or (None,), drawing)
    file = _written(found, drawing)
    if as_json:
        say(json.dumps(document(found, file), indent=2))
    elif not found.plots and not found.problems:
        say(_NONE)
    else:
        say(f"{plural(len(found.plots), 'plot')} -> {file}")
    return told(found.problems)


@plots.command("diff", short_help="Compare plots of revisions on a page.")
@click.argument("revisions", metavar="[REV]...", nargs=-1)
@click.option(
    "--targets",
    metavar="TARGET",
    multiple=True,
    shell_complete=complete_targets,
    help="Compare only what this means; may be repeated.",
)
@_drawing_options
@exit_code_option
@json_option
def diff(
    revisions: tuple[str, ...],
    *,
    targets: tuple[str, ...],
    exit_code: bool,
    as_json: bool,
    **drawing: Any,
) -> int:
    """Compare plots of revisions: series in one pair of axes, images beside each other.

    Without REV, the last commit is compared with the workspace; one REV is compared with the
    workspace; of several, each is compared with the first. Of images it's told, and shown, which
    pixels differ.

    The exit status is 0, with --exit-code 1 if a plot differs, and 2 if that can't be told.
    """
    sides: tuple[str | None, ...] = (
        revisions if len(revisions) > 1 else (*(revisions or ("HEAD",)), None)
    )
    found = _gathered(targets, sides, drawing)
    file = _written(found, drawing)
    if as_json:
        say(json.dumps(document(found, file), indent=2))
    elif not found.plots and not found.problems:
        say(_NONE)
    else:
        say("\n".join([*columns(map(_row, found.plots)), f"-> {file}"]))
    return told(found.problems) or (DIFFERENT if exit_code and different(found) else 0)


def _gathered(
    targets: tuple[str, ...], revisions: tuple[str | None, ...], drawing: dict[str, Any]
) -> Gathered:
    look = PlotLook(drawing["x"], drawing["y"], drawing["kind"])
    here = Path.cwd()
    with reserved(), comparing():
        return gather(
            find_root(here), in_project(targets, here), revisions, look=look, plugins=plugin_host()
        )


def _written(found: Gathered, drawing: dict[str, Any]) -> str:
    """Write the page, open it if that's wanted, and give its path."""
    given = drawing["output"]
    layout = Layout(find_root(Path.cwd()))
    layout.create()
    file = Path(given) if given is not None else layout.dot / _PAGE
    with comparing():
        write_atomically(file, page(found, side_by_side=drawing["side_by_side"]).encode())
    if drawing["opened"]:
        _open(file)
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)


def _open(file: Path) -> None:
    import webbrowser  # only who asks for it

    if not webbrowser.open(file.resolve().as_uri()):
        complain(f"warning: there is no browser to open {file} with")


def _row(plot: Plot) -> tuple[str, ...]:
    status = click.style(plot.status, fg=_STYLES.get(plot.status))
    return (plot.path, status, "; ".join(_facts(plot)))


def _facts(plot: Plot) -> Iterator[str]:
    for version in plot.versions[1:]:
        pixels = version.pixels
        if pixels is not None and pixels.changed:
            yield f"{pixels.changed} of {pixels.total} pixels ({pixels.share:.2%})"
