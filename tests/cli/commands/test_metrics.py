"""`pivot metrics show`, `diff` and `history`."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "metrics.schema.json").read_text("utf-8"))


def document(result, kind):
    """Give a printed document, checked by the part of the schema that describes it."""
    found = json.loads(result.out)
    jsonschema.validate(found, {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})
    jsonschema.validate(found, SCHEMA)
    return found


def lines(result):
    return [line.split() for line in result.out.splitlines()]


# Showing


def test_show_prints_what_there_is(observing):
    result = observing("metrics", "show")
    assert result.status == 0
    assert lines(result) == [
        ["File", "Metric", "Value"],
        ["scores.json", "loss", "0.1"],
        ["scores.json", "test.rows", "3"],
        ["final.yaml", "0.5"],
    ]


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("train", 2),
        ("scores.json", 2),
        ("./scores.json", 2),
        ("*.json", 2),
        ("loss", 1),
        ("test.*", 1),
        ("scores.json:loss", 1),
        ("*", 3),
        ("clean.json", 1),
    ],
)
def test_show_takes_targets(observing, target, count):
    assert len(lines(observing("metrics", "show", target))) == count + 1


def test_show_of_a_revision(observing):
    result = observing("metrics", "show", "loss", "--rev", "v2", "--json")
    found = document(result, "show")
    assert (found["revision"], len(found["commit"])) == ("v2", 40)
    assert found["metrics"] == [
        {"path": "scores.json", "stage": "train", "name": "loss", "value": 0.4, "better": "lower"}
    ]


def test_show_in_each_format(observing, observed):
    observed.write("scores.json", '{"a": 0.30000000000000004, "b": NaN, "c": "x, y|z"}')
    rows = list(csv.reader(io.StringIO(observing("metrics", "show", "--format", "csv").out)))
    assert rows[1:] == [
        ["scores.json", "a", "0.30000000000000004"],
        ["scores.json", "b", "NaN"],
        ["scores.json", "c", "x, y|z"],
        ["final.yaml", "", "0.5"],
    ]
    assert "| scores.json | a | 0.3 |\n" in observing("metrics", "show", "--format", "md").out
    values = document(observing("metrics", "show", "--format", "json"), "show")["metrics"]
    assert [one["value"] for one in values] == [0.30000000000000004, "NaN", "x, y|z", 0.5]
    assert lines(observing("metrics", "show", "--precision", "1"))[1][-1] == "0.3"


def test_a_file_that_is_not_there_is_told(observing, observed):
    (observed.root / "scores.json").unlink()
    result = observing("metrics", "show")
    assert result.status == 2
    assert "final.yaml" in result.out
    assert "error: scores.json, a metric of the stage 'train', is not there" in result.err
    assert "pivot run train" in result.err


def test_a_file_that_is_broken_is_told_beside_the_others(observing, observed):
    observed.write("scores.json", "{")
    result = observing("metrics", "show", "--json")
    assert result.status == 2
    found = document(result, "show")
    assert [one["path"] for one in found["metrics"]] == ["final.yaml"]
    assert found["problems"][0].startswith("scores.json: it is not valid JSON")
    assert "error: scores.json: it is not valid JSON" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "los"], "there is no metric 'los'\n  did you mean loss?"),
        (["show", "nothing.json"], "nothing.json is not there"),
        (["show", "../x.json"], "the target '../x.json' is not inside the project"),
        (["show", "--rev", "v9"], "git knows no revision 'v9'"),
        (["show", "--format", "xml"], "'xml' is not one of"),
        (["diff", "v9"], "git knows no revision 'v9'"),
        (["diff", "v1", "v2", "v3"], "unexpected extra argument"),
        (["diff", "--targets", "los"], "did you mean loss?"),
        (["diff", "--precision", "-1"], "'--precision'"),
        (["history", "los"], "did you mean loss?"),
        (["history"], "missing argument 'NAME...'"),
    ],
)
def test_what_is_asked_wrong_is_told(observing, words, said):
    result = observing("metrics", *words)
    assert (result.status, result.out) == (2, "")
    assert said in result.err


def test_a_project_without_metrics(invoke, scaling):
    scaling.edit("pipeline.py", "outputs.Metric", "outputs.Out")
    assert invoke("metrics", "show").out.startswith("There are no metrics.")


# Comparing


def test_diff_is_empty_after_a_commit(observing):
    result = observing("metrics", "diff", "--exit-code")
    assert (result.status, result.out) == (0, "No metric differs between HEAD and workspace.\n")


def test_diff_prints_both_values_and_how_they_differ(observing):
    result = observing("metrics", "diff", "v1", "v2")
    assert result.status == 0
    assert lines(result) == [
        ["File", "Metric", "v1", "v2", "Change", "Relative"],
        ["scores.json", "loss", "0.2", "0.4", "+0.2", "+100.00%"],
    ]
    assert observing("metrics", "diff", "v1", "v2", "--exit-code").status == 1


def test_diff_with_the_workspace(observing, observed):
    observed.write("scores.json", '{"loss": 0.1, "test": {"rows": 4}, "new": "x"}')
    result = observing("metrics", "diff")
    assert lines(result)[1:] == [
        ["scores.json", "test.rows", "3", "4", "+1", "+33.33%"],
        ["scores.json", "new", "-", "x"],
    ]
    (observed.root / "scores.json").unlink()
    assert lines(observing("metrics", "diff"))[1] == ["scores.json", "loss", "0.1", "-"]


def test_all_of_a_diff(observing):
    rows = lines(observing("metrics", "diff", "v1", "v2", "--all"))
    assert [row[:2] for row in rows[1:]] == [
        ["scores.json", "loss"],
        ["scores.json", "test.rows"],
        ["final.yaml", "0.5"],
    ]


def test_the_document_of_a_diff(observing, observed):
    observed.write("scores.json", '{"loss": Infinity}')
    found = document(observing("metrics", "diff", "v1", "--json", "--all"), "diff")
    assert (found["old"]["revision"], found["new"]["revision"]) == ("v1", None)
    loss, rows, _ = found["changes"]
    assert loss == {
        "path": "scores.json",
        "stage": "train",
        "name": "loss",
        "status": "changed",
        "old": 0.2,
        "new": "Infinity",
        "change": "Infinity",
        "relative": "Infinity",
        "better": "lower",
        "improved": False,
    }
    assert rows["status"] == "removed"


def test_precision_rounds_unless_values_would_look_the_same(observing, observed):
    observed.write("scores.json", '{"loss": 0.10001, "test": {"rows": 2.0004}}')
    rows = lines(observing("metrics", "diff", "--precision", "3"))[1:]
    assert rows == [
        ["scores.json", "loss", "0.1", "0.10001", "+1e-05", "+0.01%"],
        ["scores.json", "test.rows", "3", "2.0", "-1.0", "-33.32%"],
    ]


def test_colours_say_which_way_is_better(observing, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m+0.2\x1b[0m" in observing("metrics", "diff", "v1", "v2").out
    assert "\x1b[32m-0.3\x1b[0m" in observing("metrics", "diff", "v2", "v3").out
    assert "\x1b[3" not in observing("metrics", "diff", "v1", "v2", "--format", "md").out


def test_what_the_cache_lost_comes_from_a_remote(observing, observed):
    remote = observed.root.parent / "remote"
    remote.mkdir()
    observing("config", "set", "remotes.origin", str(remote))
    observing("push")
    shutil.rmtree(observed.root / ".pivot/cache")
    (observed.root / "scores.json").unlink()
    result = observing("metrics", "diff", "HEAD")
    assert lines(result)[1] == ["scores.json", "loss", "0.1", "-"]


def test_what_nobody_has_is_told_and_is_no_difference(observing, observed):
    shutil.rmtree(observed.root / ".pivot/cache")
    result = observing("metrics", "diff", "v1", "--exit-code")
    assert result.status == 2
    assert "scores.json at v1: the cache doesn't hold it (" in result.err
    assert "there is no remote to get it from" in result.err
    # What is in the workspace still is known.
    assert observing("metrics", "diff", "HEAD", "--exit-code").status == 0


def test_a_remote_that_is_gone_is_not_a_difference(observing, observed):
    observing("config", "set", "remotes.origin", str(observed.root.parent / "gone"))
    shutil.rmtree(observed.root / ".pivot/cache")
    result = observing("metrics", "diff", "v1", "--exit-code")
    assert result.status == 2
    assert "the remote 'origin' can't be asked" in result.err


# Going back


def test_history_draws_what_a_metric_was(observing):
    result = observing("metrics", "history", "loss")
    assert result.status == 0
    title, *rows = result.out.splitlines()
    assert title == "scores.json: loss (lower is better)"
    assert sum(row.count("●") for row in rows) == 3
    assert [row.split()[3:] for row in rows[-3:]] == [
        ["0.2", "v1"],
        ["0.4", "+0.2", "v2"],
        ["0.1", "-0.3", "v3"],
    ]


def test_the_document_of_a_history(observing, observed):
    observed.write("scores.json", '{"loss": 7}')
    found = document(observing("metrics", "history", "scores.json", "--json"), "history")
    loss, rows = found["metrics"]
    assert [point["value"] for point in loss["points"]] == [0.2, 0.4, 0.1, 7]
    assert [point["subject"] for point in loss["points"]] == ["v1", "v2", "v3", "workspace"]
    assert loss["points"][-1]["commit"] is None
    assert "value" not in rows["points"][-1]


def test_history_goes_back_as_far_as_asked(observing):
    found = document(observing("metrics", "history", "loss", "-n", "2", "--json"), "history")
    assert [point["subject"] for point in found["metrics"][0]["points"]] == ["v2", "v3"]


def test_history_has_gaps_where_nobody_has_the_content(observing, observed):
    shutil.rmtree(observed.root / ".pivot/cache")
    result = observing("metrics", "history", "loss", "final.yaml")
    assert result.status == 0
    assert result.out.count("●") == 2
    assert "scores.json at " in result.err


def test_history_of_a_metric_that_git_has(observing, observed):
    observed.edit(
        "pipeline.py", '"final.yaml", loaders', '"kept.yaml", cache=False, loader=loaders'
    )
    for value in ("1", "2"):
        observed.write("kept.yaml", value)
        observed.commit(f"kept-{value}")
    found = document(observing("metrics", "history", "kept.yaml", "--json"), "history")
    assert [point["value"] for point in found["metrics"][0]["points"]] == [1, 2]


def test_a_directory_of_metrics(observing, observed):
    observed.edit("pipeline.py", 'outputs.Out("parts/"', 'outputs.Metric("parts/"')
    observed.edit("pipeline.py", '"rate.txt"', '"rate.json"')
    for rate in (1, 2):
        observed.write("params.yaml", f"train: {{rate: {rate}}}")
        observed.run()
        observed.commit(f"rate-{rate}")
    assert ["parts/rate.json", "2.0"] in [
        line.split() for line in observing("metrics", "show").out.splitlines()
    ]
    assert lines(observing("metrics", "diff", "HEAD~1", "--targets", "parts"))[1] == [
        "parts/rate.json", "1.0", "2.0", "+1", "+100.00%",
    ]  # fmt: skip
    found = document(observing("metrics", "history", "parts/rate.json", "--json"), "history")
    assert [point["value"] for point in found["metrics"][0]["points"]] == [1, 2]


def test_a_lock_that_is_broken_at_a_revision(observing, observed):
    observed.write(".pivot/stages/train.lock", "{")
    observed.commit("broken")
    result = observing("metrics", "history", "loss")
    assert result.status == 0
    assert "train.lock is broken" in result.err
    assert result.out.count("●") == 4
