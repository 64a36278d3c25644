"""The pipeline for Pivot: annotated functions. What a started script reads must be listed."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form
from benchmarks.comparison.project import ALL_IMPORTS, BODIES

_HEAD = """
from typing import Annotated

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams

type Rows = list[tuple[str, int]]


class CleanParams(StageParams):
    minimum: int = 0


class TrainParams(StageParams):
    rate: int = 1
    method: str = "mean"

"""
_HEADS = {
    "clean": """
def clean(
    params: CleanParams,
    raw: Annotated[Rows, outputs.Dep("data/raw.json", loaders.JSON())],
) -> Annotated[Rows, outputs.Out("out/clean.json", loaders.JSON())]:
    minimum = params.minimum
""",
    "train": """
def train(
    params: TrainParams,
    rows: Annotated[Rows, outputs.Dep("out/clean.json", loaders.JSON())],
) -> Annotated[dict, outputs.Out("out/model.json", loaders.JSON())]:
    rate, method = params.rate, params.method
""",
    "summary": """
def summary(
    rows: Annotated[Rows, outputs.Dep("out/clean.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("out/summary.json", loaders.JSON())]:
""",
    "report": """
def report(
    model: Annotated[dict, outputs.Dep("out/model.json", loaders.JSON())],
) -> Annotated[list, outputs.Out("out/report.json", loaders.JSON())]:
""",
}


def _form(listed: bool) -> Form:
    functions = "\n".join(f"{head}{BODIES[stage]}\n" for stage, head in _HEADS.items())
    registered = "".join(
        f"REGISTRY.register({stage}{_listed(stage) if listed else ''})\n" for stage in _HEADS
    )
    return Form(
        tool="Pivot",
        requirements=(),
        files={"pipeline.py": f"{ALL_IMPORTS}{_HEAD}{functions}\n\n{registered}"},
        command=("pivot", "run"),
        listed=listed,
    )


def _listed(stage: str) -> str:
    return ', deps=["tools/footer.txt"]' if stage == "report" else ""


FORMS = (_form(listed=False), _form(listed=True))
