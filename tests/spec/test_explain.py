"""`pivot run --explain` says why, symbol by symbol, and runs nothing."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def brewery(project, run):
    project.pipeline("""
        from recipe import strength

        class BrewParams(StageParams):
            litres: int = 20

        def brew(
            params: BrewParams,
            malt: Annotated[pathlib.Path, outputs.Dep("malt.txt")],
        ) -> Annotated[dict, outputs.Out("beer.json", loaders.JSON())]:
            return {"strength": strength(len(malt.read_text())) * params.litres}

        def label(
            beer: Annotated[dict, outputs.Dep("beer.json", loaders.JSON())],
        ) -> Annotated[dict, outputs.Out("label.json", loaders.JSON())]:
            return {"text": f"{beer['strength']} %"}

        REGISTRY.register(brew)
        REGISTRY.register(label)
    """)
    project.write("recipe.py", "SHARE = 2\n\n\ndef strength(malt):\n    return malt * SHARE\n")
    project.write("malt.txt", "pale\n")
    run()
    return project


def explained(project, *words):
    done = project.cli("run", "--explain", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_changed_helper_is_named_with_both_hashes_and_its_place(brewery):
    brewery.edit("recipe.py", "malt * SHARE", "malt + SHARE")
    assert re.search(
        r"Stage: brew\n"
        r"  Status: WILL RUN\n"
        r"  Reason: Code dependency changed\n"
        r"\n"
        r"  Changes:\n"
        r"    func:(recipe:)?strength\n"
        r"      Old: [0-9a-f]{8}\n"
        r"      New: [0-9a-f]{8}\n"
        r"      File: recipe\.py:4\n",
        explained(brewery),
    )


def test_the_stage_behind_may_run(brewery):
    brewery.edit("recipe.py", "malt * SHARE", "malt + SHARE")
    assert "Stage: label\n  Status: MAY RUN (after: brew)" in explained(brewery)


def test_a_changed_constant_is_named(brewery):
    brewery.edit("recipe.py", "SHARE = 2", "SHARE = 3")
    text = explained(brewery, "brew")
    assert "SHARE" in text
    assert "label" not in text


def test_a_changed_parameter_is_named_with_both_values(brewery):
    brewery.write("params.yaml", "brew: {litres: 50}\n")
    text = explained(brewery)
    assert "Reason: Parameter changed" in text
    assert re.search(r"param:litres\n +Old: 20\n +New: 50", text)


def test_a_changed_input_is_named(brewery):
    brewery.write("malt.txt", "dark\n")
    text = explained(brewery)
    assert "Reason: Input changed" in text
    assert "dep:malt.txt" in text


def test_explaining_runs_nothing_and_the_run_does_what_was_explained(brewery, run):
    before = brewery.read("beer.json")
    brewery.edit("recipe.py", "malt * SHARE", "malt + SHARE")
    explained(brewery)
    assert brewery.read("beer.json") == before
    assert run() == {"brew": "ran", "label": "ran"}
    assert "WILL RUN" not in explained(brewery)
