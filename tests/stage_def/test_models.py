"""Which classes are pydantic's, and that nobody pays for it who has none."""

from __future__ import annotations

import subprocess
import sys

import pydantic

from pivot.stage_def import StageDef, StageParams
from pivot.stage_def.models import base_models, stage_defs, stage_params, validation_errors


def in_a_new_process(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_they_are_the_classes_themselves_once_they_are_loaded():
    assert stage_params() == (StageParams,)
    assert stage_defs() == (StageDef,)
    assert base_models() == (pydantic.BaseModel,)
    assert validation_errors() == (pydantic.ValidationError,)


def test_a_pipeline_without_parameters_loads_no_pydantic():
    code = (
        "import sys\n"
        "from pivot import REGISTRY\n"
        "def stage(): ...\n"
        "REGISTRY.register(stage, deps=['a'], outs=['b'])\n"
        "print('pydantic' in sys.modules)"
    )
    assert in_a_new_process(code) == "False"


def test_nothing_is_a_model_before_pydantic_is_loaded():
    code = (
        "from pivot.stage_def import models\n"
        "print(models.base_models(), models.stage_defs(), models.usage_errors())"
    )
    assert in_a_new_process(code) == "() () ()"
