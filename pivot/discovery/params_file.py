"""What `params.yaml` says: a mapping from stages to values of their parameters, with places.

Example::

    train:
      learning_rate: 0.05

Tests: tests/discovery/test_params_file.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.discovery.overrides import FileSource, Override
from pivot.discovery.yaml_file import WRONG, YamlFile, is_nothing, line_of, members
from pivot.paths import PARAMS_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.errors import PivotError


def read_params_file(root: Path) -> tuple[tuple[Override, ...], list[PivotError]]:
    """Give what a project's `params.yaml` says about each stage, and what is wrong with parts.

    Raises `DefinitionError` if the file as a whole can't be read.
    """
    file = YamlFile.read(root, PARAMS_FILE)
    if file is None:
        return (), []
    return tuple(_overrides(file).values()), file.errors


def _overrides(file: YamlFile) -> dict[str, Override]:
    node = file.node
    if node is None or is_nothing(node):
        return {}
    if node.id != "mapping":
        raise file.wrong("expected a mapping from stages to their parameters", node)
    found: dict[str, Override] = {}
    for key, value in members(node):
        name = str(key.value)
        source = FileSource(PARAMS_FILE, line_of(key), value)
        found.setdefault(name, Override(name, _values(file, value), source))
    return found


def _values(file: YamlFile, node: Any) -> Any:
    if node.id != "mapping":
        return file.value(node, None)
    values = {str(key.value): file.value(value) for key, value in members(node)}
    return {name: value for name, value in values.items() if value is not WRONG}
