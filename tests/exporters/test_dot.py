"""A plan in the DOT language."""

from __future__ import annotations

import pytest

from pivot.exporters.dot import DotExporter
from pivot.interfaces import Plan, StagePlan
from pivot.testing import ExporterSuite


def plan(*names, edges=()):
    return Plan(tuple(StagePlan(name, f"pipeline:{name}", (), ()) for name in names), edges)


class TestConformance(ExporterSuite):
    @pytest.fixture
    def exporter(self):
        return DotExporter()


def test_the_whole_text():
    exported = DotExporter().export(plan("clean", "train", edges=(("clean", "train"),)))
    assert exported == (
        "digraph pivot {\n"
        "    node [shape=box];\n"
        '    "clean" [label="clean"];\n'
        '    "train" [label="train"];\n'
        '    "clean" -> "train";\n'
        "}\n"
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("graph", '"graph"'),
        ("train@a.b-c", '"train@a.b-c"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash\\", r'"back\\slash\\"'),
        ("two\nlines", r'"two\nlines"'),
    ],
)
def test_any_name_is_quoted(name, quoted):
    assert f"    {quoted} [label={quoted}];\n" in DotExporter().export(plan(name))
