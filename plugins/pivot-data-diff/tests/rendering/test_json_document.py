"""A report as JSON, checked against its schema."""

from __future__ import annotations

import json

import pytest
from pivot_data_diff.rendering.json_document import ReportDocument, report_document
from pydantic import ConfigDict, TypeAdapter, ValidationError


def forbidding(types):
    """Make the types refuse keys that they don't have."""
    for type_ in types:
        type_.__pydantic_config__ = ConfigDict(extra="forbid")


@pytest.fixture(scope="module")
def schema():
    import pivot_data_diff.rendering.json_document as module

    documents = [value for name, value in vars(module).items() if name.endswith("Document")]
    forbidding(documents)
    yield TypeAdapter(ReportDocument)
    for type_ in documents:
        del type_.__pydantic_config__


@pytest.mark.parametrize("most_rows", [None, 0, 1])
def test_documents_are_as_the_schema_says(report, schema, most_rows):
    text = json.dumps(report_document(report, most_rows), allow_nan=False)
    schema.validate_json(text, strict=True)


def test_the_check_can_fail(report, schema):
    document = report_document(report, None)
    document["files"][0]["surprise"] = 1
    with pytest.raises(ValidationError, match="surprise"):
        schema.validate_python(document)


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
