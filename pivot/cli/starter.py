"""What `pivot init` puts into a directory: a pipeline of two stages that runs as it stands.

It needs nothing but Pivot itself, and shows what there is to see: a helper function to edit, a
parameter, inputs and outputs, a metric. Tests: tests/cli/commands/test_init.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import UsageError
from pivot.paths import ROOT_MARKERS
from pivot.store.atomic import write_atomically
from pivot.store.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

_PIPELINE = '''\
"""A small pipeline: measured temperatures are cleaned, then summarised.

Each stage is an ordinary function. What it reads and writes stands in its annotations; what code
it depends on, Pivot finds out by itself. Try it: change `celsius`, then `pivot run`.
"""

from typing import Annotated, TypedDict

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams


class Reading(TypedDict):
    day: str
    fahrenheit: float | None


class Summary(TypedDict):
    days: int
    mean: float
    warm_days: list[str]


def celsius(fahrenheit: float) -> float:
    return round((fahrenheit - 32) * 5 / 9, 1)


def clean(
    readings: Annotated[list[Reading], outputs.Dep("data/readings.json", loaders.JSON())],
) -> Annotated[dict[str, float], outputs.Out("clean.json", loaders.JSON())]:
    """Leave out the days without a measurement, and convert the others."""
    return {
        reading["day"]: celsius(reading["fahrenheit"])
        for reading in readings
        if reading["fahrenheit"] is not None
    }


class SummaryParams(StageParams):
    warm_from: float = 20.0


def summarise(
    params: SummaryParams,
    temperatures: Annotated[dict[str, float], outputs.Dep("clean.json", loaders.JSON())],
) -> Annotated[Summary, outputs.Metric("summary.json", loaders.JSON())]:
    """Count the days, take the mean, and name the warm days."""
    return {
        "days": len(temperatures),
        "mean": round(sum(temperatures.values()) / len(temperatures), 2),
        "warm_days": [day for day, degrees in temperatures.items() if degrees >= params.warm_from],
    }


REGISTRY.register(clean)
REGISTRY.register(summarise)
'''

_READINGS = """\
[
  {"day": "Monday", "fahrenheit": 64.4},
  {"day": "Tuesday", "fahrenheit": 69.8},
  {"day": "Wednesday", "fahrenheit": null},
  {"day": "Thursday", "fahrenheit": 73.4},
  {"day": "Friday", "fahrenheit": 66.2}
]
"""

_FILES = {"pipeline.py": _PIPELINE, "data/readings.json": _READINGS}


def create(directory: Path) -> tuple[str, ...]:
    """Make a project of `directory`; give the paths of what was made.

    Raises `UsageError` if there is a pipeline already, or a file in the way.
    """
    pipelines = [marker for marker in ROOT_MARKERS if marker != ".pivot"]
    in_the_way = [name for name in dict.fromkeys((*pipelines, *_FILES)) if _exists(directory, name)]
    if in_the_way:
        raise UsageError(
            f"{', '.join(in_the_way)} exists already in {directory}; nothing was changed",
            hint="'pivot run' runs the pipeline that is there",
        )
    Layout(directory).create()
    for name, text in _FILES.items():
        write_atomically(directory / name, text.encode())
    return (*_FILES, ".pivot/")


def _exists(directory: Path, name: str) -> bool:
    return (directory / name).exists() or (directory / name).is_symlink()
