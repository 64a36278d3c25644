import json


def test_status_says_for_each_stage_whether_it_would_run(invoke, scaling):
    scaling.run("scale")
    assert invoke("status").out == (
        "scale  up to date\ntotal  would run   Never run before\n1 of 2 stages is not up to date\n"
    )


def test_targets_are_shown_with_what_they_need(invoke, scaling):
    assert [line.split()[0] for line in invoke("status", "total").out.splitlines()[:2]] == [
        "scale",
        "total",
    ]
    assert "total" not in invoke("status", "scale").out


def test_check_is_for_scripts(invoke, scaling):
    assert invoke("status").status == 0
    assert invoke("status", "--check").status == 1
    scaling.run()
    assert invoke("status", "--check").status == 0
    (scaling.root / "total.json").unlink()
    assert invoke("status", "--check", "--json").status == 1


def test_json_is_one_document(invoke, scaling):
    scaling.edit("pipeline.py", "REGISTRY.register(scale)", 'print("hi")\nREGISTRY.register(scale)')
    found = json.loads(invoke("status", "--json").out)
    assert [item["stage"] for item in found] == ["scale", "total"]
