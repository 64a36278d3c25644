"""A report as JSON, checked against its schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from pivot_data_diff.rendering import json_document
from pivot_data_diff.rendering.json_document import (
    ChangeDocument,
    FileDocument,
    ReportDocument,
    report_document,
)

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "data-diff.schema.json").read_text())


@pytest.mark.parametrize("most_rows", [None, 0, 1])
def test_documents_are_as_the_schema_says(report, most_rows):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(report_document(report, most_rows), allow_nan=False)
    jsonschema.validate(json.loads(text), SCHEMA)


def test_the_check_can_fail(report):
    for place, key, value in [
        (lambda d: d, "version", 2),
        (lambda d: d["files"][0], "surprise", 1),
        (lambda d: d["files"][0]["rows"], "added", -1),
        (lambda d: d["files"][0]["changes"][0], "values", {}),
        (lambda d: d["files"][0]["changes"][0], "kind", "added"),
    ]:
        document = report_document(report, None)
        place(document)[key] = value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, SCHEMA)


def test_the_types_and_the_schema_have_the_same_keys():
    definitions = SCHEMA["$defs"]
    assert SCHEMA["properties"]["version"]["const"] == json_document.VERSION
    for documents, schema in [
        (ReportDocument, SCHEMA),
        (FileDocument, definitions["file"]),
        (ChangeDocument, definitions["change"]),
    ]:
        assert set(documents.__annotations__) == set(schema["properties"])


def test_the_report(report):
    document = report_document(report, None)
    assert {key: document[key] for key in ("version", "before", "after", "different")} == {
        "version": 1,
        "before": "HEAD~1",
        "after": "workspace",
        "different": True,
    }
    assert document["unsupported"] == ["model.pkl"]
    assert document["problems"] == [{"path": "bad.json", "message": "bad.json: line 1 is not JSON"}]


def test_a_file(report):
    keyed, counted, same, untouched = report_document(report, None)["files"]
    assert keyed["schema"] == {
        "added": [{"name": "new*", "type": "text"}],
        "removed": [{"name": "old", "type": "text"}],
        "retyped": [{"name": "size", "before": "integer", "after": "text"}],
        "moved": [{"name": "size", "before": 4, "after": 2}],
    }
    assert keyed["rows"] == {
        "before": 3, "after": 3, "added": 1, "removed": 1, "modified": 2, "unchanged": 0,
    }  # fmt: skip
    assert keyed["keys"] == ["id"]
    assert keyed["duplicate_keys"] == {"before": 0, "after": 1}
    assert keyed["modified_cells"] == {"size": 1, "price": 1, "note": 2}
    assert (counted["summary_only"], counted["changes"], counted["omitted_changes"]) == (
        True,
        [],
        0,
    )
    assert same["rows"]["unchanged"] == 3
    assert untouched == {"path": "untouched.csv", "kind": "unchanged"}


def test_the_changes(report):
    modified, removed, _, added = report_document(report, None)["files"][0]["changes"]
    assert modified == {
        "kind": "modified",
        "key": {"id": 1},
        "before_row": 1,
        "after_row": 1,
        "cells": {
            "price": {"before": 1.5, "after": 1.75},
            "note": {"before": "a|b", "after": "a\nb"},
        },
    }
    assert removed == {
        "kind": "removed",
        "key": {"id": 2},
        "before_row": 2,
        "values": {"id": 2, "old": "x", "price": 2, "note": "c", "size": "2"},
    }
    assert added["after_row"] == 3
    assert "before_row" not in added


def test_what_is_left_out_is_counted(report):
    file = report_document(report, 1)["files"][0]
    assert len(file["changes"]) == 1
    assert file["omitted_changes"] == 3
