r"""Plain values as YAML that DVC reads as they are meant.

In a `dvc.yaml` the signs `${` begin a template, in keys too; `\${` are those signs themselves. DVC
reads YAML 1.2, where more texts look like numbers (`1e3`, `0o17`) than in the YAML 1.1 of PyYAML: a
text that begins like a number is quoted. Example: `dumps({"cmd": "echo ${A}"})` is
`cmd: echo \${A}`. Tests: tests/test_notation.py.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

TEMPLATE = re.compile(r"(?<!\\)\$\{")
_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9]|[-+]?\.(?:inf|nan)", re.IGNORECASE)

type Plain = bool | str | list[Plain] | dict[str, Plain] | None


class _Dumper(yaml.SafeDumper):
    """Indents the items of a list, writes every value in full, and quotes what must be."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True

    def write_text(self, text: str) -> yaml.ScalarNode:
        style = "'" if _LIKE_A_NUMBER.match(text) else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.write_text)


def dumps(value: Plain) -> str:
    """Give YAML text, in the order of the mappings, with one line for each text."""
    return yaml.dump(
        _escaped(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf
    )


def loads(text: str) -> Any:
    """Give the values in a text as they stand there: templates are not resolved."""
    return yaml.safe_load(text)


def unescaped(text: str) -> str:
    """Give a text of a file as DVC takes it."""
    return text.replace("\\${", "${")


def _escaped(value: Plain) -> Plain:
    match value:
        case str():
            return value.replace("${", "\\${")
        case list():
            return [_escaped(item) for item in value]
        case dict():
            return {key.replace("${", "\\${"): _escaped(item) for key, item in value.items()}
        case _:
            return value
