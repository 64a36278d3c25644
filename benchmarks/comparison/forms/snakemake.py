"""The pipeline for Snakemake: a rule a stage, each with a script that is given its paths."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form, scripts
from benchmarks.comparison.project import CODE, DATA, INPUTS, OUTPUTS, STAGES, TITLE

REQUIREMENTS = ("snakemake==9.27.1",)
_PARAMS = {
    "clean": ('minimum=config["clean"]["minimum"]',),
    "train": ('rate=config["train"]["rate"]', 'method=config["train"]["method"]'),
}
_TITLE = f'title=os.environ.get("{TITLE}", "")'
_HEAD = """import os

configfile: "params.yaml"

rule all:
    input:
"""
_GIVEN = {
    "clean": ", snakemake.params.minimum",
    "train": ", snakemake.params.rate, snakemake.params.method",
}
_TAILS = {
    stage: f"made = {stage}(load(snakemake.input.made){_GIVEN.get(stage, '')})\n"
    "save(made, snakemake.output[0])\n"
    for stage in STAGES
}


def _rule(stage: str, listed: bool) -> str:
    inputs = [f'made="{INPUTS[stage]}"']
    params = list(_PARAMS.get(stage, ()))
    if listed:
        also = [*CODE[stage], *DATA[stage], "steps/files.py"]
        inputs.append(f"also={also!r}")
        params += [_TITLE] * (stage == "report")
    parts = {"input": inputs, "output": [f'"{OUTPUTS[stage]}"'], "params": params}
    parts["script"] = [f'"scripts/{stage}.py"']
    lines = [
        f"    {name}:\n"
        + "".join(f"        {item},\n" for item in items).replace(
            '.py",\n', '.py"\n' if name == "script" else '.py",\n'
        )
        for name, items in parts.items()
        if items
    ]
    return f"\n\nrule {stage}:\n" + "".join(lines)


def _form(listed: bool) -> Form:
    wanted = "".join(f'        "{OUTPUTS[stage]}",\n' for stage in STAGES)
    text = _HEAD + wanted + "".join(_rule(stage, listed) for stage in STAGES)
    return Form(
        tool="Snakemake",
        requirements=REQUIREMENTS,
        files={
            **scripts("scripts", _TAILS, "from steps.files import load, save\n"),
            "Snakefile": text,
        },
        command=("snakemake", "--cores", "1", "--quiet"),
        listed=listed,
        variables={"XDG_CACHE_HOME": "{home}/cache"},
    )


FORMS = (_form(listed=False), _form(listed=True))
