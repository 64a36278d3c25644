import json
import re


def test_each_run_has_a_line(invoke, scaling):
    assert invoke("history").out == "No run is kept yet.\n"
    scaling.run()
    scaling.run()
    titles, line = invoke("history").out.splitlines()
    assert titles.split() == ["Run", "Started", "Took", "Result", "Stages"]
    assert re.fullmatch(r"1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \d+\.\d s  2 ran   scale, total", line)


def test_a_run_is_shown_with_all_that_it_did(invoke, scaling):
    scaling.run()
    first, wish, executor, counts, _, *stages = invoke("show").out.splitlines()
    assert first.startswith("run 1, started ")
    assert wish == "  asked for: everything"
    assert executor == "  executor: inline"
    assert counts == "  2 ran"
    assert [line.split()[:2] for line in stages] == [["scale", "ran"], ["total", "ran"]]
    assert stages[0].endswith("Never run before")


def test_what_failed_is_shown_with_its_error(invoke, scaling):
    scaling.edit("pipeline.py", "sum(numbers)", "1 / 0")
    scaling.run(keep_going=True)
    assert "failed: ZeroDivisionError: division by zero" in invoke("show", "-1").out


def test_for_programs(invoke, scaling):
    scaling.run()
    [run] = json.loads(invoke("history", "--format", "json").out)
    assert run["counts"] == {"ran": 2}
    assert json.loads(invoke("show", "1", "--json").out) == run


def test_only_runs_that_concern_a_stage(invoke, scaling):
    scaling.run("scale")
    assert invoke("history", "total").out == "No run that is kept concerns these stages.\n"
    assert "scale" in invoke("history", "sc*").out


def test_a_wrong_run(invoke, scaling):
    scaling.run()
    result = invoke("show", "9")
    assert result.status == 2
    assert "there is no run 9" in result.err
    assert "have the numbers 1 to 1" in result.err
