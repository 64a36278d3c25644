"""examples/quickstart: what it computes, and what runs again after which change."""

from __future__ import annotations

import csv
import json
from collections import Counter

import pytest

STAGES = {"clean", "split", "train", "evaluate"}
FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def birds(example):
    """Read the data without pandas, and split them as the example says it does."""
    with (example.root / "data/penguins.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["bill_length_mm"] != "NA"]
    seen, training, test = Counter(), [], []
    for row in rows:
        (test if seen[row["species"]] % 4 == 0 else training).append(row)
        seen[row["species"]] += 1
    return training, test


def numbers(row):
    return [float(row[name]) for name in FEATURES]


def most_likely(model, row):
    scaled = [
        (value - mean) / deviation
        for value, mean, deviation in zip(
            numbers(row), model["mean"], model["deviation"], strict=True
        )
    ]
    scores = [
        bias
        + sum(value * weights[n] for value, weights in zip(scaled, model["weights"], strict=True))
        for n, bias in enumerate(model["bias"])
    ]
    return model["classes"][scores.index(max(scores))]


def test_all_stages_run_at_first_and_none_when_nothing_changed(untouched):
    assert untouched.ran() == STAGES
    assert untouched.run() == dict.fromkeys(("clean", "split", "train", "evaluate"), "unchanged")


def test_metrics_are_those_of_the_model_counted_by_hand(finished):
    model = json.loads((finished.root / "build/model.json").read_text())
    _, test = birds(finished)
    hits = sum(most_likely(model, row) == row["species"] for row in test)
    metrics = json.loads((finished.root / "metrics.json").read_text())
    assert metrics == {"birds": 86, "accuracy": round(hits / len(test), 4)}
    assert len(test) == 86


def test_the_classifier_is_as_good_as_that_of_scikit_learn(finished):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    training, test = birds(finished)
    other = make_pipeline(StandardScaler(), LogisticRegression())
    other.fit([numbers(row) for row in training], [row["species"] for row in training])
    score = other.score([numbers(row) for row in test], [row["species"] for row in test])
    ours = json.loads((finished.root / "metrics.json").read_text())["accuracy"]
    assert ours > 0.95
    assert ours == pytest.approx(score, abs=0.02)


def test_the_confusion_table_counts_every_test_bird_of_every_species(finished):
    _, test = birds(finished)
    with (finished.root / "build/confusion.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    counted = Counter()
    for row in rows:
        counted[row["actual"]] += int(row["birds"])
    assert counted == Counter(row["species"] for row in test)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param(
            "classifier.py", "argmax(axis=1)", "argmin(axis=1)", {"evaluate"}, id="predict"
        ),
        pytest.param(
            "classifier.py", "DIGITS = 6", "DIGITS = 3", {"train", "evaluate"}, id="digits"
        ),
        pytest.param(
            "measurements.py",
            ', "body_mass_g"]',
            "]",
            {"clean", "train", "evaluate"},
            id="features",
        ),
        pytest.param(
            "pipeline.py",
            "test_every: int = 4",
            "test_every: int = 5",
            STAGES - {"clean"},
            id="default",
        ),
        pytest.param("data/penguins.csv", "Torgersen,39.5,", "Torgersen,39.6,", STAGES, id="data"),
        pytest.param(
            "data/penguins.csv",
            "Torgersen,39.1,",
            "Torgersen,39.2,",
            STAGES - {"train"},
            id="data-of-a-test-bird",
        ),
        pytest.param(
            "classifier.py", "Give the most likely class", "Name the class", set(), id="docstring"
        ),
        pytest.param(
            "classifier.py", "# Enough for the result", "# It is enough", set(), id="comment"
        ),
        pytest.param(
            "classifier.py", "labels.unique()", "labels.unique( )", set(), id="formatting"
        ),
    ],
)
def test_a_change_runs_what_it_affects(example, file, old, new, expected):
    example.edit(file, old, new)
    assert example.ran() == expected


def test_a_parameter_from_the_file_runs_the_stage_that_takes_it(example):
    (example.root / "params.yaml").write_text("train: {steps: 30}\n")
    assert example.ran() == {"train", "evaluate"}


def test_data_that_clean_drops_anyway_stop_there(example):
    with (example.root / "data/penguins.csv").open("a") as stream:
        stream.write("Adelie,Dream,NA,NA,NA,NA,NA,2009\n")
    assert example.ran() == {"clean"}


def test_explain_names_the_helper_that_changed_and_where_it_is(example):
    example.edit("classifier.py", "argmax(axis=1)", "argmin(axis=1)")
    lines = (example.root / "classifier.py").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith("def predict"))
    explained = example.pivot("run", "--explain")
    assert "Stage: evaluate\n  Status: WILL RUN\n  Reason: Code dependency changed" in explained
    assert "predict" in explained
    assert f"File: classifier.py:{line}" in explained


def test_going_back_to_earlier_code_restores_without_running(example):
    before = (example.root / "metrics.json").read_bytes()
    example.edit("classifier.py", "argmax(axis=1)", "argmin(axis=1)")
    example.run()
    assert (example.root / "metrics.json").read_bytes() != before
    example.edit("classifier.py", "argmin(axis=1)", "argmax(axis=1)")
    assert example.run()["evaluate"] == "restored"
    assert (example.root / "metrics.json").read_bytes() == before


def test_a_deleted_output_comes_back_without_running(example):
    before = (example.root / "build/model.json").read_bytes()
    (example.root / "build/model.json").unlink()
    assert example.run()["train"] == "restored"
    assert (example.root / "build/model.json").read_bytes() == before
