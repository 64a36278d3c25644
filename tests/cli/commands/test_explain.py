import json


def test_a_changed_helper_is_named_with_its_place(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    shown = invoke("explain", "scale").out.splitlines()
    assert shown[:6] == [
        "Stage: scale",
        "  Status: WILL RUN",
        "  Reason: Code dependency changed",
        "",
        "  Changes:",
        "    func:factor",
    ]
    lines = scaling.read("pipeline.py").splitlines()
    assert shown[8] == f"      File: pipeline.py:{lines.index('def factor():') + 1}"


def test_all_kinds_of_changes_come_together(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    scaling.write("params.yaml", "scale:\n  offset: 1.5\n")
    scaling.write("numbers.json", "[1, 2, 3, 4]\n")
    shown = invoke("explain", "scale").out
    assert "Reason: Code dependency changed; Parameter changed; Input changed\n" in shown
    assert "    param:offset\n      Old: 0.5\n      New: 1.5\n" in shown
    assert "    dep:numbers.json" in shown
    assert "(10 bytes)" in shown
    assert "(13 bytes)" in shown


def test_a_lost_output_comes_from_the_cache(invoke, scaling):
    scaling.run()
    (scaling.root / "total.json").unlink()
    shown = invoke("explain", "total").out
    assert "  Status: WILL RESTORE\n  Reason: Output missing\n" in shown
    assert "    out:total.json\n" in shown
    assert "      New: missing\n" in shown


def test_only_the_stages_that_are_asked_for_are_explained(invoke, scaling):
    assert invoke("explain", "total").out.count("Stage: ") == 1
    assert invoke("explain").out.count("Stage: ") == 2


def test_json_is_the_same_object(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    [scale, total] = json.loads(invoke("explain", "--json").out)
    assert scale["forecast"] == "run"
    assert scale["changes"][0]["name"] == "func:pipeline:factor"
    assert scale["changes"][0]["place"]["file"] == "pipeline.py"
    assert total["changes"][0]["kind"] == "upstream"


def test_the_source_diff_is_shown_when_it_is_asked_for(invoke, scaling):
    scaling.run()
    scaling.edit("pipeline.py", "return 2", "return 3")
    assert "-    return 2\n      +    return 3\n" in invoke("explain", "scale", "--diff").out
    assert "return 3" not in invoke("explain", "scale").out
    [change] = json.loads(invoke("explain", "scale", "--diff", "--json").out)[0]["changes"]
    assert change["diff"][-2:] == ["-    return 2", "+    return 3"]
