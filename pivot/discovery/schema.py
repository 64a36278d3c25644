"""A JSON Schema (draft 2020-12) of `pivot.yaml`, with which editors complete and check the file.

It says what can be said without importing anything; what is a function, a dep or a dimension only
`pivot` knows. Whatever it refuses, the reader refuses. Tests: tests/discovery/test_schema.py.
"""

from __future__ import annotations

from typing import Any

from pivot.discovery.stage_file import CHOICE, DIMENSION_NAME, IMPORT_PATH
from pivot.paths import STAGE_FILE
from pivot.stage import LONGEST_TIMEOUT, STAGE_NAME, VARIANT_SIGN

_PATH = {
    "type": "string",
    "minLength": 1,
    "description": "A path in the project, relative to it. ${dimension} stands for the variant's "
    "value, $${ for a literal ${.",
}


def stage_file_schema() -> dict[str, Any]:
    """Give the schema as JSON values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Pivot: {STAGE_FILE}",
        "description": "The stages of a pipeline, by the import paths of their functions.",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {"stages": _stages()},
        "$defs": {
            "stage": _stage(),
            "overrides": _overrides(),
            **_override_parts(),
            "dimension": _dimension(),
            "value": _value(),
        },
    }


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _stages() -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "description": "The stages by name.",
        "propertyNames": {"pattern": _whole(STAGE_NAME.pattern)},
        "additionalProperties": _ref("stage"),
        # What follows the sign is for the variants of a matrix.
        "patternProperties": {
            VARIANT_SIGN: {"allOf": [_ref("stage"), {"properties": {"matrix": False}}]}
        },
    }


def _stage() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A stage, or with a matrix all variants of one.",
        "additionalProperties": False,
        "required": ["function"],
        "properties": {
            "function": {
                "type": "string",
                "pattern": _whole(IMPORT_PATH.pattern),
                "description": "The function, as module:name.",
                "examples": ["steps:train", "package.steps:train"],
            },
            "matrix": {
                "type": "object",
                "description": "One stage for each combination of the values of the dimensions. "
                "They are called NAME@VALUE_VALUE, with the values in the order of the dimensions.",
                "minProperties": 1,
                "propertyNames": {"pattern": _whole(DIMENSION_NAME.pattern)},
                "additionalProperties": _ref("dimension"),
                "examples": [{"model": ["bert", "gpt"], "language": ["swe", "eng"]}],
            },
            **{name: _ref(name) for name in _override_parts()},
            "mutex": {
                "description": "A word, or several: stages that share one never run at once.",
                "anyOf": [
                    {"type": "string", "minLength": 1},
                    {"type": "array", "items": {"type": "string", "minLength": 1}},
                ],
            },
            "retries": {
                "type": "integer",
                "minimum": 0,
                "description": "How often the stage is tried again when it fails.",
            },
            "timeout": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "maximum": LONGEST_TIMEOUT,
                "description": "After how many seconds an attempt is ended, and has failed.",
            },
        },
    }


def _overrides() -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "description": "What this value of the dimension changes.",
        "additionalProperties": False,
        "properties": {name: _ref(name) for name in _override_parts()},
    }


def _override_parts() -> dict[str, Any]:
    def paths(what: str) -> dict[str, Any]:
        return {
            "type": ["object", "null"],
            "description": f"Other paths for {what} that the function declares, by name.",
            "additionalProperties": _PATH,
        }

    return {
        "deps": paths("inputs"),
        "outs": paths("outputs (a single return value is called 'return')"),
        "params": {
            "type": ["object", "null"],
            "description": "Values of the stage's parameters; those of nested models are merged. "
            "params.yaml overrides them. ${dimension} in a text stands for the variant's value.",
        },
    }


def _dimension() -> dict[str, Any]:
    return {
        "description": "A list of values, or a mapping from values to what each changes.",
        "anyOf": [
            {"type": "array", "items": _ref("value"), "minItems": 1, "uniqueItems": True},
            {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": _whole(CHOICE.pattern)},
                "additionalProperties": _ref("overrides"),
            },
        ],
    }


def _value() -> dict[str, Any]:
    return {
        "type": ["string", "number", "boolean"],
        "description": "A part of the names of stages; it counts as it is written.",
        "pattern": _whole(CHOICE.pattern),
    }
