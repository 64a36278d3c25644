"""How long tools take to bring a layered pipeline up to date, after each kind of change.

Each tool has a project of its own of the same graph; Pivot is measured in turns with a Python that
does nothing. Between the kinds of change all comes to rest, as it does between two edits of a user.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from benchmarks.measures.bench import BARE
from benchmarks.measuring.figures import Figure
from benchmarks.measuring.processes import measure
from benchmarks.projects.layered import Layered
from benchmarks.projects.plain import PlainProject
from benchmarks.tools.dvc import Dvc
from benchmarks.tools.loops import Loop
from benchmarks.tools.pivot import Pivot
from benchmarks.tools.tool import (
    COLD,
    FULL,
    HELPER,
    LEAF,
    NO_OP,
    RESTORE,
    STATUS,
    TOUCH,
    Runner,
    Scenario,
    perform,
)

if TYPE_CHECKING:
    from benchmarks.measures.bench import Bench
    from benchmarks.measuring.processes import Use
    from benchmarks.measuring.rounds import Act
    from benchmarks.tools.peers import Peers

SCENARIOS: tuple[Scenario[Any], ...] = (NO_OP, FULL, STATUS, TOUCH, LEAF, HELPER, RESTORE)
#: No number that is in a project before.
_FIRST_EDIT = 1000
#: Beyond, DVC's cold run takes an hour and more: its time grows with the square of the stages.
_LARGEST_COLD_DVC = 200
#: Beyond, each of its runs takes minutes, though it runs nothing.
_LARGEST_RUN_DVC = 1000


def compare(bench: Bench, tool: Runner, scenario: Scenario[Any]) -> None:
    """Measure a tool; Pivot in turns with a bare Python, save for what a loop stands beside."""
    acts: dict[str, Act] = {
        tool.name: lambda number: perform(tool, scenario, _FIRST_EDIT + number),
    }
    if tool.name == "pivot" and scenario is not COLD:
        acts["bare"] = lambda _: measure(BARE)
    for name, figure in bench.rounds.least(acts).items():
        bench.note(scenario.name, (name, tool.pipeline.stages), figure)


def measure_pivot(bench: Bench, stages: int) -> Pivot:
    """Measure Pivot, and a bare loop of the same functions; gives the project, at rest."""
    pivot = Pivot(bench.directory / f"pivot-{stages}", Layered(stages))
    pivot.prepare()
    compare(bench, pivot, COLD)
    for scenario in SCENARIOS:
        pivot.settle()
        compare(bench, pivot, scenario)
    pivot.settle()
    asking: dict[str, Act] = {"pivot": lambda _: pivot.complete(), "bare": lambda _: measure(BARE)}
    for name, figure in bench.rounds.least(asking).items():
        bench.note("completion", (name, stages), figure)
    for name in ("cold", "full"):
        figure = bench.board.get(name, ("pivot", stages))
        if figure and figure.peak:
            bench.note(f"memory-{name}", ("pivot", stages), Figure(float(figure.peak)))
    return pivot


def measure_loop(bench: Bench, stages: int) -> None:
    """Measure a bare loop of the same functions: all of its process, and the loop alone."""
    plain = PlainProject(bench.directory / f"plain-{stages}", Layered(stages))
    plain.write()
    alone: list[float] = []

    def act(_number: int) -> Use:
        use = measure([sys.executable, "loop.py"], plain.root)
        alone.append(float(use.output))
        return use

    figures = bench.rounds.least({"loop": act})
    bench.note("cold", ("bare", stages), figures["loop"])
    bench.note("overhead", ("bare", stages), Figure(min(alone) / stages, rounds=len(alone)))


def measure_heavy(bench: Bench, stages: int) -> None:
    """Measure what an import of pandas by the pipeline costs when there is nothing to do."""
    pivot = Pivot(bench.directory / f"heavy-{stages}", Layered(stages), ("pandas",))
    pivot.prepare()
    scenarios: tuple[Scenario[Any], ...] = (NO_OP, FULL)
    for scenario in scenarios:
        pivot.settle()
        heavy = Scenario(f"{scenario.name}-pandas", scenario.change, scenario.ask, scenario.runs)
        compare(bench, pivot, heavy)


def measure_dvc(bench: Bench, stages: int, peers: Peers) -> Dvc:
    """Measure DVC, as far as that is bearable; gives the project, which has a `dvc.lock`."""
    dvc = Dvc(bench.directory / f"dvc-{stages}", Layered(stages), peers)
    dvc.prepare()
    if stages > _LARGEST_COLD_DVC:
        dvc.record()
    for scenario in _bearable(stages):
        compare(bench, dvc, scenario)
    return dvc


def _bearable(stages: int) -> tuple[Scenario[Any], ...]:
    if stages <= _LARGEST_COLD_DVC:
        return (COLD, *(scenario for scenario in SCENARIOS if scenario is not FULL))
    return (NO_OP, STATUS, LEAF) if stages <= _LARGEST_RUN_DVC else (STATUS,)


def measure_others(bench: Bench, stages: int, commands: dict[str, list[str]]) -> None:
    """Measure make and doit."""
    for name, command in commands.items():
        loop = Loop(name, command, bench.directory / f"{name}-{stages}", Layered(stages))
        loop.prepare()
        for scenario in (COLD, NO_OP, LEAF, HELPER):
            compare(bench, loop, scenario)
