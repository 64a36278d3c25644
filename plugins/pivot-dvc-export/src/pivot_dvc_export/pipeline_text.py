"""The steps of a project of DVC as a `pipeline.py`: one `pivot.command` for each.

Values that lie in files are read when the pipeline is, so that a change of them is seen. Example::

    pivot.command(
        f"python train.py --rate {params['train.rate']}",
        name="train",
        deps=["clean.csv"],
        outs=["model.pkl", outputs.Metric("scores.json", cache=False)],
    )

Tests: tests/test_pipeline_text.py.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pivot.fingerprint import Fingerprinter
from pivot.shell import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pivot_dvc_export.project import Made, Project, Step
    from pivot_dvc_export.templates import Text

MARK = '"""Imported from DVC by \'pivot import-dvc\'; from now on, change the stages here."""'
PARAMS_FILE = "params.yaml"
_KINDS = {"out": "Out", "metric": "Metric", "plot": "Plot"}
_WIDTH = 100
_NOT_IN_NAME = re.compile(r"\W")


def pipeline_text(project: Project) -> str:
    """Give the text of the file; what it leaves out of the `deps` is noted in the project."""
    calls = [_call(step, _followed(project, step), _variables(project)) for step in project.steps]
    wrapped = any("outputs." in call for call in calls)
    lines = [MARK, "", "import pivot"]
    lines += ["from pivot import outputs"] if wrapped else []
    variables = _variables(project)
    if variables:
        lines += ["from pivot.commands import Values", ""]
        lines += [f"{name} = Values({_quoted(file)})" for file, name in variables.items()]
    return "\n".join([*lines, "", *calls]) + ("" if calls else "\n")


def _variables(project: Project) -> dict[str, str]:
    """Give a name for each file that some text refers to."""
    texts = [text for step in project.steps for text in _texts(step)]
    files = sorted({one.file for text in texts for one in text.references})
    return {file: _variable(file) for file in files}


def _variable(file: str) -> str:
    if file == PARAMS_FILE:
        return "params"
    return f"values_of_{_NOT_IN_NAME.sub('_', file.rpartition('.')[0])}"


def _texts(step: Step) -> Iterator[Text]:
    yield step.line
    yield from step.deps
    yield from (made.path for made in step.outs)


def _followed(project: Project, step: Step) -> set[str]:
    """Give the files that count as the code of a step: its scripts, and what these import."""
    scripts = Command(step.line.now, step.directory).scripts(project.root)
    roots = {f"script {one.path}": one for one in scripts}
    found = Fingerprinter(project.root).manifest(roots).symbols.values() if roots else ()
    followed = {symbol.name for symbol in found if symbol.kind == "script"}
    told = sorted(followed & {dep.now for dep in step.deps})
    if told:
        is_are = "is" if len(told) == 1 else "are"
        note = f"{', '.join(told)} {is_are} followed as code, and no input"
        project.translated.append((step.name, note))
    return followed


def _call(step: Step, followed: set[str], variables: dict[str, str]) -> str:
    arguments = [_written(step.line, variables), f"name={_quoted(step.name)}"]
    if step.directory != ".":
        arguments.append(f"directory={_quoted(step.directory)}")
    if step.params:
        arguments.append(f"params={_params(step.params)}")
    deps = [_written(dep, variables) for dep in step.deps if dep.now not in followed]
    arguments += [f"deps={_list(deps)}"] if deps else []
    outs = [_out(made, variables) for made in step.outs]
    arguments += [f"outs={_list(outs)}"] if outs else []
    comment = "".join(f"# {line}\n" for line in step.description.splitlines())
    return f"{comment}pivot.command(\n{''.join(f'    {one},\n' for one in arguments)})\n"


def _params(params: dict[str, list[str] | None]) -> str:
    if params.keys() == {PARAMS_FILE} and params[PARAMS_FILE]:
        return _list([_quoted(name) for name in params[PARAMS_FILE] or ()])
    files = [
        f"{_quoted(file)}: {'None' if names is None else _list([_quoted(n) for n in names])}"
        for file, names in params.items()
    ]
    return f"{{{', '.join(files)}}}"


def _out(made: Made, variables: dict[str, str]) -> str:
    path = _written(made.path, variables)
    kind = "IncrementalOut" if made.persist else _KINDS[made.kind]
    if kind == "Out" and made.cache:
        return path
    words = [path, *(f"{name}={_quoted(value)}" for name, value in made.axes.items())]
    words += [] if made.cache else ["cache=False"]
    return f"outputs.{kind}({', '.join(words)})"


def _list(items: list[str]) -> str:
    line = f"[{', '.join(items)}]"
    if len(line) + len("    deps=,") <= _WIDTH:
        return line
    return f"[\n{''.join(f'        {item},\n' for item in items)}    ]"


def _written(text: Text, variables: dict[str, str]) -> str:
    """Give a text as Python: an f-string if it refers to values."""
    if not text.references:
        return _quoted(text.now)
    parts = [
        part.replace("{", "{{").replace("}", "}}")
        if isinstance(part, str)
        else f"\0{variables[part.file]}\1{part.name}\2"
        for part in text.parts
    ]
    quoted = _quoted("".join(parts))
    # The signs that mark a reference are written as escapes by then.
    for sign, python in (("\\u0000", "{"), ("\\u0001", "['"), ("\\u0002", "']}")):
        quoted = quoted.replace(sign, python)
    return f"f{quoted}"


def _quoted(text: str) -> str:
    """Give a text in double quotes; what JSON writes between them, Python reads as it's meant."""
    return json.dumps(text, ensure_ascii=False)
