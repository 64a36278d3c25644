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
    assert json.loads(invoke("history", "--json").out) == [run]


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


def test_what_looks_like_an_option_is_one(invoke, scaling):
    scaling.run()
    result = invoke("show", "--jsn")
    assert result.status == 2
    assert "Did you mean '--json'?" in result.err


def test_the_wish_is_told_as_it_could_be_typed(invoke, scaling):
    scaling.run("sc*", params=["scale.offset=1"], force=True, keep_going=True)
    wish = invoke("show").out.splitlines()[1]
    assert wish == "  asked for: 'sc*' --force --keep-going --set scale.offset=1"


def test_each_reason_has_a_line(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    scaling.write("numbers.json", "[4]")
    scaling.run()
    _, stages = invoke("show").out.split("\n\n")
    first, second, _ = stages.splitlines()
    assert re.fullmatch(r"scale  ran  \d+\.\d s  \S.*", first)
    assert re.fullmatch(r" {19}\S.*", second)


def test_where_to_find_what_a_failed_stage_printed(invoke, scaling):
    scaling.edit("pipeline.py", "sum(numbers)", "1 / 0")
    scaling.run(executor="loky")
    hint = "'pivot logs total' shows what it printed"
    assert hint in invoke("show").out
    scaling.edit("pipeline.py", "1 / 0", "2 / 0")
    scaling.run(executor="loky")
    assert hint not in invoke("show", "1").out
    assert hint in invoke("show", "2").out
