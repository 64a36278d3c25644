"""A process that runs stages by one executor, and prints what that took, as JSON.

The project in the working directory has a module `steps` with the functions `idle` and `busy`.
Each is run as a stage by a worker as `pivot run` would have it run, tracing included; what
`pivot run` itself does before and after is left out.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pivot
from pivot.engine.worker import Call, execute, prepare
from pivot.interfaces import Executor, ExecutorOptions, Task
from pivot.plugins import current_host

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pivot.interfaces import Outcome
    from pivot.stage import Stage

_KIBIBYTE = 1024


def main(name: str, jobs: int, stages: int) -> None:
    """Measure one executor."""
    root = Path.cwd()
    sys.path.insert(0, str(root))
    idle, busy = _stages()
    before = _memory()
    begun = time.perf_counter()
    prepared = partial(prepare, str(root), preload=("steps",))
    executor = current_host().make_executor(name, ExecutorOptions(jobs, prepared, "bench"))
    run = partial(_run, executor, root)
    run([idle])
    started = time.perf_counter()
    run(busy)  # from now on, all workers are there
    after = _memory()
    warm = time.perf_counter()
    for _ in range(stages):
        run([idle])
    idled = time.perf_counter()
    run(busy)
    done = time.perf_counter()
    executor.close()
    memory = None if before is None or after is None else (after - before) / jobs
    found = {
        "start": started - begun,
        "stage": (idled - warm) / stages,
        "busy": done - idled,
        "memory": memory,
    }
    sys.stdout.write(f"{json.dumps(found)}\n")


def _stages() -> tuple[Stage, list[Stage]]:
    steps: Any = importlib.import_module("steps")
    registry = pivot.Registry()
    registry.register(steps.idle, outs=["idle.txt"])
    for number in range(steps.BUSY):
        registry.register(steps.busy, name=f"busy-{number}", outs=[f"busy-{number}.txt"])
    return registry.stages[0], list(registry.stages[1:])


def _run(executor: Executor, root: Path, stages: list[Stage]) -> None:
    """Run stages at the same time, and wait for all."""
    futures: list[Future[Outcome]] = []
    for stage in stages:
        for out in stage.outs:
            (root / out.path).write_text("")
        log = str(root / f"{stage.name}.log") if executor.isolated else None
        payload = Call(stage, "xxh64").pack()
        futures.append(executor.submit(execute, Task(stage.name, str(root), payload, log)))
    for future in futures:
        failure = future.result().failure
        if failure is not None:
            sys.exit(failure.message)


def _memory() -> int | None:
    """Give the bytes that this process and all below it take; shared ones are shared out."""
    try:
        return sum(_bytes(process) for process in _family("self"))
    except OSError:
        return None


def _family(process: str) -> list[str]:
    tasks = Path("/proc", process, "task").iterdir()
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    return [process, *(one for child in children for one in _family(child))]


def _bytes(process: str) -> int:
    for line in Path("/proc", process, "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * _KIBIBYTE
    raise OSError(f"process {process} has no Pss")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
