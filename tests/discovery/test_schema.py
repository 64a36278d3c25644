"""The schema and the reader agree on every file of the catalogue in stage_files/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pivot.discovery.schema import stage_file_schema
from pivot.discovery.stage_file import ENTRY_KEYS, FILE_KEYS, OVERRIDE_KEYS
from pivot.discovery.yaml_file import YamlFile, members
from pivot.paths import STAGE_FILE

CATALOGUE = Path(__file__).parent / "stage_files"
#: How a file begins that is wrong in a way which no schema can tell.
BEYOND = "# the schema can't know"
VALID = sorted((CATALOGUE / "valid").glob("*.yaml"))
INVALID = sorted((CATALOGUE / "invalid").glob("*.yaml"))


def as_json(file: YamlFile, node: Any) -> Any:
    """Give a node as an editor would see it: JSON has texts as keys, and no dates."""
    if node is None:
        return None
    if node.id == "mapping":
        return {str(key.value): as_json(file, value) for key, value in members(node)}
    if node.id == "sequence":
        return [as_json(file, item) for item in node.value]
    return file.value(node)


def problems(path: Path) -> list[str]:
    file = YamlFile(STAGE_FILE, path.read_bytes())
    validator = jsonschema.Draft202012Validator(stage_file_schema())
    return [error.message for error in validator.iter_errors(as_json(file, file.node))]


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(stage_file_schema())


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_it_takes_what_the_reader_takes(file):
    assert problems(file) == []


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_it_refuses_what_the_reader_refuses(file):
    assert bool(problems(file)) != file.read_text().startswith(BEYOND)


@pytest.mark.parametrize("name", ["matrices", "names", "functions", "wrong_types", "unknown_keys"])
def test_it_refuses_every_single_stage_that_the_reader_refuses(name, tmp_path):
    """So that no mistake of a file hides that another one is not seen."""
    lines = (CATALOGUE / "invalid" / f"{name}.yaml").read_text().splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("  ") and line[2] not in " -#"]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(["stages:", *lines[start:end]])
        (tmp_path / "part.yaml").write_text(part)
        assert bool(problems(tmp_path / "part.yaml")) == ("#!" in part), part


def test_it_knows_all_keys_and_describes_them():
    schema = stage_file_schema()
    assert tuple(schema["properties"]) == FILE_KEYS
    assert set(schema["$defs"]["stage"]["properties"]) == set(ENTRY_KEYS)
    assert set(schema["$defs"]["overrides"]["properties"]) == set(OVERRIDE_KEYS)
    for key, value in schema["$defs"]["stage"]["properties"].items():
        target = schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value
        assert target["description"], key
