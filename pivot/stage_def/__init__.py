"""How authors declare what a stage takes and gives, and how that becomes a `Stage`.

`StageParams` holds typed parameters; `StageDef` holds parameters and, beside them, the artifacts
that are loaded before and saved after the function runs. `build_stage` reads a function's
annotations and the keywords of `register` and gives a `Stage`, or says all that is wrong with it.
Example::

    class Train(StageDef):
        data: Dep[DataFrame] = Dep("clean.csv", loaders.CSV())
        score: Out[dict] = Out("score.json", loaders.JSON())
        rate: float = 0.01

What needs pydantic is imported when it's first used. Tests: tests/stage_def/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.late import late
from pivot.outputs import Dep, IncrementalOut, Metric, Out, Plot
from pivot.stage_def.building import build_stage
from pivot.stage_def.declaration import Declaration
from pivot.stage_def.overriding import Mixed, ParamError, Part, Text, giver, override, param_errors
from pivot.stage_def.place import calling_place, function_place
from pivot.stage_def.seen import seen_values

if TYPE_CHECKING:
    from pivot.stage_def.encoding import encode_params
    from pivot.stage_def.params import StageDef, StageParams

__all__ = [
    "Declaration",
    "Dep",
    "IncrementalOut",
    "Metric",
    "Mixed",
    "Out",
    "ParamError",
    "Part",
    "Plot",
    "StageDef",
    "StageParams",
    "Text",
    "build_stage",
    "calling_place",
    "encode_params",
    "function_place",
    "giver",
    "override",
    "param_errors",
    "seen_values",
]

_LATE = {
    "StageDef": "pivot.stage_def.params",
    "StageParams": "pivot.stage_def.params",
    "encode_params": "pivot.stage_def.encoding",
}


# Type checkers know all names from above, and shall tell of any other.
if not TYPE_CHECKING:  # pragma: no branch
    __getattr__ = late(__name__, _LATE)
