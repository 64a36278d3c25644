"""Exporters that break one promise each; `breaks` names the checks that must fail, and no others."""

from __future__ import annotations

import itertools
import re

import pytest

from pivot.interfaces import Plan
from pivot.testing import ExporterSuite


class Lines:
    """A good one: a line for each stage and each edge, with quoted names."""

    def nodes(self, plan: Plan) -> list[str]:
        return [repr(stage.name) for stage in plan.stages]

    def edges(self, plan: Plan) -> list[str]:
        return [f"{above!r} > {below!r}" for above, below in plan.edges]

    def export(self, plan: Plan) -> str:
        return "".join(f"{line}\n" for line in ["plan", *self.nodes(plan), *self.edges(plan)])


class TestGood(ExporterSuite):
    breaks = ()

    @pytest.fixture
    def exporter(self):
        return Lines()


class Renamed:
    def write(self, plan: Plan) -> str:
        return Lines().export(plan)


class TestNoExporter(ExporterSuite):
    breaks = tuple(name for name in dir(ExporterSuite) if name.startswith("test_"))

    @pytest.fixture
    def exporter(self):
        return Renamed()


class Unended(Lines):
    def export(self, plan: Plan) -> str:
        return super().export(plan).removesuffix("\n")


class TestUnended(ExporterSuite):
    breaks = ("test_the_text_ends_in_a_line_end",)

    @pytest.fixture
    def exporter(self):
        return Unended()


class Silent(Lines):
    """Has nothing to say of a plan without stages."""

    def export(self, plan: Plan) -> str:
        return super().export(plan) if plan.stages else ""


class TestSilent(ExporterSuite):
    breaks = ("test_the_text_ends_in_a_line_end",)

    @pytest.fixture
    def exporter(self):
        return Silent()


class Counting(Lines):
    def __init__(self) -> None:
        self.count = itertools.count()

    def export(self, plan: Plan) -> str:
        return f"# export {next(self.count)}\n" + super().export(plan)


class TestCounting(ExporterSuite):
    breaks = ("test_the_same_plan_gives_the_same_text",)

    @pytest.fixture
    def exporter(self):
        return Counting()


class Headless(Lines):
    """Leaves the first of several stages out, and does not mention it in edges either."""

    def nodes(self, plan: Plan) -> list[str]:
        return super().nodes(plan)[min(1, len(plan.stages) - 1) :]

    def edges(self, plan: Plan) -> list[str]:
        order = {stage.name: str(index) for index, stage in enumerate(plan.stages)}
        return [f"{order[above]} > {order[below]}" for above, below in plan.edges]


class TestHeadless(ExporterSuite):
    breaks = ("test_every_stage_is_named",)

    @pytest.fixture
    def exporter(self):
        return Headless()


class EdgesOnly(Lines):
    def nodes(self, plan: Plan) -> list[str]:
        return []


class TestEdgesOnly(ExporterSuite):
    breaks = ("test_a_stage_without_neighbours_is_named",)

    @pytest.fixture
    def exporter(self):
        return EdgesOnly()


class Chain(Lines):
    """Draws no more than one edge to a stage."""

    def edges(self, plan: Plan) -> list[str]:
        last = {below: above for above, below in plan.edges}
        return [f"{last[below]!r} > {below!r}" for below in sorted(last)]


class TestChain(ExporterSuite):
    breaks = ("test_every_edge_counts",)

    @pytest.fixture
    def exporter(self):
        return Chain()


class Sloppy(Lines):
    """Makes identifiers of names, and more than one name becomes the same."""

    def edges(self, plan: Plan) -> list[str]:
        return [re.sub(r"\W", "_", f"{above}>{below}") for above, below in plan.edges]


class TestSloppy(ExporterSuite):
    breaks = ("test_stages_with_odd_names_stay_apart",)

    @pytest.fixture
    def exporter(self):
        return Sloppy()


class TestNothingGiven(ExporterSuite):
    breaks = tuple(name for name in dir(ExporterSuite) if name.startswith("test_"))
