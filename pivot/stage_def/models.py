"""Which classes are pydantic's, without loading pydantic for pipelines that have no parameters.

An instance of a class can't be there before the class is: while the module that makes it is not
loaded, the answer is no class at all, and `isinstance(value, ())` is false. Example::

    isinstance(params, stage_defs())

Tests: tests/stage_def/test_models.py.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel, PydanticUserError, ValidationError

    from pivot.stage_def.params import StageDef, StageParams


def stage_params() -> tuple[type[StageParams], ...]:
    """Give the class `StageParams`, if it's loaded."""
    return _loaded("pivot.stage_def.params", "StageParams")


def stage_defs() -> tuple[type[StageDef], ...]:
    """Give the class `StageDef`, if it's loaded."""
    return _loaded("pivot.stage_def.params", "StageDef")


def base_models() -> tuple[type[BaseModel], ...]:
    """Give pydantic's base class of models, if it's loaded."""
    return _loaded("pydantic.main", "BaseModel")


def validation_errors() -> tuple[type[ValidationError], ...]:
    """Give what pydantic raises for a wrong value, if it's loaded."""
    return _loaded("pydantic_core", "ValidationError")


def usage_errors() -> tuple[type[PydanticUserError], ...]:
    """Give what pydantic raises for a wrong model, if it's loaded."""
    return _loaded("pydantic.errors", "PydanticUserError")


def _loaded(module: str, name: str) -> tuple[Any, ...]:
    # A module that is just being imported may not have come to the class yet.
    found = getattr(sys.modules.get(module), name, None)
    return () if found is None else (found,)
