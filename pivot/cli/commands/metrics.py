"""`pivot metrics`: what the metrics are, how they differ, and how they went.

Tests: tests/cli/commands/test_metrics.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pivot.cli.comparing import DIFFERENT, comparing, exit_code_option, told
from pivot.cli.completing import complete_targets
from pivot.cli.formats import ABSENT, format_or_csv_option, formatted, rounded, shown
from pivot.cli.machine import reserved
from pivot.cli.options import in_project, json_option
from pivot.cli.terminal import say, speaks_unicode
from pivot.cli.wording import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot.api import Course, Metrics, MetricsDiff, Point
    from pivot.metrics import Change, Value

_COLOURS = {True: "green", False: "red"}
_NONE = "There are no metrics. A stage has some if it declares an output as outputs.Metric(...)."
#: From where to where percentages are written out.
_SMALL, _LARGE = 0.01, 1e6
_SHORT = 10
#: What a person is shown of a number unless told otherwise, without the noise of floating point.
_DIGITS = 10
_DEFAULT = 20
_FEW = 3

_precision_option = click.option(
    "--precision",
    metavar="N",
    type=click.IntRange(min=0, max=300),
    help="Round numbers to N digits after the point.",
)


@click.group("metrics", short_help="Show, compare and chart metrics.")
def metrics() -> None:
    """Show the metrics that stages write, how they differ, and how they went.

    Metrics are outputs that are declared as Metric: JSON, YAML, TOML, or CSV with one row. Nested
    names are dotted. A TARGET is the name of a stage, the path of a file, the name of a metric,
    PATH:NAME, or a glob of one of these.
    """


@metrics.command("show", short_help="Print the metrics.")
@click.argument("targets", metavar="[TARGET]...", nargs=-1, shell_complete=complete_targets)
@click.option("--rev", metavar="REV", help="Those of this revision, instead of the workspace.")
@_precision_option
@format_or_csv_option
@json_option
def show(
    targets: tuple[str, ...],
    *,
    rev: str | None,
    precision: int | None,
    format_: str,
    as_json: bool,
) -> int:
    """Print the metrics that each TARGET means; without any, all. Nothing is run."""
    # Late: they bring the engine, which a command that fails on its options does not need.
    from pivot import api

    format_ = "json" if as_json else format_
    with reserved(), comparing():
        found = api.show_metrics(targets=in_project(targets, Path.cwd()), rev=rev)
    rows = [
        ("File", "Metric", "Value"),
        *((m.path, m.name, written(m.value, precision, format_)) for m in found.metrics),
    ]
    document = found.to_json()
    document["metrics"] = rounded(document["metrics"], precision)
    problems = [*found.problems, *_missing(found)]
    if found.metrics or format_ != "table":
        say(formatted(format_, rows, document))
    elif not problems:
        say(_NONE)
    return told(problems)


def _missing(found: Metrics) -> Iterator[Any]:
    """Give what is wrong where a file isn't there; that it wasn't once is wrong if none was."""
    from pivot.errors import UsageError  # late, as above

    then = f" at {found.side.name}" if found.side.commit else ""
    if then and found.metrics:
        return
    for path, stage in found.absent:
        hint = None if then else f"run the stage: pivot run {stage}; or get it: pivot pull {stage}"
        owner = f", a metric of the stage {stage!r}," if stage else ""
        yield UsageError(f"{path}{owner} is not there{then}", hint=hint if stage else None)


@metrics.command("diff", short_help="Print how metrics changed.")
@click.argument("old", metavar="[REV_A", default="HEAD")
@click.argument("new", metavar="[REV_B]]", required=False)
@click.option(
    "--targets",
    metavar="TARGET",
    multiple=True,
    shell_complete=complete_targets,
    help="Compare only what this means; may be repeated.",
)
@_precision_option
@click.option("--all", "unchanged", is_flag=True, help="Print metrics that did not change, too.")
@exit_code_option
@format_or_csv_option
@json_option
def diff(
    old: str,
    new: str | None,
    *,
    targets: tuple[str, ...],
    precision: int | None,
    unchanged: bool,
    exit_code: bool,
    format_: str,
    as_json: bool,
) -> int:
    """Print the metrics that differ between two revisions, or a revision and the workspace.

    REV_A is the last commit if it is not given, and REV_B is the workspace. What a file held at a
    revision is in git, or what the lock there says, from the cache or a remote. Where a stage
    declares which way is better, that is green and the other way red.

    The exit status is 0, with --exit-code 1 if something differs, and 2 if that can't be told.
    """
    # Late, as above.
    from pivot import api

    format_ = "json" if as_json else format_
    with reserved(), comparing():
        found = api.diff_metrics(old=old, new=new, targets=in_project(targets, Path.cwd()))
    rows = _changes(found, precision, format_, unchanged=unchanged)
    if format_ == "table" and len(rows) == 1:
        if not found.problems:
            say(_same(found))
    else:
        document = found.to_json(unchanged=unchanged)
        document["changes"] = rounded(document["changes"], precision)
        say(formatted(format_, rows, document))
    return told(found.problems) or (DIFFERENT if exit_code and found.different else 0)


def _same(found: MetricsDiff) -> str:
    if not found.files:
        return _NONE
    return f"No metric differs between {found.old.name} and {found.new.name}."


def _changes(
    found: MetricsDiff, precision: int | None, format_: str, *, unchanged: bool
) -> list[tuple[str, ...]]:
    titles = ("File", "Metric", found.old.name, found.new.name, "Change", "Relative")
    rows = [
        (one.path, change.name, *_sides(change, precision, format_))
        for one, change in found.rows(unchanged=unchanged)
    ]
    return [titles, *rows]


def _sides(change: Change, precision: int | None, format_: str) -> tuple[str, ...]:
    """Give both values, in full if they would look the same, and how they differ."""
    old, new = (written(value, precision, format_) for value in (change.old, change.new))
    if old == new and change.status == "changed":
        old, new = shown(change.old), shown(change.new)
    by = "" if change.difference is None else difference(change.difference, precision)
    relative = "" if change.relative is None else percentage(change.relative)
    styled = (_coloured(text, change) for text in (by, relative))
    return (old if change.in_old else ABSENT, new if change.in_new else ABSENT, *styled)


def written(value: Value, precision: int | None, format_: str = "table") -> str:
    """Give a value as text: rounded if that was asked for, and for people a little anyway."""
    if precision is None and isinstance(value, float) and format_ in {"table", "md"}:
        return shown(float(f"{value:.{_DIGITS}g}"))
    return shown(rounded(value, precision))


def _coloured(text: str, change: Change) -> str:
    return text if change.improved is None else click.style(text, fg=_COLOURS[change.improved])


def difference(by: float, precision: int | None) -> str:
    """Give a difference with its sign, without the noise of floating point."""
    if isinstance(by, int):
        return f"{by:+}" if by else "0"
    if precision is not None and round(by, precision):
        return f"{round(by, precision):+}"
    return f"{by:+.6g}" if by else "0"


def percentage(share: float) -> str:
    """Give a relative difference with its sign."""
    percent = 100 * share
    if not percent:
        return "0%"
    return f"{percent:+.2f}%" if _SMALL <= abs(percent) < _LARGE else f"{percent:+.2g}%"


@metrics.command("history", short_help="Chart metrics over the commits.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option(
    "-n",
    "--number",
    type=click.IntRange(min=1),
    default=_DEFAULT,
    show_default=True,
    help="How many commits to go back at most.",
)
@json_option
def history(names: tuple[str, ...], *, number: int, as_json: bool) -> int:
    """Draw how metrics went over the commits that changed the lock of their stage, or the file.

    NAME is the name of a metric, a file, PATH:NAME, a stage, or a glob of one of these. What
    differs in the workspace is the last point. Values that neither the cache nor a remote has are
    left out, and told.
    """
    # Late, as above.
    from pivot import api
    from pivot.cli.machine import say_json

    with reserved(), comparing():
        found = api.metrics_history(in_project(names, Path.cwd()), limit=number)
    if as_json:
        say_json(found.to_json())
    elif found.courses:
        say("\n\n".join("\n".join(_course(course)) for course in found.courses))
    else:
        say("There is no commit yet that has these metrics, nor any in the workspace.")
    told(found.problems, most=_FEW)
    return 0


def _course(course: Course) -> Iterator[str]:
    from pivot.cli.charts import chart  # only this command draws any

    way = f" ({course.better} is better)" if course.better else ""
    yield (
        click.style(f"{course.path}: {course.name}" if course.name else course.path, bold=True)
        + way
    )
    yield from chart([point.number for point in course.points], boxes=speaks_unicode(sys.stdout))
    yield from columns(_points(course))


def _points(course: Course) -> Iterator[tuple[str, ...]]:
    from pivot.metrics import Change  # late, as above

    last: Value = None
    for number, point in enumerate(course.points):
        value = written(point.value, None) if point.known else ABSENT
        change = Change("", number > 0, point.known, last, point.value, course.better)
        by = change.difference if point.known else None
        moved = _coloured(difference(by, None), change) if number and by else ""
        yield (*_when(point), value, moved, point.subject if point.commit else "")
        last = point.value if point.known else last


def _when(point: Point) -> tuple[str, str]:
    if point.commit is None or point.time is None:
        return "workspace", ""
    return point.commit[:_SHORT], point.time.astimezone().strftime("%Y-%m-%d %H:%M")
