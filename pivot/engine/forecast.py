"""What a run would do, found out without doing it: the same judge, the stages in order.

A stage whose inputs another stage would first have to make is judged by what is known already; if
that alone is no reason to run, it is `MayRun`. What an upstream stage would restore is taken as if
it were there. Example: after an edit of `clean`, `train` is `MayRun(because=("clean",))`. Tests:
tests/engine/test_forecast.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.decide import MayRun, Reason, ReasonKind, Restore, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.decide import Forecast
    from pivot.engine.judge import Judge
    from pivot.graph import Graph
    from pivot.stage import Stage
    from pivot.store.content import Content


class Forecaster:
    """Foretells a run, stage by stage."""

    def __init__(self, graph: Graph, stages: Mapping[str, Stage], judge: Judge) -> None:
        self._graph = graph
        self._stages = stages
        self._judge = judge
        self._found: dict[str, Forecast] = {}
        self._assumed: dict[str, Content] = {}

    def forecasts(self, names: Sequence[str]) -> Iterator[tuple[str, Forecast]]:
        """Give the forecast of each of these stages, which are in topological order."""
        for name in names:
            forecast = self._forecast(self._stages[name])
            self._found[name] = forecast
            if isinstance(forecast, Restore):
                self._assumed |= {record.path: record.content for record in forecast.outs}
            yield name, forecast

    def _forecast(self, stage: Stage) -> Forecast:
        upstream = [up for up in self._graph.upstream[stage.name] if up in self._found]
        because = tuple(up for up in upstream if isinstance(self._found[up], Run | MayRun))
        restored = [up for up in upstream if isinstance(self._found[up], Restore)]
        pending = {
            dep.path
            for dep in stage.deps
            if self._reads(dep.path, because)
            # A restored directory's files are known only when it is there.
            or (dep.path not in self._assumed and self._reads(dep.path, restored))
        }
        verdict = self._judge.judge(stage, assumed=self._assumed, pending=pending)
        decision = verdict.decision
        if not pending or (isinstance(decision, Run) and not _only_outputs(decision.reasons)):
            return decision
        return MayRun(because or tuple(restored))

    def _reads(self, path: str, makers: Sequence[str]) -> bool:
        return any(_related(path, out.path) for maker in makers for out in self._stages[maker].outs)


def _related(one: str, other: str) -> bool:
    left, right = f"{one.rstrip('/')}/", f"{other.rstrip('/')}/"
    return left.startswith(right) or right.startswith(left)


def _only_outputs(reasons: Sequence[Reason]) -> bool:
    """Whether a stage would run just because outputs are not there; other inputs may mend that."""
    kinds = {ReasonKind.OUT_MISSING, ReasonKind.OUT_CHANGED}
    return all(reason.kind in kinds for reason in reasons)
