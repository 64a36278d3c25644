"""What values does a stage see beside its inputs? Those of its parameters, and its variant.

They stand in its lock, and a change of one runs it again. Example: `{"rate": 0.1, "variant":
"bert_swe"}`. Tests: tests/stage_def/test_seen.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.stage import VARIANT_ARGUMENT

if TYPE_CHECKING:
    from pivot.stage import Stage
    from pivot.stage_def.encoding import Json


def seen_values(stage: Stage) -> dict[str, Json]:
    """Give the values as they stand in the lock."""
    values: dict[str, Json] = {} if stage.variant is None else {VARIANT_ARGUMENT: stage.variant}
    if stage.params is None:
        return values
    from pivot.stage_def.encoding import encode_params  # it brings pydantic, as parameters do

    return values | encode_params(stage.params)
