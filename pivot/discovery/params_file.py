"""What `params.yaml` says, and on which line: the values for each stage, with places.

Tests: tests/discovery/test_overrides.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.discovery.yaml_file import WRONG, YamlFile, is_nothing, line_of, members
from pivot.errors import PivotError, Place
from pivot.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

PARAMS_FILE = "params.yaml"


@frozen
class Entry:
    """What the file says for one stage."""

    name: str
    #: The line on which the stage's name stands.
    line: int
    values: Any
    #: What the values were read from.
    node: Any

    @property
    def place(self) -> Place:
        """Where the stage's name stands."""
        return Place(PARAMS_FILE, self.line)

    def place_of(self, path: tuple[str, ...]) -> Place:
        """Give the place of a value, or of the nearest that is around it."""
        node, line = self.node, self.line
        for name in path:
            found = [pair for pair in members(node) if pair[0].value == name]
            if not found:
                break
            key, node = found[-1]
            line = line_of(key)
        return Place(PARAMS_FILE, line)


def read_params_file(root: Path) -> tuple[dict[str, Entry], list[PivotError]]:
    """Give the entries of a project's `params.yaml` by stage, and what is wrong with single ones.

    Raises `DefinitionError` if the file as a whole can't be read.
    """
    file = YamlFile.read(root, PARAMS_FILE)
    if file is None:
        return {}, []
    return _entries(file), file.errors


def _entries(file: YamlFile) -> dict[str, Entry]:
    node = file.node
    if node is None or is_nothing(node):
        return {}
    if node.id != "mapping":
        raise file.wrong("expected a mapping from stages to their parameters", node)
    entries: dict[str, Entry] = {}
    for key, value in members(node):
        entry = Entry(str(key.value), line_of(key), _values(file, value), value)
        entries.setdefault(entry.name, entry)
    return entries


def _values(file: YamlFile, node: Any) -> Any:
    if node.id != "mapping":
        return file.value(node, None)
    values = {str(key.value): file.value(value) for key, value in members(node)}
    return {name: value for name, value in values.items() if value is not WRONG}
