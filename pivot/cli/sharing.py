"""What `push`, `fetch` and `pull` have in common: a bar while bytes move, and the words at the end.

The bar is drawn on a terminal only, and appears with the first bytes. Tests:
tests/cli/test_sharing.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from pivot.cli.completing import complete_remotes
from pivot.cli.machine import reserved, say_json
from pivot.cli.options import in_project
from pivot.cli.terminal import complain, in_colour, is_terminal, say
from pivot.cli.wording import plural
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress as Drawing
    from rich.progress import TaskID

    from pivot.api import Progress, Sharing
    from pivot.plugins import PluginHost

#: How many outputs that can't be had are named; of the others there's only the number.
_NAMED = 20
_THOUSAND = 1000
_UNITS = ("kB", "MB", "GB", "TB")

remote_option = click.option(
    "--remote",
    metavar="NAME",
    shell_complete=complete_remotes,
    help="Use this remote, not the default.",
)
jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1, max=256),
    help="How many transfers to make at a time.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would move; move nothing.")


@frozen
class Words:
    """How a command speaks."""

    verb: str
    past: str
    #: Where the files go, with a gap for the remote's name.
    way: str
    #: Where the others were already.
    there: str


PUSH = Words("push", "pushed", "to {}", "there")
FETCH = Words("fetch", "fetched", "from {}", "here")
PULL = Words("pull", "pulled", "from {}", "here")


@frozen
class Wish:
    """What the command line asks for."""

    targets: tuple[str, ...]
    remote: str | None
    jobs: int | None
    dry_run: bool
    as_json: bool
    #: Of `push`: ask a remote also for what is known of it.
    refresh: bool = False


def share(operation: Callable[..., Sharing], words: Words, wish: Wish) -> int:
    """Do it, show it, and give the exit status: 1 if something is missing."""
    more = {"refresh": True} if wish.refresh else {}
    with reserved(), Bar(words.verb) as bar:
        report = operation(
            **more,
            targets=in_project(wish.targets, Path.cwd()),
            remote=wish.remote,
            jobs=wish.jobs,
            dry_run=wish.dry_run,
            on_progress=bar.show,
            plugins=plugin_host(),
        )
    for line in trouble(report):
        complain(line)
    if wish.as_json:
        say_json(report.to_json())
    else:
        say("\n".join(summary(report, words)))
    return int(not report.complete)


def plugin_host() -> PluginHost:
    """Give the plugins, whose problems are warnings."""
    # Late: only what has something to do needs it.
    from pivot.plugins import PluginHost

    return PluginHost(on_problem=lambda problem: complain(warning(str(problem))))


def summary(report: Sharing, words: Words) -> Iterator[str]:
    """Say what was done."""
    done = f"would {words.verb}" if report.dry_run else words.past
    moved = f"{plural(report.files, 'file')} ({size(report.size)})"
    way = words.way.format(report.remote)
    yield f"{done} {moved} {way}; {plural(report.present, 'file')} already {words.there}"
    if report.restored:
        yield f"restored {plural(len(report.restored), 'output')}: {', '.join(report.restored)}"
    if report.runs and words is not PUSH:
        them = "a stage" if report.runs == 1 else f"{report.runs} stages"
        yield f"'pivot run' now restores {them} that ran elsewhere"
    if report.never_run:
        yield f"without results, since they never ran: {', '.join(report.never_run)}"


def trouble(report: Sharing) -> Iterator[str]:
    """Say what the user should know besides."""
    for stage, message in report.warnings:
        yield warning(f"{stage}: {message}")
    for short in report.shortages[:_NAMED]:
        what = f"{short.path} of {short.stage}"
        if short.problem == "corrupt":
            yield error(f"{what}: what {report.remote} holds of it is damaged; nothing was taken")
        else:
            yield error(f"{what} is neither in the cache nor in {report.remote}")
    if len(report.shortages) > _NAMED:
        yield error(f"and {plural(len(report.shortages) - _NAMED, 'output')} more")
    if report.shortages:
        yield "  push it from where it was made, or run the stage again"


def size(number: int) -> str:
    """Give a number of bytes as a person would say it."""
    if number < _THOUSAND:
        return plural(number, "byte")
    amount, unit = number / _THOUSAND, 0
    while amount >= _THOUSAND and unit < len(_UNITS) - 1:
        amount, unit = amount / _THOUSAND, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}"


def warning(text: str) -> str:
    """Give a line that begins with a coloured `warning:`."""
    return f"{click.style('warning:', fg='yellow', bold=True)} {text}"


def error(text: str) -> str:
    """Give a line that begins with a coloured `error:`."""
    return f"{click.style('error:', fg='red', bold=True)} {text}"


class Bar:
    """How far a transfer is, on a terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._drawing: Drawing | None = None
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._drawing is not None:
            self._drawing.stop()

    def show(self, progress: Progress) -> None:
        """Draw how far it is."""
        if self._drawing is None:
            if not is_terminal(sys.stderr):
                return
            self._drawing = self._start()
            self._task = self._drawing.add_task(self._title)
        draw(self._drawing, self._task, self._title, progress)

    def _start(self) -> Drawing:
        # Late, as below.
        from rich.console import Console

        drawing = new_drawing(Console(stderr=True, no_color=not in_colour(sys.stderr)))
        drawing.start()
        return drawing


def draw(drawing: Drawing, task: TaskID, title: str, progress: Progress) -> None:
    """Draw how far a transfer is."""
    files = f"{title} {progress.files}/{progress.total_files}"
    drawing.update(task, description=files, completed=progress.size, total=progress.total_size)


def new_drawing(console: Console) -> Drawing:
    """Give a bar with bytes and rate, still without a task; it's gone at its end."""
    # It takes as long to load as all else together; where nothing moves, nothing is drawn.
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Drawing

    return Drawing(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
    )
