import json


def test_a_stage_is_listed_with_its_function_and_files(invoke, scaling):
    lines = invoke("list").out.splitlines()
    source = scaling.read("pipeline.py").splitlines()
    assert lines[:3] == [
        f"scale  pipeline:scale  pipeline.py:{source.index('def scale(') + 1}",
        "  reads   numbers.json",
        "  writes  scaled.json",
    ]


def test_json_has_what_the_text_has(invoke, scaling):
    scaling.edit("pipeline.py", "REGISTRY.register(total)", 'REGISTRY.register(total, mutex="m")')
    scale, total = json.loads(invoke("list", "--json").out)
    assert scale == {
        "name": "scale",
        "function": "pipeline:scale",
        "deps": ["numbers.json"],
        "outs": ["scaled.json"],
        "params": {"offset": 0.5},
        "file": "pipeline.py",
        "line": scaling.read("pipeline.py").splitlines().index("def scale(") + 1,
        "mutex": [],
    }
    assert total["mutex"] == ["m"]


def test_a_pipeline_without_stages_says_so(invoke, project):
    project.pipeline("")
    for command in ("list", "explain", "dag"):
        assert invoke(command).out == "There are no stages.\n"
    assert invoke("run", "--explain").out == "There are no stages.\n"
    assert invoke("run").out == "Everything is up to date (0 stages)\n"
    assert json.loads(invoke("list", "--json").out) == []
