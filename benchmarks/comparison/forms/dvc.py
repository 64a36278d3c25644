"""The pipeline for DVC: a script a stage, in `dvc.yaml` with its deps, params and outs."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form, plain_scripts
from benchmarks.comparison.project import CODE, DATA, INPUTS, OUTPUTS, STAGES

REQUIREMENTS = ("dvc==3.67.0",)
_PARAMS = {"clean": ("clean.minimum",), "train": ("train.rate", "train.method")}


def _stage(stage: str, listed: bool) -> str:
    deps = [f"scripts/{stage}.py", INPUTS[stage]]
    if listed:
        deps += [*CODE[stage], *DATA[stage], "steps/files.py"]
    lines = [f"  {stage}:", f"    cmd: python scripts/{stage}.py", "    deps:"]
    lines += [f"    - {dep}" for dep in deps]
    if stage in _PARAMS:
        lines += ["    params:", *(f"    - {name}" for name in _PARAMS[stage])]
    return "\n".join([*lines, "    outs:", f"    - {OUTPUTS[stage]}", ""])


def _form(listed: bool) -> Form:
    text = "stages:\n" + "".join(_stage(stage, listed) for stage in STAGES)
    return Form(
        tool="DVC",
        requirements=REQUIREMENTS,
        files={**plain_scripts("scripts"), "dvc.yaml": text},
        command=("dvc", "repro"),
        listed=listed,
        first=(("dvc", "init", "--quiet", "--no-scm"),),
        variables={"DVC_SITE_CACHE_DIR": "{home}/site"},
    )


FORMS = (_form(listed=False), _form(listed=True))
