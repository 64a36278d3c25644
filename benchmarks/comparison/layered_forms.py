"""The layered pipeline of the benchmarks, as it's written for the tools that only this compares.

A stage's function is where the tool looks for changes of it. Those that call functions call them in
their own process; Snakemake starts the scripts that DVC starts, too. Example::

    form = LAYERED["pytask"]
    form.files(Layered(56))         # {'task_0.py': ..., }

Tests: tests/benchmarks/test_comparison.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.comparison.forms import dagster, prefect, pytask, redun, snakemake
from benchmarks.projects.layered import MODULE, RAW, body, helper, output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.comparison.forms.form import Form
    from benchmarks.projects.layered import Layered


@dataclass(frozen=True, slots=True)
class LayeredForm:
    """How a tool's project is made of a pipeline, and what it keeps."""

    #: The same tool's form of the small pipeline, for how it is installed and set up.
    form: Form
    files: Callable[[Layered], dict[str, str]]
    #: The file that has a stage's function.
    file: Callable[[int], str]
    command: Sequence[str]
    #: What it keeps, under the project.
    kept: Sequence[str] = ()
    #: What is replaced at an edit besides the function: a pattern, and what takes its place.
    bump: tuple[str, str] | None = None


def _given(pipeline: Layered, stage: int) -> tuple[str, ...]:
    return ("left", "right")[: len(pipeline.inputs(stage))]


def _imports(pipeline: Layered) -> str:
    """Import all helpers, each under a name of its own."""
    return "".join(
        f"from steps import {helper(number)}\n" for number in range(len(pipeline.modules()))
    )


def _body(pipeline: Layered, stage: int) -> str:
    """Give the line that a stage's function consists of, with its helper's module before it."""
    line = body(stage, len(pipeline.inputs(stage)))
    return line.replace("mixed(", f"{helper(stage // MODULE)}.mixed(")


def _number(path: str) -> int | None:
    """Give the stage that makes a file; None for the raw file."""
    return None if path == RAW else int(path.removeprefix("out/").removesuffix(".json"))


def _calls(pipeline: Layered, raw: str) -> list[str]:
    """Give for each stage what it's called with: results of other stages, or what is raw."""
    return [
        ", ".join(
            raw if (maker := _number(path)) is None else f"made[{maker}]"
            for path in pipeline.inputs(stage)
        )
        for stage in range(pipeline.stages)
    ]


# Snakemake: a rule a stage, with the script that DVC has, too.


def _snakemake(pipeline: Layered) -> dict[str, str]:
    wanted = "".join(f'        "{output(stage)}",\n' for stage in range(pipeline.stages))
    rules = [f"rule all:\n    input:\n{wanted}"]
    for stage in range(pipeline.stages):
        script = f"steps/s{stage}.py"
        deps = (script, f"steps/{helper(stage // MODULE)}.py", *pipeline.inputs(stage))
        inputs = "".join(f'        "{path}",\n' for path in deps)
        rules.append(
            f'rule s{stage}:\n    input:\n{inputs}    output:\n        "{output(stage)}",\n'
            f'    shell:\n        "python {script}"\n'
        )
    return {"Snakefile": "\n\n".join(rules)}


# pytask: a file a task, because the file is what it hashes.

_PYTASK = """import json
from pathlib import Path
from typing import Annotated

from pytask import Product
from steps.{helper} import mixed


def stage_{stage}({given}):
{body}

def task_{stage}(
{inputs}    code: Path = Path("steps/{helper}.py"),
    path: Annotated[Path, Product] = Path("{output}"),
) -> None:
    path.write_text(json.dumps(stage_{stage}({loaded})))
"""


