"""The parameters that a stage begins with, from what was given and the function's annotation.

Tests: tests/stage_def/test_building.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.stage_def.models import usage_errors, validation_errors
from pivot.stage_def.overriding import param_errors

if TYPE_CHECKING:
    from pivot.stage_def.declaration import Declaration
    from pivot.stage_def.draft import Draft
    from pivot.stage_def.params import StageParams


def make_params(declared: Declaration, draft: Draft) -> StageParams | None:
    """Give the parameters of a stage, None if it has none; note in the draft what is wrong."""
    given: Any = declared.params
    wanted = draft.params_class
    if wanted is None:
        if given is not None:
            problem = "params were given, but no parameter of the function takes them"
            draft.wrong(problem, "annotate one with the class: def stage(params: Params)")
        return None
    if given is None:
        given = draft.params_default or wanted
    try:
        made = given() if isinstance(given, type) and issubclass(given, wanted) else given
    except validation_errors() as error:
        if declared.by_file:
            # Overrides are checked together with what is missing here.
            return wanted.model_construct()
        for problem in param_errors(error):
            hint = problem.hint and "give it a default, or register(..., params=...)"
            draft.wrong(problem.message, hint)
        return None
    except usage_errors() as error:
        draft.wrong(f"its parameters can't be made: {error.message.partition('\n')[0]}")
        return None
    if isinstance(made, wanted):
        return made
    shown = made.__name__ if isinstance(made, type) else f"a {type(made).__name__}"
    problem = f"params are {shown}, but the function takes {wanted.__name__}"
    draft.wrong(problem, f"give an instance: params={wanted.__name__}(...)")
    return None
