"""How much of a library's version counts? All of it, its first two numbers, or nothing.

Locks hold whole versions; what counts of them is compared. So a change of the setting runs only
what differs by the new measure. Example: by `minor`, `{"dist:numpy": "2.4.1"}` counts as
`{"dist:numpy": "2.4"}`. Tests: tests/fingerprint/test_precision.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LIBRARY = "dist:"
#: Keys of facts whose texts may be `dist NAME VERSION`.
_IMPORT = "import:"
#: An epoch and two numbers of a release, as PEP 440 writes them.
_MINOR = re.compile(r"v?((?:\d+!)?\d+)(?:\.(\d+))?")


def counted(texts: Mapping[str, str], precision: str) -> Mapping[str, str]:
    """Give those texts, by their keys, that count, and of each what counts.

    `precision` is "version", "minor" or "off", as the setting `fingerprint.packages` has it.
    """
    if precision == "version":
        return texts
    shortened = minor if precision == "minor" else _nothing
    found = {key: _counted(key, text, shortened) for key, text in texts.items()}
    return {key: text for key, text in found.items() if text}


def minor(version: str) -> str:
    """Give the first two numbers of a version; one that has none stays as it is."""
    found = _MINOR.match(version)
    return f"{found[1]}.{found[2] or 0}" if found else version


def _nothing(_: str) -> str:
    return ""


def _counted(key: str, text: str, shortened: Callable[[str], str]) -> str:
    if key.startswith(_LIBRARY):
        return shortened(text)
    if key.startswith(_IMPORT):
        kind, _, rest = text.partition(" ")
        name, _, version = rest.partition(" ")
        return f"{kind} {name} {shortened(version)}" if kind == "dist" else text
    return text
