"""`pivot export`: where the text goes, and what is said about it."""

from __future__ import annotations

import importlib
import sys

import pytest

LEDGER = """
from pivot.interfaces import Check

class Ledger:
    file_name = "ledger.txt"
    checks = (Check("structurally"), Check("by a clerk"))

    def export(self, plan):
        return "".join(f"ledger: {stage.name}\\n" for stage in plan.stages)

    def owns(self, text):
        return text.startswith("ledger")

    program = None

    def validate(self, plan, text, root):
        named = (Check(f"by {self.program}"),) if self.program else ()
        return (*self.checks, *named)

    record_name = "ledger.lock"

    def record(self, plan, text, current, root):
        return Record(sorted(current), root)

class Record:
    def __init__(self, stages, root):
        self.stages, self.root = stages, root
        self.text = "".join(f"{name}\\n" for name in stages)

    def hand_over(self):
        assert not (self.root / "ledger.lock").exists()
        (self.root / "handed-over").touch()

    def validate(self):
        return Check("by its lock")
"""


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """The exporter of an installed distribution, as a class."""
    info = tmp_path / "site" / "acme_ledger-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-ledger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pivot.exporters]\nledger = acme_ledger:Ledger\n")
    (info.parent / "acme_ledger.py").write_text(LEDGER)
    monkeypatch.syspath_prepend(info.parent)
    yield importlib.import_module("acme_ledger").Ledger
    del sys.modules["acme_ledger"]


def test_a_format_without_a_file_is_printed(invoke, scaling):
    result = invoke("export", "--format", "mermaid")
    assert result.out.startswith("flowchart TD\n")
    assert (result.status, result.err) == (0, "")


def test_it_is_written_where_the_user_says(invoke, scaling):
    (scaling.root / "sub").mkdir()
    result = invoke("export", "--format", "mermaid", "-o", "graph.mmd", directory="sub")
    assert (result.status, result.out) == (0, "")
    assert result.err == "wrote graph.mmd: 2 stages\n"
    assert scaling.read("sub/graph.mmd").startswith("flowchart TD\n")


def test_the_file_of_a_format_lies_in_the_root(invoke, scaling, ledger):
    (scaling.root / "sub").mkdir()
    result = invoke("export", "--format", "ledger", directory="sub")
    assert result.err == "wrote ../ledger.txt: 2 stages\n"
    assert scaling.read("ledger.txt") == "ledger: scale\nledger: total\n"


def test_the_same_again_says_so(invoke, scaling, ledger):
    invoke("export", "--format", "ledger")
    assert invoke("export", "--format", "ledger").err == "unchanged: ledger.txt: 2 stages\n"


def test_targets_and_what_they_need_are_exported(invoke, scaling, ledger):
    invoke("export", "scale", "--format", "ledger")
    assert scaling.read("ledger.txt") == "ledger: scale\n"


def test_a_hyphen_is_standard_output(invoke, scaling, ledger):
    result = invoke("export", "--format", "ledger", "-o", "-")
    assert (result.out, result.err) == ("ledger: scale\nledger: total\n", "")
    assert not (scaling.root / "ledger.txt").exists()


def test_a_file_of_others_is_replaced_by_force_only(invoke, scaling, ledger):
    scaling.write("ledger.txt", "my own\n")
    refused = invoke("export", "--format", "ledger")
    assert refused.status == 2
    assert "--force" in refused.err
    assert scaling.read("ledger.txt") == "my own\n"
    assert invoke("export", "--format", "ledger", "--force").status == 0
    assert scaling.read("ledger.txt").startswith("ledger:")


def test_each_way_of_validating_is_named(invoke, scaling, ledger):
    result = invoke("export", "--format", "ledger", "--validate")
    assert result.err.splitlines()[1:] == ["validated structurally and by a clerk"]


def checked(monkeypatch, ledger, *arguments):
    from pivot.interfaces import Check

    monkeypatch.setattr(ledger, "checks", tuple(Check(*each) for each in arguments))


def test_what_was_left_out_is_told(invoke, scaling, ledger, monkeypatch):
    checked(monkeypatch, ledger, ("structurally",), ("by a clerk", (), "there is no clerk"))
    result = invoke("export", "--format", "ledger", "--validate")
    assert result.err.splitlines()[1:] == ["validated structurally only: there is no clerk"]


def test_if_all_was_left_out_it_is_not_validated(invoke, scaling, ledger, monkeypatch):
    checked(monkeypatch, ledger, ("by a clerk", (), "there is no clerk"))
    result = invoke("export", "--format", "ledger", "--validate")
    assert result.err.splitlines()[1:] == ["not validated: there is no clerk"]


def test_what_is_wrong_is_not_written(invoke, scaling, ledger, monkeypatch):
    checked(monkeypatch, ledger, ("by a clerk", ("the sum is wrong",)))
    result = invoke("export", "--format", "ledger", "--validate")
    assert result.status == 1
    assert "by a clerk: the sum is wrong" in result.err
    assert not (scaling.root / "ledger.txt").exists()


def test_what_a_pipeline_prints_stays_out_of_the_text(invoke, scaling):
    scaling.edit("pipeline.py", "def factor():", "print('imported')\n\ndef factor():")
    result = invoke("export", "--format", "mermaid")
    assert "imported" not in result.out
    assert "imported" in result.err


def test_a_format_that_nobody_provides_is_named(invoke, scaling):
    result = invoke("export", "--format", "marmaid")
    assert result.status == 2
    assert "marmaid" in result.err
    assert "mermaid" in result.err.splitlines()[1]


def test_what_is_up_to_date_is_recorded(invoke, scaling, ledger):
    scaling.run("scale")
    result = invoke("export", "--format", "ledger", "--with-lock", "--validate")
    assert result.err.splitlines() == [
        "wrote ledger.txt: 2 stages",
        "wrote ledger.lock: 1 stage, 1 of 2 are up to date",
        "validated structurally and by a clerk and by its lock",
    ]
    assert scaling.read("ledger.lock") == "scale\n"
    assert (scaling.root / "handed-over").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "mermaid", "--with-lock"), "the format 'mermaid' has no record"),
        (("--format", "ledger", "--with-lock", "-o", "x.txt"), "without -o"),
        (("--format", "ledger", "--dvc-bin", "x"), "--validate, which is missing"),
        (("--format", "mermaid", "--validate", "--dvc-bin", "x"), "can't be validated"),
        (("--format", "make", "--validate", "--program", "x"), "no program validates"),
    ],
)
def test_options_that_mean_nothing_there_are_refused(invoke, scaling, ledger, words, said):
    result = invoke("export", *words)
    assert result.status == 2
    assert said in result.err
    assert not list(scaling.root.glob("*.lock"))


def test_it_is_validated_by_the_program_that_is_named(invoke, scaling, ledger):
    result = invoke("export", "--format", "ledger", "--validate", "--dvc-bin", "an auditor")
    assert result.err.endswith("validated structurally and by a clerk and by an auditor\n")
