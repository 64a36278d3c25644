"""What Pivot relies on in an exporter, as tests that a plugin's author inherits.

An exporter's notation is its own affair, so that the checks change the plan and look whether the
text changes with it. Tests: tests/testing/test_exporter_suite.py.
"""
# ruff: noqa: S101 - assertions are what pytest is about

from __future__ import annotations

import itertools

import pytest

from pivot.interfaces import Exporter, OutPlan, Plan, StagePlan

_PREPARE = StagePlan(
    "prepare", "pipeline:f", ("raw.csv",), (OutPlan("clean.csv"), OutPlan("notes.txt"))
)
_TRAIN = StagePlan("train", "pipeline:g", ("clean.csv",), (OutPlan("model.pkl"),), {"epochs": 3})
_REPORT = StagePlan("report", "pipeline:h", ("clean.csv", "model.pkl"), (OutPlan("summary/"),))
_EDGES = (("prepare", "report"), ("prepare", "train"), ("train", "report"))
_PLAN = Plan((_PREPARE, _TRAIN, _REPORT), _EDGES)

#: Names that an author may give to a stage, and that mean something in many a notation.
_ODD_NAMES = ("a-b", "a_b", "a.b", "a@b", "a b", 'say "a"', "end", "größe")


class ExporterSuite:
    """Subclass it as `Test...`, and give the fixture `exporter`."""

    @pytest.fixture
    def exporter(self) -> Exporter:
        """Give the exporter."""
        raise NotImplementedError(f"{type(self).__name__} needs a fixture 'exporter'")

    def test_it_is_an_exporter(self, exporter: Exporter) -> None:
        """It has the method that Pivot calls."""
        assert isinstance(exporter, Exporter), "it is not a pivot.interfaces.Exporter"

    @pytest.mark.parametrize("plan", [_PLAN, Plan((), ())], ids=["stages", "empty"])
    def test_the_text_ends_in_a_line_end(self, exporter: Exporter, plan: Plan) -> None:
        """It is printed, and written to a file, as it is."""
        assert exporter.export(plan).endswith("\n")

    def test_the_same_plan_gives_the_same_text(self, exporter: Exporter) -> None:
        """Exported files are committed: a needless difference is noise."""
        assert exporter.export(_PLAN) == exporter.export(_PLAN)

    @pytest.mark.parametrize("stage", _PLAN.stages, ids=lambda stage: stage.name)
    def test_every_stage_is_named(self, exporter: Exporter, stage: StagePlan) -> None:
        """No stage is lost, wherever it stands in the graph."""
        assert stage.name in exporter.export(_PLAN)

    def test_a_stage_without_neighbours_is_named(self, exporter: Exporter) -> None:
        """Drawing the edges alone would lose it."""
        assert "lonely" in exporter.export(Plan((StagePlan("lonely", "pipeline:f", (), ()),), ()))

    @pytest.mark.parametrize("edge", _EDGES, ids="-".join)
    def test_every_edge_counts(self, exporter: Exporter, edge: tuple[str, str]) -> None:
        """A plan without one of its edges, and without the file behind it, is another text."""
        assert exporter.export(_without(edge)) != exporter.export(_PLAN)

    def test_stages_with_odd_names_stay_apart(self, exporter: Exporter) -> None:
        """Names that an identifier of the notation can't hold must not become one."""
        seen: dict[str, tuple[str, str]] = {}
        for edge in itertools.combinations(_ODD_NAMES, 2):
            text = exporter.export(_joined(edge))
            assert text not in seen, f"{edge} and {seen[text]} give the same text"
            seen[text] = edge


def _without(edge: tuple[str, str]) -> Plan:
    """Give the plan where `edge[1]` needs nothing of what `edge[0]` makes."""
    made = {out.path for stage in _PLAN.stages if stage.name == edge[0] for out in stage.outs}
    stages = [
        StagePlan(
            stage.name,
            stage.function,
            tuple(dep for dep in stage.deps if stage.name != edge[1] or dep not in made),
            stage.outs,
            stage.params,
        )
        for stage in _PLAN.stages
    ]
    return Plan(tuple(stages), tuple(other for other in _EDGES if other != edge))


def _joined(edge: tuple[str, str]) -> Plan:
    """Give the plan of stages with odd names in which the first of two feeds the second."""
    made = f"{_ODD_NAMES.index(edge[0])}.csv"
    stages = [
        StagePlan(name, "p:f", (made,) if name == edge[1] else (), (OutPlan(f"{index}.csv"),))
        for index, name in enumerate(_ODD_NAMES)
    ]
    return Plan(tuple(stages), (edge,))
