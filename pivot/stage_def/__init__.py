"""How authors declare what a stage takes and gives, and how that becomes a `Stage`.

`StageParams` holds typed parameters; `StageDef` holds parameters and, beside them, the artifacts
that are loaded before and saved after the function runs. `build_stage` reads a function's
annotations and the keywords of `register` and gives a `Stage`, or says all that is wrong with it.
Example::

    class Train(StageDef):
        data: Dep[DataFrame] = Dep("clean.csv", loaders.CSV())
        score: Out[dict] = Out("score.json", loaders.JSON())
        rate: float = 0.01

Tests: tests/stage_def/.
"""

from pivot.outputs import Dep, IncrementalOut, Metric, Out, Plot
from pivot.stage_def.building import Declaration, build_stage
from pivot.stage_def.encoding import encode_params
from pivot.stage_def.overriding import ParamError, param_errors, with_overrides
from pivot.stage_def.params import StageDef, StageParams
from pivot.stage_def.place import calling_place, function_place

__all__ = [
    "Declaration",
    "Dep",
    "IncrementalOut",
    "Metric",
    "Out",
    "ParamError",
    "Plot",
    "StageDef",
    "StageParams",
    "build_stage",
    "calling_place",
    "encode_params",
    "function_place",
    "param_errors",
    "with_overrides",
]
