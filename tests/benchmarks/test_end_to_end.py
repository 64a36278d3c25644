"""`make bench` on pipelines so small that nothing can be learnt from the figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TINY = ("--sizes", "5", "--files", "3", "--bytes", "20", "--rounds", "1", "--no-dvc")
PARTS = ("--only", "startup", "--only", "data", "--only", "stages")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What it prints, and the figures it writes."""
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    command = [sys.executable, "-m", "benchmarks", *TINY, *PARTS, "--json", str(file)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout, json.loads(file.read_text())


def test_every_kind_of_change_is_measured(done):
    _, plain = done
    sizes = {
        row["name"]: [one["size"] for one in row["figures"] if one["who"] == "pivot"]
        for row in plain["rows"]
    }
    for name in ("cold", "no-op", "full", "status", "touch", "leaf", "helper", "restore", "locks"):
        assert sizes[name] == [5], name
    assert sizes["files-first"] == [3]
    assert sizes["bytes-again"] == [20]
    assert sizes["version"] == [0]


def test_figures_are_positive_and_say_how_they_came_about(done):
    _, plain = done
    for row in plain["rows"]:
        for figure in row["figures"]:
            assert figure["rounds"] >= 1
            # What is left of a stage when a loop is subtracted is a difference.
            assert figure["value"] > 0 or row["name"] == "overhead"


def test_what_was_left_out_is_not_made_up(done):
    text, plain = done
    assert all(row["name"] != "edit" for row in plain["rows"])
    budgets = {row["name"]: row["budget"] for row in plain["rows"] if row["budget"]}
    # Budgets are for other sizes than these.
    assert {budget["met"] for budget in budgets.values()} == {None}
    assert "**no**" not in text


def test_the_tables_have_the_same_rows_in_the_same_order(done):
    text, plain = done
    lines = [line[2:].split(" | ")[0] for line in text.splitlines() if line.startswith("| ")]
    second = lines.index("what", 1)
    table, seconds = lines[2:second], lines[second + 2 :]
    assert table == [row["what"] for row in plain["rows"]]
    timed = [r["what"] for r in plain["rows"] if any(f["cpu"] is not None for f in r["figures"])]
    assert seconds == timed
