"""What `params.yaml` says, and on which line: the file as plain values with places.

Plain values only: no tag of the file makes an object of any class. Names are taken as they are
written, so that a stage called `on` or `123` is not a boolean or a number. A name that is there
twice is an error, not the last one's. Tests: tests/discovery/test_overrides.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pivot.errors import DefinitionError, PivotError, Place
from pivot.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    import yaml

PARAMS_FILE = "params.yaml"
# Stands for a value that could not be read.
_WRONG = object()


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
            found = [pair for pair in _members(node) if pair[0].value == name]
            if not found:
                break
            key, node = found[-1]
            line = _line(key)
        return Place(PARAMS_FILE, line)


def _members(node: Any) -> list[tuple[Any, Any]]:
    return node.value if node.id == "mapping" else []


def _line(node: Any) -> int:
    return node.start_mark.line + 1


def read_params_file(root: Path) -> tuple[dict[str, Entry], list[PivotError]]:
    """Give the entries of a project's `params.yaml` by stage, and what is wrong with single ones.

    Raises `DefinitionError` if the file as a whole can't be read.
    """
    try:
        data = (root / PARAMS_FILE).read_bytes()
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        raise _wrong(f"the file can't be read: {error.strerror}", 1) from error
    reader = _Reader(data)
    return reader.entries(), reader.errors


def _wrong(message: str, line: int) -> DefinitionError:
    return DefinitionError(message, where=Place(PARAMS_FILE, line))


class _Reader:
    """Reads one file, and keeps what is wrong with its entries."""

    def __init__(self, data: bytes) -> None:
        # Only a project with a params.yaml pays for the parser.
        import yaml

        self._yaml = yaml
        try:
            self._loader = yaml.SafeLoader(data.decode("utf-8-sig"))
            self._root: Any = self._loader.get_single_node()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise _wrong("this is not UTF-8 text", line) from None
        except yaml.YAMLError as error:
            raise self._not_yaml(error) from None
        except RecursionError:
            raise self._too_deep() from None
        self.errors: list[PivotError] = []

    def _not_yaml(self, error: yaml.YAMLError) -> DefinitionError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        return _wrong(f"this is not YAML: {problem}", mark.line + 1 if mark else 1)

    @staticmethod
    def _too_deep() -> DefinitionError:
        return _wrong("this is nested too deeply", 1)

    def entries(self) -> dict[str, Entry]:
        node = self._root
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return {}
        if node.id != "mapping":
            raise _wrong("expected a mapping from stages to their parameters", _line(node))
        entries: dict[str, Entry] = {}
        try:
            self._check(node)
            for key, value in _members(node):
                entry = Entry(str(key.value), _line(key), self._values(value), value)
                entries.setdefault(entry.name, entry)
        except self._yaml.YAMLError as error:
            raise self._not_yaml(error) from None
        except RecursionError:
            raise self._too_deep() from None
        return entries

    def _values(self, node: Any) -> Any:
        if node.id != "mapping":
            return self._value(node, None)
        values = {str(key.value): self._value(value, _WRONG) for key, value in _members(node)}
        return {name: value for name, value in values.items() if value is not _WRONG}

    def _value(self, node: Any, otherwise: Any) -> Any:
        try:
            return self._loader.construct_object(node, deep=True)
        except ValueError as error:
            # A date that is none, say: 2024-02-31.
            self.errors.append(_wrong(f"this is not a value: {error}", _line(node)))
            return otherwise

    def _check(self, node: Any, seen: set[int] | None = None) -> None:
        """Note every name that is there twice, and resolve what mappings merge (`<<`)."""
        seen = set() if seen is None else seen
        if id(node) in seen or node.id == "scalar":
            return
        seen.add(id(node))
        if node.id == "sequence":
            for item in node.value:
                self._check(item, seen)
            return
        first: dict[tuple[str, str], int] = {}
        for key, value in _members(node):
            self._check(value, seen)
            name = (key.tag, str(key.value))
            if name in first:
                message = f"{name[1]!r} is here twice; the first is in line {first[name]}"
                self.errors.append(_wrong(message, _line(key)))
            first.setdefault(name, _line(key))
        self._loader.flatten_mapping(node)
