r"""How one key of a YAML text is changed and the rest is left alone, comments too.

The change is made in the text itself. If the result doesn't say what it should (YAML can be written
in unusual ways), the whole text is written anew, which loses the comments and nothing else.
Example: `with_value("jobs: 2  # of 8\n", "jobs", 4)` is `"jobs: 4  # of 8\n"`.
Tests: tests/config/test_editing.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.config.yaml_layer import parse_yaml
from pivot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import yaml

    #: A key and its value, as they stand in the text.
    type Pair = tuple[yaml.Node, yaml.Node]


def with_value(text: str, key: str, value: object) -> str:
    """Give a text in which a key has a value; raise `ConfigError` if `text` isn't valid."""
    # A section's name that has a value of its own is not a section: the value gives way.
    others = {k: v for k, v in _meaning(text).items() if not key.startswith(f"{k}.")}
    wanted = {**others, key: value}
    edited = _assigned(text, key, _on_one_line(value))
    return edited if _says(edited, wanted) else _written(wanted)


def without_key(text: str, key: str) -> str:
    """Give a text in which a key is not set; raise `ConfigError` if `text` isn't valid."""
    wanted = {other: value for other, value in _meaning(text).items() if other != key}
    edited = _removed(text, key)
    return edited if _says(edited, wanted) else _written(wanted)


def _meaning(text: str) -> dict[str, object]:
    return {entry.key: entry.value for entry in parse_yaml(text)}


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return _meaning(text) == wanted
    except ConfigError:
        return False


def _assigned(text: str, key: str, shown: str) -> str:
    names = key.split(".")
    pairs = _pairs(text, key)
    if pairs and (pairs[-1][0].value == key or len(pairs) == len(names)):
        colon, end = pairs[-1][0].end_mark.index, pairs[-1][1].end_mark.index
        old = text[colon:end]
        return f"{text[:colon]}: {shown}{old[len(old.rstrip()) :]}{text[end:]}"
    lines = text.splitlines(keepends=True)
    if pairs and isinstance(pairs[-1][1].value, list) and pairs[-1][1].value:
        first = pairs[-1][1].value[0][0].start_mark
        lines.insert(first.line, f"{' ' * first.column}{names[-1]}: {shown}\n")
        return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines.append("\n")
    opening = [f"{'  ' * depth}{name}:" for depth, name in enumerate(names)]
    return "".join(lines) + "\n".join(opening) + f" {shown}\n"


def _removed(text: str, key: str) -> str:
    pairs = _pairs(text, key)
    if len(pairs) > 1 and len(pairs[-2][1].value) == 1:
        pairs.pop()  # an empty section has nothing to say
    first, end = pairs[-1][0].start_mark.line, pairs[-1][1].end_mark
    # A block's end is the start of the line after it, any other value's end is in its last line.
    after = end.line if end.column == 0 and end.line > first else end.line + 1
    lines = text.splitlines(keepends=True)
    return "".join(lines[:first] + lines[after:])


def _pairs(text: str, key: str) -> list[Pair]:
    """Give the pairs that lead to a key, as far as they are there, from the outside in."""
    import yaml  # late, as in yaml_layer

    top = yaml.compose(text, yaml.SafeLoader)
    return _followed(top, [key]) or _followed(top, key.split("."))


def _followed(node: yaml.Node | None, names: Sequence[str]) -> list[Pair]:
    import yaml  # late, as in yaml_layer

    if not names or not isinstance(node, yaml.MappingNode):
        return []
    pairs: list[Pair] = [pair for pair in node.value if pair[0].value == names[0]]
    return [pairs[0], *_followed(pairs[0][1], names[1:])] if pairs else []


def _on_one_line(value: object) -> str:
    import yaml  # late, as in yaml_layer

    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6)
    return text.removesuffix("...\n").rstrip("\n")


def _written(meaning: Mapping[str, object]) -> str:
    import yaml  # late, as in yaml_layer

    document: dict[str, Any] = {}
    for key, value in meaning.items():
        section, dot, name = key.rpartition(".")
        table = document.setdefault(section, {}) if dot else document
        table[name] = value
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True) if document else ""
