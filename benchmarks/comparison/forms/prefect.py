"""The pipeline for Prefect: tasks whose results are kept, and a flow that writes the files."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form, Service
from benchmarks.comparison.project import (
    ALL_IMPORTS,
    ARGUMENTS,
    BODIES,
    CODE,
    DATA,
    STAGES,
    TITLE,
)

REQUIREMENTS = ("prefect==3.8.8", "fastapi==0.150.0")
_HEAD = """from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE, CacheKeyFnPolicy
from prefect.utilities.hashing import hash_objects
from steps.files import load, params, save


def listed(*paths, variables=()):
    def key(context, arguments):
        texts = [Path(path).read_text() for path in paths]
        return hash_objects(texts, [os.environ.get(name) for name in variables])

    return CacheKeyFnPolicy(cache_key_fn=key)
"""
_FLOW = """

@flow
def pipeline():
    settings = params()
    rows = clean(load("data/raw.json"), **settings["clean"])
    model = train(rows, **settings["train"])
    save(rows, "out/clean.json")
    save(model, "out/model.json")
    save(summary(rows), "out/summary.json")
    save(report(model), "out/report.json")


if __name__ == "__main__":
    pipeline()
"""
#: Without it, each run starts a server for itself, which takes several times as long.
SERVICE = Service(
    ("prefect", "server", "start", "--host", "127.0.0.1", "--port", "{port}", "--no-ui"),
    "http://127.0.0.1:{port}/api/health",
    {"PREFECT_API_URL": "http://127.0.0.1:{port}/api"},
)


def _task(stage: str, listed: bool) -> str:
    policy = "INPUTS + TASK_SOURCE"
    if listed:
        paths = ", ".join(f'"{path}"' for path in (*CODE[stage], *DATA[stage]))
        variables = f', variables=["{TITLE}"]' if stage == "report" else ""
        policy += f" + listed({paths}{variables})"
    return (
        f"\n\n@task(cache_policy={policy}, persist_result=True)\n"
        f"def {stage}({ARGUMENTS[stage]}):\n{BODIES[stage]}\n"
    )


def _form(listed: bool) -> Form:
    tasks = "".join(_task(stage, listed) for stage in STAGES)
    return Form(
        tool="Prefect",
        requirements=REQUIREMENTS,
        files={"flow.py": f"{ALL_IMPORTS}{_HEAD}{tasks}{_FLOW}"},
        command=("python", "flow.py"),
        listed=listed,
        variables={
            "PREFECT_HOME": "{home}/prefect",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
        },
        service=SERVICE,
    )


FORMS = (_form(listed=False), _form(listed=True))
