"""The pipeline for pytask: a task a file, whose arguments say what it reads and makes."""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form
from benchmarks.comparison.project import (
    BODIES,
    CODE,
    DATA,
    IMPORTS,
    INPUTS,
    OUTPUTS,
    STAGES,
    TITLE,
)

REQUIREMENTS = ("pytask==0.6.0", "pyyaml==6.0.3")
_TASK = """from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode
{imports}from steps.files import load, params, save


def task_{stage}(
{arguments}    path: Annotated[Path, Product] = Path("{output}"),
) -> None:
{loads}    save({stage}({given}), path)


def {stage}({given}):
{body}
"""
_NAMES = {"clean": "raw", "train": "rows", "summary": "rows", "report": "model"}
_PARAMS = {"clean": ("minimum",), "train": ("rate", "method")}


def _task(stage: str, listed: bool) -> str:
    """Give the file of a task; parameters are a file, or each a node that is hashed."""
    name = _NAMES[stage]
    arguments, loads, params = _params(stage, listed)
    if listed:
        also = ", ".join(f'Path("{path}")' for path in _also(stage))
        arguments.append(f"also: tuple[Path, ...] = ({also},)")
        if stage == "report":
            node = f'PythonNode(value=os.environ.get("{TITLE}", ""), hash=True)'
            arguments.append(f"title: Annotated[str, {node}]")
    # Those with defaults come last.
    arguments.append(f'made: Path = Path("{INPUTS[stage]}")')
    arguments.sort(key=lambda text: ") = (" in text or "Path = " in text or "...] = " in text)
    return _TASK.format(
        stage=stage,
        imports=IMPORTS[stage],
        arguments="".join(f"    {text},\n" for text in arguments),
        output=OUTPUTS[stage],
        loads="".join(f"    {line}\n" for line in (f"{name} = load(made)", *loads)),
        given=", ".join((name, *params)),
        body=BODIES[stage],
    )


def _also(stage: str) -> tuple[str, ...]:
    return (*CODE[stage], *DATA[stage], "steps/files.py")


def _params(stage: str, listed: bool) -> tuple[list[str], list[str], tuple[str, ...]]:
    """Give the arguments, the lines that load them, and the names of parameters."""
    names = _PARAMS.get(stage, ())
    if not names:
        return [], [], names
    if listed:
        nodes = [
            f'{name}: Annotated[object, PythonNode(value=params()["{stage}"]["{name}"], hash=True)]'
            for name in names
        ]
        return nodes, [], names
    lines = [f'{name} = params()["{stage}"]["{name}"]' for name in names]
    return ['settings: Path = Path("params.yaml")'], lines, names


def _form(listed: bool) -> Form:
    return Form(
        tool="pytask",
        requirements=REQUIREMENTS,
        files={f"task_{stage}.py": _task(stage, listed) for stage in STAGES},
        command=("pytask",),
        listed=listed,
    )


FORMS = (_form(listed=False), _form(listed=True))
