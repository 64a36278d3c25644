r"""Templates of a `dvc.yaml`: text with `${name}` in it, whose values may lie in files.

A *text* is a sequence of parts: plain text, and `Reference`s to values by dotted names. What stands
in a file of parameters stays a reference, since it may change; everything else is filled in. `\${`
is no template. Source of the syntax: "Templating" on the page about `dvc.yaml` of DVC's user guide.
Example: `Scope(...).text("train --rate ${train.rate}")`. Tests: tests/test_templates.py.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TEMPLATE = re.compile(r"(?P<escape>\\)?\$\{(?P<name>[^{}]*)\}")
_INDEX = re.compile(r"\[(\d+)\]")


class TemplateError(Exception):
    """A template that stands for nothing; the message says which."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A value in a file."""

    #: The path of the file, relative to the root.
    file: str
    name: str
    #: As it is now.
    value: Any


@dataclass(frozen=True, slots=True)
class Text:
    """What a template comes to."""

    parts: tuple[str | Reference, ...]

    @property
    def now(self) -> str:
        """The text with all values as they are now."""
        return "".join(p if isinstance(p, str) else spelt(p.value) for p in self.parts)

    @property
    def references(self) -> list[Reference]:
        """The values that may change."""
        return [part for part in self.parts if isinstance(part, Reference)]

    def prefixed(self, start: str) -> Text:
        """Give the text with another one before it."""
        return Text((start, *self.parts)) if start else self


@dataclass(frozen=True, slots=True)
class Scope:
    """What names stand for: the nearest first. Each is a mapping, and the file it comes from."""

    layers: tuple[tuple[Mapping[str, Any], str | None], ...]

    def inside(self, values: Mapping[str, Any]) -> Scope:
        """Give a scope in which some names stand for values first."""
        return Scope(((values, None), *self.layers))

    def text(self, template: str) -> Text:
        """Give what a template comes to; raise `TemplateError`."""
        parts: list[str | Reference] = []
        place = 0
        for found in _TEMPLATE.finditer(template):
            parts.append(template[place : found.start()])
            place = found.end()
            if found["escape"]:
                parts.append(f"${{{found['name']}}}")
            else:
                value, file = self.find(found["name"])
                name = _dotted(found["name"])
                parts.append(spelt(value) if file is None else Reference(file, name, value))
        parts.append(template[place:])
        return Text(tuple(_joined(parts)))

    def value(self, template: Any) -> Any:
        """Fill in the templates in a value; one that is a whole text may become any value."""
        match template:
            case str():
                whole = _TEMPLATE.fullmatch(template)
                if whole and not whole["escape"]:
                    return self.find(whole["name"])[0]
                return self.text(template).now
            case list():
                return [self.value(item) for item in template]
            case Mapping():
                return {self.value(key): self.value(item) for key, item in template.items()}
            case _:
                return template

    def find(self, name: str) -> tuple[Any, str | None]:
        """Give what a dotted name stands for, and the file that says so."""
        parts = _dotted(name).split(".")
        for values, file in self.layers:
            if parts[0] in values:
                return _inner(values, parts, name), file
        raise TemplateError(f"nothing says what ${{{name}}} is")


def spelt(value: Any) -> str:
    """Give a value as DVC writes it into a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case Mapping():
            return " ".join(_options(value, ""))
        case list():
            raise TemplateError(f"a list can't stand in a text: {value!r}")
        case _:
            return str(value)


def _options(values: Mapping[str, Any], prefix: str) -> list[str]:
    """Give a mapping as the options of a command."""
    words: list[str] = []
    for key, value in values.items():
        match value:
            case Mapping():
                words += _options(value, f"{prefix}{key}.")
            case True:
                words.append(f"--{prefix}{key}")
            case False:
                pass
            case list():
                words += [f"--{prefix}{key}", *(shlex.quote(spelt(item)) for item in value)]
            case _:
                words += [f"--{prefix}{key}", shlex.quote(spelt(value))]
    return words


def _dotted(name: str) -> str:
    return _INDEX.sub(r".\1", name.strip())


def _inner(values: Mapping[str, Any], parts: list[str], name: str) -> Any:
    found: Any = values
    for part in parts:
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            raise TemplateError(f"nothing says what ${{{name}}} is")
    return found


def _joined(parts: list[str | Reference]) -> list[str | Reference]:
    joined: list[str | Reference] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return joined
