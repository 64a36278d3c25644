import json

from pivot.discovery.schema import stage_file_schema


def test_it_is_printed(invoke):
    result = invoke("schema")
    assert result.status == 0
    assert json.loads(result.out) == stage_file_schema()


def test_a_dash_is_standard_output(invoke, project):
    assert invoke("schema", "-o", "-").out == invoke("schema").out
    assert not (project.root / "-").exists()


def test_it_needs_no_project(invoke, project):
    assert not list(project.root.iterdir())
    assert invoke("schema").status == 0


def test_it_is_written(invoke, project):
    result = invoke("schema", "-o", "pivot.schema.json")
    assert (result.status, result.out, result.err) == (0, "", "wrote pivot.schema.json\n")
    assert json.loads(project.read("pivot.schema.json")) == stage_file_schema()


def test_what_is_right_is_left_alone(invoke):
    invoke("schema", "-o", "pivot.schema.json")
    assert invoke("schema", "-o", "pivot.schema.json").err == "unchanged: pivot.schema.json\n"


def test_a_schema_of_another_version_is_replaced(invoke, project):
    old = stage_file_schema() | {"properties": {}}
    project.write("pivot.schema.json", json.dumps(old))
    assert invoke("schema", "-o", "pivot.schema.json").status == 0
    assert json.loads(project.read("pivot.schema.json")) == stage_file_schema()


def test_another_file_is_not_replaced(invoke, project):
    project.write("pivot.yaml", "stages:\n")
    result = invoke("schema", "-o", "pivot.yaml")
    assert result.status == 2
    assert "pivot.yaml was not written by 'pivot schema', and would be lost" in result.err
    assert project.read("pivot.yaml") == "stages:\n"


def test_a_directory_is_refused(invoke, project):
    result = invoke("schema", "-o", ".")
    assert result.status == 1
    assert "Is a directory" in result.err


def test_directories_are_made(invoke, project):
    assert invoke("schema", "-o", "editor/schemas/pivot.json").status == 0
    assert json.loads(project.read("editor/schemas/pivot.json")) == stage_file_schema()
