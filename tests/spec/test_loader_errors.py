"""What a user reads when a file is not what its loader says: which stage, which file, which column."""

from __future__ import annotations

import pytest

TABLE = """
import dataclasses
import pandas

def clean(
    raw: Annotated[pandas.DataFrame, outputs.Dep("raw.csv", loaders.CSV(dtype={"age": "int64"}))],
) -> Annotated[pandas.DataFrame, outputs.Out("clean.csv", loaders.CSV())]:
    return raw

REGISTRY.register(clean)
"""


@pytest.fixture
def table(project):
    project.pipeline(TABLE)
    return project


def error(project) -> str:
    """Run the one stage, which must fail without a traceback of a library; give the message."""
    (status,) = project.run().values()
    assert status == "failed"
    (report,) = project.report.stages
    assert report.traceback is None
    return report.error.partition(": ")[2]


def test_a_wrong_value_is_told_with_its_column_and_row(table):
    table.write("raw.csv", "name,age\na,1\nb,old\n")
    assert error(table) == "raw.csv: column 'age' can't be read as int64: 'old' in row 2"


def test_the_place_of_the_stage_comes_first(table):
    table.write("raw.csv", "name,age\na,old\n")
    table.run()
    assert table.report["clean"].error.startswith("pipeline.py:")


def test_a_broken_line_is_told_by_its_number(table):
    table.write("raw.csv", "name,age\na,1\nb,2,3\n")
    table.run()
    wanted = "raw.csv:3: the line is broken: expected 2 fields, saw 3"
    assert table.report["clean"].error == wanted


def test_an_empty_file_is_told(table):
    table.write("raw.csv", "")
    assert error(table) == "raw.csv: the file is empty: it has not even a header"


def test_a_column_that_is_not_there_is_told_with_the_nearest(table):
    table.edit("pipeline.py", 'dtype={"age": "int64"}', 'usecols=["aeg"]')
    table.write("raw.csv", "name,age\na,1\n")
    wanted = "raw.csv: the file has no column 'aeg', which usecols names\n  did you mean 'age'?"
    assert error(table) == wanted


def test_a_result_of_the_wrong_type_is_told(table):
    table.edit("pipeline.py", "return raw", "return list(raw)")
    table.write("raw.csv", "name,age\na,1\n")
    assert error(table).startswith("clean.csv: a CSV file takes a DataFrame, not list\n")


def test_the_terminal_shows_stage_file_and_column(table):
    table.write("raw.csv", "name,age\na,1\nb,old\n")
    done = table.cli("run")
    assert done.returncode == 1
    shown = done.stdout + done.stderr
    assert "clean: failed: pipeline.py:" in shown
    assert "raw.csv: column 'age' can't be read as int64: 'old' in row 2" in shown
    assert "Traceback" not in shown


OWN = """
import dataclasses

@dataclasses.dataclass(frozen=True)
class Numbers(loaders.Loader[list[int]]):
    def load(self, path: pathlib.Path) -> list[int]:
        return [int(word) for word in path.read_text().split()]

    def save(self, data: list[int], path: pathlib.Path) -> None:
        path.write_text(" ".join(f"{number:d}" for number in data))

def double(
    raw: Annotated[list[int], outputs.Dep("raw.txt", Numbers())],
) -> Annotated[list[int], outputs.Out("doubled.txt", Numbers())]:
    return [number * 2 for number in raw]

REGISTRY.register(double)
"""


def test_what_a_loader_of_ones_own_raises_is_told_with_the_file_and_the_traceback(project):
    project.pipeline(OWN)
    project.write("raw.txt", "1 two")
    project.run()
    report = project.report["double"]
    assert "raw.txt: it can't be loaded by Numbers: ValueError: invalid literal" in report.error
    assert "in load" in report.traceback


def test_what_it_raises_when_it_saves_is_told_with_the_type_of_the_value(project):
    project.pipeline(OWN.replace("number * 2 for", "str(number) for"))
    project.write("raw.txt", "1 2")
    project.run()
    report = project.report["double"]
    assert "doubled.txt: a list can't be saved by Numbers: ValueError" in report.error
    assert "in save" in report.traceback
