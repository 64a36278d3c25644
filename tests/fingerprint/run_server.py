"""A process that has Pivot loaded, and forks itself for each run that it's asked for.

So each run has a process of its own, as `pivot run` has, without the time to start one. A line on
stdin is a request (root, environment, limit); a line on stdout is the answer (what happened with each
stage and why). It is run as a script; its arguments are modules that the projects will import.
Tests: it serves tests/fingerprint/test_cases.py.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import tempfile
import traceback
from pathlib import Path

import pivot

WARM_UP = """
from typing import Annotated
from pivot import loaders, outputs, stage_def
from pivot.registry import REGISTRY

class WarmParams(stage_def.StageParams):
    size: int = 1

def warm(params: WarmParams) -> Annotated[int, outputs.Out("warm.json", loaders.JSON())]:
    return params.size

REGISTRY.register(warm)
"""


def perform(
    root: str, environment: dict[str, str], cpu_seconds: int | None = None
) -> dict[str, object]:
    """Run a project in this process, which is killed if it needs more seconds."""
    os.environ.update(environment)
    if cpu_seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    report = pivot.run(root, executor="inline", keep_going=True)
    return {
        stage.name: [str(stage.status), list(stage.reasons), stage.traceback or stage.error]
        for stage in report.stages
    }


def in_child(request: dict[str, object]) -> str:
    """Run a project in a forked process, and give the answer or the traceback as JSON."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)  # what a stage prints is no answer
        try:
            answer = perform(**request)
        except BaseException:
            answer = {"error": traceback.format_exc()}
        with os.fdopen(writing, "w") as stream:
            json.dump(answer, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    return text or json.dumps({"error": f"the process ended with status {status}"})


def main() -> None:
    """Load all that a run needs by making one, then serve."""
    for name in sys.argv[1:]:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "pipeline.py").write_text(WARM_UP)
        perform(directory, {})
    for line in sys.stdin:
        sys.stdout.write(f"{in_child(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
