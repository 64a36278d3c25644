"""The pipeline for redun: tasks that take and give values, and one that saves these to files."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form
from benchmarks.comparison.project import (
    ALL_IMPORTS,
    ARGUMENTS,
    BODIES,
    CODE,
    DATA,
    STAGES,
    TITLE,
)

REQUIREMENTS = ("redun==0.44.1", "pyyaml==6.0.3")
_HEAD = """import json
from pathlib import Path

import yaml
from redun import File, task

redun_namespace = "comparison"


def content(*paths):
    return [Path(path).read_text() for path in paths]
"""
_MAIN = """

@task()
def saved(value, path: str) -> File:
    file = File(path)
    with file.open("w") as stream:
        stream.write(json.dumps(value, indent=2) + "\\n")
    return file


@task()
def main(
    raw: File = File("data/raw.json"), settings: File = File("params.yaml")
) -> list[File]:
    params = yaml.safe_load(settings.read())
    rows = clean(json.loads(raw.read()), **params["clean"])
    model = train(rows, **params["train"])
    return [
        saved(rows, "out/clean.json"),
        saved(model, "out/model.json"),
        saved(summary(rows), "out/summary.json"),
        saved(report(model), "out/report.json"),
    ]
"""


def _task(stage: str, listed: bool) -> str:
    options = ""
    if listed:
        paths = ", ".join(f'"{path}"' for path in (*CODE[stage], *DATA[stage]))
        title = f', os.environ.get("{TITLE}", "")' if stage == "report" else ""
        options = f"hash_includes=[*content({paths}){title}]"
    return f"\n\n@task({options})\ndef {stage}({ARGUMENTS[stage]}):\n{BODIES[stage]}\n"


def _form(listed: bool) -> Form:
    tasks = "".join(_task(stage, listed) for stage in STAGES)
    return Form(
        tool="redun",
        requirements=REQUIREMENTS,
        files={"workflow.py": f"{ALL_IMPORTS}{_HEAD}{tasks}{_MAIN}"},
        command=("redun", "run", "workflow.py", "main"),
        listed=listed,
    )


FORMS = (_form(listed=False), _form(listed=True))
