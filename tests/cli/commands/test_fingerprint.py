import json


def test_the_code_of_a_stage_is_a_tree(invoke, scaling):
    lines = invoke("fingerprint", "scale").out.splitlines()
    assert lines[0] == "scale"
    place = scaling.read("pipeline.py").splitlines().index("def factor():") + 1
    assert any("stage: func:pipeline:scale" in line for line in lines)
    assert any("func:pipeline:factor" in line and f"pipeline.py:{place}" in line for line in lines)


def test_json_has_nodes_and_edges(invoke, scaling):
    found = json.loads(invoke("fingerprint", "scale", "--json").out)
    keys = {node["key"] for node in found["nodes"]}
    assert found["stage"] == "scale"
    assert found["roots"]["stage"] == ["func:pipeline:scale"]
    assert ["func:pipeline:scale", "func:pipeline:factor"] in found["edges"]
    assert {key for edge in found["edges"] for key in edge} <= keys
    (factor,) = [node for node in found["nodes"] if node["name"] == "pipeline:factor"]
    assert (factor["kind"], factor["place"]["file"]) == ("func", "pipeline.py")


def test_a_target_that_means_several_stages_is_an_error(invoke, scaling):
    result = invoke("fingerprint", "*")
    assert result.status == 2
    assert "'*' means 2 stages: scale, total" in result.err


def test_what_user_code_prints_is_no_part_of_it(invoke, scaling):
    scaling.edit("pipeline.py", "def factor():", "print('imported')\ndef factor():")
    result = invoke("fingerprint", "scale", "--json")
    assert json.loads(result.out)["stage"] == "scale"
    assert "imported" in result.err
