"""What the project's `.pivot/config.yaml` says. Tests: tests/config/test_yaml_layer.py.

The file is a mapping; a section is a mapping in it, or a dot in a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.config.entry import Entry, read_file
from pivot.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import yaml

#: The file, relative to the project's root.
LOCAL_FILE = ".pivot/config.yaml"


def read_yaml(root: Path) -> list[Entry]:
    """Give the entries of the project's local file; none if there is no file."""
    text = read_file(root / LOCAL_FILE, LOCAL_FILE)
    return [] if text is None else parse_yaml(text)


def parse_yaml(text: str) -> list[Entry]:
    """Give the entries of a text; raise `ConfigError` if it isn't a mapping in valid YAML."""
    # Late: a project without the file does not pay for the parser.
    import yaml

    from pivot.plain_yaml import ExtentError, check_extent

    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return []
        check_extent(node)
        if not isinstance(node, yaml.MappingNode):
            raise ConfigError("the file must hold 'key: value' lines", where=_place(node))
        return _unique(_entries(loader, node, ()))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Place(LOCAL_FILE, mark.line + 1 if mark else 1)
        raise ConfigError(f"not valid YAML: {error.problem}", where=where) from error
    except yaml.YAMLError as error:
        message = f"not valid YAML: {' '.join(str(error).split())}"
        raise ConfigError(message, where=Place(LOCAL_FILE, 1)) from error
    except ExtentError as error:
        message = f"not valid YAML: {error}"
        raise ConfigError(message, where=Place(LOCAL_FILE, error.line)) from None
    except ValueError as error:  # an escape for a character that there is not
        raise ConfigError(f"not valid YAML: {error}", where=Place(LOCAL_FILE, 1)) from None
    except RecursionError:
        message = "not valid YAML: this is nested too deeply"
        raise ConfigError(message, where=Place(LOCAL_FILE, 1)) from None


def _entries(
    loader: yaml.SafeLoader, node: yaml.MappingNode, section: tuple[str, ...]
) -> Iterator[Entry]:
    import yaml

    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError("a key is a word, not a list or a mapping", where=_place(key_node))
        path = (*section, str(key_node.value))
        if isinstance(value_node, yaml.MappingNode) and len(path) == 1:
            yield from _entries(loader, value_node, path)
        else:
            yield Entry(".".join(path), _value(loader, value_node), _place(key_node))


def _value(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    from pivot.plain_yaml import value_of  # late, as above

    try:
        return value_of(node, loader)
    except ValueError as error:  # a date that is none, say: 2024-02-31
        raise ConfigError(f"this is not a value: {error}", where=_place(node)) from error


def _unique(entries: Iterator[Entry]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        first = found.setdefault(entry.key, entry)
        if first is not entry:
            raise ConfigError(
                f"{entry.key!r} is set twice, first in line {first.place.line}", where=entry.place
            )
    return list(found.values())


def _place(node: yaml.Node) -> Place:
    return Place(LOCAL_FILE, node.start_mark.line + 1)
