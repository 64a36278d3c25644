import json

import pytest


def events(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_run_tells_what_it_did(invoke, scaling):
    result = invoke("run", "--executor", "inline")
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert lines[0] == "scale: running (Never run before)"
    assert lines[1] == "scaling 3"
    assert lines[2].startswith("scale: ran in ")
    assert lines[-1].startswith("2 ran in ")
    assert "\x1b" not in result.out


def test_a_second_run_has_nothing_to_do(invoke, scaling):
    scaling.run()
    assert invoke("run").out == "Everything is up to date (2 stages)\n"


def test_after_an_edit_only_what_is_affected_runs(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    out = invoke("run", "--executor", "inline").out
    assert "scale: running (Code dependency changed: func:pipeline:factor)\n" in out
    scaling.edit("pipeline.py", "sum(numbers)", "sum(numbers) + 1")
    out = invoke("run", "--executor", "inline").out
    assert "scale: unchanged\ntotal: running (Code dependency changed" in out
    assert "\n1 ran, 1 unchanged in " in out


def test_output_of_workers_carries_the_name_of_its_stage(invoke, scaling):
    assert "scale | scaling 3\n" in invoke("run", "--executor", "loky").out


def test_targets_are_names_globs_and_paths(invoke, scaling):
    scaling.write("sub/here", "")
    for target in ("scale", "sc*", "scaled.json", "./scaled.json"):
        out = invoke("run", "--force", "--executor", "inline", target).out
        assert "scale: ran" in out
        assert "total" not in out
    out = invoke("run", "--force", "--executor", "inline", "../scaled.json", directory="sub").out
    assert "scale: ran" in out


def test_a_failure_is_told_and_gives_its_status(invoke, project):
    project.pipeline("""
    def bad() -> Annotated[dict, outputs.Out("bad.json", loaders.JSON())]:
        raise ValueError("no good")
    def after(bad: Annotated[dict, outputs.Dep("bad.json", loaders.JSON())]) -> None: pass
    def other() -> None: pass
    for stage in (bad, after, other):
        REGISTRY.register(stage)
    """)
    result = invoke("run", "--executor", "inline", "--keep-going")
    assert result.status == 1
    assert result.err.startswith("bad: failed: ValueError: no good\n  Traceback")
    assert "other: ran in " in result.out
    assert "\nnot run: after\n1 ran, 1 failed, 1 cancelled in " in result.out


def test_quiet_says_nothing_when_all_is_well(invoke, scaling):
    scaling.edit("pipeline.py", '    print("scaling", len(numbers))\n', "")
    assert invoke("run", "--quiet", "--executor", "inline") == invoke("run", "--quiet")
    result = invoke("run", "--quiet")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_json_has_one_event_a_line_and_nothing_else(invoke, scaling):
    scaling.edit("pipeline.py", "REGISTRY.register(scale)", 'print("hi")\nREGISTRY.register(scale)')
    result = invoke("run", "--json", "--executor", "inline")
    told = events(result.out)
    assert [event["event"] for event in told] == [
        "run_started",
        "stage_decided",
        "stage_started",
        "stage_finished",
        "stage_decided",
        "stage_started",
        "stage_finished",
        "run_finished",
    ]
    assert told[-1]["counts"] == {"ran": 2}
    assert "hi\n" in result.err
    assert "scaling 3\n" in result.err


def test_json_has_what_workers_print(invoke, scaling):
    told = events(invoke("run", "--json", "--executor", "loky").out)
    printed = [event["line"] for event in told if event["event"] == "stage_output"]
    assert printed == ["scaling 3"]


def test_json_and_quiet_exclude_each_other(invoke, scaling):
    result = invoke("run", "--json", "--quiet")
    assert result.status == 2
    assert "--json and --quiet can't be used together" in result.err


def test_explaining_runs_nothing(invoke, scaling):
    result = invoke("run", "--explain")
    assert result.status == 0
    assert result.out == (
        "Stage: scale\n"
        "  Status: WILL RUN\n"
        "  Reason: Never run before\n"
        "\n"
        "Stage: total\n"
        "  Status: WILL RUN\n"
        "  Reason: Never run before\n"
    )
    assert not (scaling.root / "scaled.json").exists()


def test_explaining_covers_all_that_would_run(invoke, scaling):
    assert "Stage: scale" in invoke("run", "--explain", "total").out


def test_explaining_shows_the_source_diff_when_it_is_asked_for(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    assert "-    return 2\n      +    return 3\n" in invoke("run", "--explain", "--diff").out


def test_a_source_diff_is_part_of_an_explanation(invoke, scaling):
    result = invoke("run", "--diff")
    assert result.status == 2
    assert "--diff goes with --explain" in result.err
    assert not (scaling.root / "scaled.json").exists()


def test_a_dry_run_is_a_line_a_stage(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    assert invoke("run", "--dry-run").out == (
        "scale  would run  Code dependency changed\n"
        "total  may run    after: scale\n"
        "2 of 2 stages are not up to date\n"
    )
    assert scaling.forecast() == {"scale": "run", "total": "may_run"}


@pytest.mark.parametrize("mode", ["--dry-run", "--explain"])
def test_what_would_happen_as_json_is_an_object_a_line(invoke, scaling, mode):
    told = events(invoke("run", mode, "--json").out)
    assert [(item["stage"], item["forecast"]) for item in told] == [
        ("scale", "run"),
        ("total", "run"),
    ]


def test_force_counts_in_a_dry_run(invoke, scaling):
    scaling.run()
    out = invoke("run", "--dry-run", "--force", "total").out
    assert out.splitlines()[:2] == ["scale  up to date", "total  would run   Forced"]


def test_the_number_of_jobs_is_passed_on(invoke, scaling):
    told = events(invoke("run", "--json", "--executor", "inline", "--jobs", "1").out)
    assert (told[0]["executor"], told[0]["workers"]) == ("inline", 1)


def test_a_broken_plugin_is_a_warning(invoke, scaling, tmp_path, monkeypatch):
    info = tmp_path / "site/acme_hooks-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-hooks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pivot.hooks]\nacme = acme_hooks_missing\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    result = invoke("run", "--executor", "inline", "--quiet")
    assert result.status == 0
    assert "warning: acme-hooks: acme-hooks 1.0 is broken" in result.err
