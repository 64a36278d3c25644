"""A plan as a Mermaid flowchart."""

from __future__ import annotations

import pytest

from pivot.exporters.mermaid import MermaidExporter
from pivot.interfaces import Plan, StagePlan
from pivot.testing import ExporterSuite


def plan(*names, edges=()):
    return Plan(tuple(StagePlan(name, f"pipeline:{name}", (), ()) for name in names), edges)


class TestConformance(ExporterSuite):
    @pytest.fixture
    def exporter(self):
        return MermaidExporter()


def test_the_whole_text():
    exported = MermaidExporter().export(plan("clean", "train", edges=(("clean", "train"),)))
    assert exported == (
        'flowchart TD\n    s_clean["clean"]\n    s_train["train"]\n    s_clean --> s_train\n'
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("end", 's_end["end"]'),
        ("train@a.b-c", 's_train_a_b_c["train@a.b-c"]'),
        ('say "hi"', 's_say_hi_["say #quot;hi#quot;"]'),
        ("#1 `x` <b>&", 's__1_x_b_["#35;1 #96;x#96; #lt;b#gt;#amp;"]'),
    ],
)
def test_any_name_is_a_safe_id_and_a_faithful_label(name, line):
    assert f"    {line}\n" in MermaidExporter().export(plan(name))


def test_names_that_make_one_id_get_different_ones():
    text = MermaidExporter().export(plan("a-b", "a.b", "a_b", "a_b_2", edges=(("a.b", "a_b"),)))
    assert text.splitlines()[1:] == [
        '    s_a_b["a-b"]',
        '    s_a_b_2["a.b"]',
        '    s_a_b_3["a_b"]',
        '    s_a_b_2_2["a_b_2"]',
        "    s_a_b_2 --> s_a_b_3",
    ]
