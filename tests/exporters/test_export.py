"""An export is validated and becomes a file, which replaces only what was exported."""

from __future__ import annotations

import pytest

from pivot.errors import StorageError, UsageError
from pivot.exporters.export import Export, InvalidExportError
from pivot.exporters.mermaid import MermaidExporter
from pivot.interfaces import Check, FileExporter, Plan

PLAN = Plan((), ())


class Ledger:
    """Writes `ledger.txt`; whatever begins with `ledger` is its own."""

    file_name = "ledger.txt"

    def __init__(self, *checks):
        self.checks = checks

    def export(self, plan):
        return f"ledger of {len(plan.stages)}\n"

    def owns(self, text):
        return text.startswith("ledger")

    def validate(self, plan, text, root):
        self.given = (plan, text, root)
        return self.checks


def export(root, exporter):
    return Export(root, "ledger", exporter, PLAN, exporter.export(PLAN))


@pytest.fixture
def ledger(tmp_path):
    return export(tmp_path, Ledger(Check("structurally"), Check("by a clerk", skipped="no clerk")))


def test_a_format_may_have_a_file_of_its_own(ledger, tmp_path):
    assert isinstance(ledger.exporter, FileExporter)
    assert ledger.file == tmp_path / "ledger.txt"


def test_a_format_may_have_none(tmp_path):
    assert export(tmp_path, MermaidExporter()).file is None


def test_an_absent_file_is_written(ledger):
    assert ledger.write(ledger.file)
    assert ledger.file.read_text() == "ledger of 0\n"


def test_a_file_that_has_the_text_is_left_alone(ledger):
    ledger.write(ledger.file)
    before = ledger.file.stat()
    assert not ledger.write(ledger.file)
    after = ledger.file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_older_export_is_replaced(ledger):
    ledger.file.write_text("ledger of 7\n")
    assert ledger.write(ledger.file)
    assert ledger.file.read_text() == "ledger of 0\n"


def test_what_a_person_wrote_is_kept(ledger):
    ledger.file.write_text("my own\n")
    with pytest.raises(UsageError, match=r"not written by 'pivot export'.*\n.*--force"):
        ledger.write(ledger.file)
    assert ledger.file.read_text() == "my own\n"


def test_what_is_no_text_is_kept(ledger):
    ledger.file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not written by"):
        ledger.write(ledger.file)


def test_by_force_it_is_replaced(ledger):
    ledger.file.write_text("my own\n")
    assert ledger.write(ledger.file, force=True)
    assert ledger.file.read_text() == "ledger of 0\n"


def test_a_format_without_a_file_replaces_what_is_named(tmp_path):
    file = tmp_path / "graph.mmd"
    file.write_text("anything")
    assert export(tmp_path, MermaidExporter()).write(file)
    assert file.read_text().startswith("flowchart")


def test_a_directory_is_in_the_way(ledger):
    ledger.file.mkdir()
    with pytest.raises(StorageError, match=r"ledger\.txt"):
        ledger.write(ledger.file)


def test_the_checks_of_the_format_are_given(ledger, tmp_path):
    assert [check.how for check in ledger.validate()] == ["structurally", "by a clerk"]
    assert ledger.exporter.given == (PLAN, "ledger of 0\n", tmp_path)


def test_every_problem_is_told(tmp_path):
    checks = (Check("structurally", ("no ink", "no pen")), Check("by a clerk", ("no sum",)))
    with pytest.raises(InvalidExportError) as caught:
        export(tmp_path, Ledger(*checks)).validate()
    assert caught.value.checks == checks
    assert caught.value.exit_status == 1
    for line in ("structurally: no ink", "structurally: no pen", "by a clerk: no sum"):
        assert line in str(caught.value)


def test_a_format_without_checks_cannot_be_validated(tmp_path):
    with pytest.raises(UsageError, match="can't be validated"):
        export(tmp_path, MermaidExporter()).validate()