def _pytask(pipeline: Layered) -> dict[str, str]:
    files: dict[str, str] = {}
    for stage in range(pipeline.stages):
        names = _given(pipeline, stage)
        files[f"task_{stage}.py"] = _PYTASK.format(
            helper=helper(stage // MODULE),
            stage=stage,
            given=", ".join(names),
            body=body(stage, len(names)),
            inputs="".join(
                f'    {name}: Path = Path("{path}"),\n'
                for name, path in zip(names, pipeline.inputs(stage), strict=True)
            ),
            output=output(stage),
            loaded=", ".join(f"json.loads({name}.read_text())" for name in names),
        )
    return files


# redun: tasks that take files and make files.

_REDUN = """import json

from redun import File, task
{imports}
redun_namespace = "layered"


def loaded(file):
    return json.loads(file.read())


def written(value, path):
    file = File(path)
    file.write(json.dumps(value))
    return file
"""


def _redun(pipeline: Layered) -> dict[str, str]:
    parts = [_REDUN.format(imports=_imports(pipeline))]
    for stage in range(pipeline.stages):
        names = _given(pipeline, stage)
        loads = "".join(f"    {name} = loaded({name})\n" for name in names)
        line = _body(pipeline, stage).replace("return", "value =")
        parts.append(
            f"@task()\ndef stage_{stage}({', '.join(names)}):\n{loads}{line}"
            f'    return written(value, "{output(stage)}")\n'
        )
    made = "".join(
        f"    made.append(stage_{stage}({call}))\n"
        for stage, call in enumerate(_calls(pipeline, "raw"))
    )
    parts.append(f'@task()\ndef main(raw: File = File("{RAW}")):\n    made = []\n{made}')
    return {"workflow.py": "\n\n".join(parts) + "    return made\n"}


# Prefect: tasks whose results are kept, and a flow that writes the files.

_PREFECT = """import json
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE
{imports}"""


def _prefect(pipeline: Layered) -> dict[str, str]:
    parts = [_PREFECT.format(imports=_imports(pipeline))]
    parts += [
        f"@task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)\n"
        f"def stage_{stage}({', '.join(_given(pipeline, stage))}):\n{_body(pipeline, stage)}"
        for stage in range(pipeline.stages)
    ]
    lines = [f'    raw = json.loads(Path("{RAW}").read_text())\n    made = []\n']
    lines += [
        f"    made.append(stage_{stage}({call}))\n"
        f'    Path("{output(stage)}").write_text(json.dumps(made[{stage}]))\n'
        for stage, call in enumerate(_calls(pipeline, "raw"))
    ]
    parts.append(f"@flow\ndef pipeline():\n{''.join(lines)}")
    parts.append('if __name__ == "__main__":\n    pipeline()\n')
    return {"flow.py": "\n\n".join(parts)}


# Dagster: assets with code versions, saved by an IO manager.

_DAGSTER = """import hashlib
import json
from pathlib import Path

from dagster import (
    ConfigurableIOManager,
    DagsterInstance,
    DataVersion,
    Definitions,
    asset,
    materialize,
    observable_source_asset,
)
from dagster._core.definitions.observe import observe
from dagster._utils.test.data_versions import get_stale_status_resolver
{imports}

def path_of(key):
    name = key.path[-1]
    return Path("{raw}" if name == "raw" else f"out/{{name.removeprefix('stage_')}}.json")


class JsonFiles(ConfigurableIOManager):
    def handle_output(self, context, obj):
        path_of(context.asset_key).write_text(json.dumps(obj))

    def load_input(self, context):
        return json.loads(path_of(context.asset_key).read_text())


@observable_source_asset
def raw():
    return DataVersion(hashlib.sha256(Path("{raw}").read_bytes()).hexdigest())
"""
_DAGSTER_UPDATE = """ASSETS = [{assets}]
defs = Definitions(assets=[raw, *ASSETS], resources={{"io_manager": JsonFiles()}})


def stale(instance):
    resolver = get_stale_status_resolver(instance, defs.assets)
    keys = [one.key for one in ASSETS]
    return [key for key in keys if resolver.get_status(key).value != "FRESH"]


if __name__ == "__main__":
    with DagsterInstance.get() as instance:
        observe([raw], instance=instance)
        while keys := stale(instance):
            materialize(defs.assets, selection=keys, instance=instance, resources=defs.resources)
"""


def _dagster(pipeline: Layered) -> dict[str, str]:
    parts = [_DAGSTER.format(imports=_imports(pipeline), raw=RAW)]
    for stage in range(pipeline.stages):
        names = _given(pipeline, stage)
        upstream = [
            "raw" if (maker := _number(path)) is None else f"stage_{maker}"
            for path in pipeline.inputs(stage)
        ]
        loads = "".join(f"    {name} = {one}\n" for name, one in zip(names, upstream, strict=True))
        parts.append(
            f'@asset(code_version="{stage}.0")\ndef stage_{stage}({", ".join(upstream)}):\n'
            f"{loads}{_body(pipeline, stage)}"
        )
    assets = ", ".join(f"stage_{stage}" for stage in range(pipeline.stages))
    parts.append(_DAGSTER_UPDATE.format(assets=assets))
    settings = {".dagster/dagster.yaml": dagster.FORMS[0].files[".dagster/dagster.yaml"]}
    return {"update.py": "\n\n".join(parts), **settings}


LAYERED = {
    "Snakemake": LayeredForm(
        form=snakemake.FORMS[0],
        files=_snakemake,
        file=lambda stage: f"steps/s{stage}.py",
        command=("snakemake", "--cores", "2"),
        kept=(".snakemake",),
    ),
    "pytask": LayeredForm(
        form=pytask.FORMS[0],
        files=_pytask,
        file=lambda stage: f"task_{stage}.py",
        command=("pytask",),
        kept=(".pytask",),
    ),
    "redun": LayeredForm(
        form=redun.FORMS[0],
        files=_redun,
        file=lambda _: "workflow.py",
        command=("redun", "run", "workflow.py", "main"),
        kept=(".redun",),
    ),
    "Prefect": LayeredForm(
        form=prefect.FORMS[0],
        files=_prefect,
        file=lambda _: "flow.py",
        command=("python", "flow.py"),
    ),
    "Dagster": LayeredForm(
        form=dagster.FORMS[0],
        files=_dagster,
        file=lambda _: "update.py",
        command=("python", "update.py"),
        kept=(".dagster",),
        bump=(r'code_version="{stage}\.\d+"', 'code_version="{stage}.{edit}"'),
    ),
}
