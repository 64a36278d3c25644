"""A YAML file of the project as nodes that know their line, and as plain values.

Plain values only: no tag of the file makes an object of any class. Names are taken as they are
written, so that a stage called `on` or `123` is not a boolean or a number. A name that is there
twice is an error, not the last one's. Example::

    file = YamlFile.read(root, "params.yaml")
    [(key.value, file.value(node)) for key, node in members(file.node)]

Tests: tests/discovery/test_yaml_file.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pivot.errors import DefinitionError, PivotError, Place
from pivot.plain_yaml import ExtentError, check_extent, value_of

if TYPE_CHECKING:
    from pathlib import Path

    import yaml

#: Stands for a value that could not be read.
WRONG = object()


def members(node: Any) -> list[tuple[Any, Any]]:
    """Give the keys and values of a mapping as nodes; none of anything else."""
    return node.value if node.id == "mapping" else []


def line_of(node: Any) -> int:
    """Give the line on which a node begins."""
    return node.start_mark.line + 1


def is_nothing(node: Any) -> bool:
    """Whether there is no value: an empty place, `~` or `null`."""
    return node.tag == "tag:yaml.org,2002:null"


class YamlFile:
    """One file, parsed; keeps what is wrong with single places of it in `errors`."""

    def __init__(self, name: str, data: bytes) -> None:
        """Parse a file's content; raise `DefinitionError` if it can't be read as a whole."""
        # Only a project with such a file pays for the parser.
        import yaml

        self.name = name
        self._yaml = yaml
        self.errors: list[PivotError] = []
        #: The one document of the file; None if it is empty.
        self.node: Any = None
        try:
            self._loader = yaml.SafeLoader(data.decode("utf-8-sig"))
            self.node = self._loader.get_single_node()
            check_extent(self.node)
            if self.node is not None:
                self._check(self.node, set())
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self.wrong("this is not UTF-8 text", line) from None
        except ExtentError as error:
            raise self.wrong(str(error), error.node) from None
        except yaml.YAMLError as error:
            raise self._not_yaml(error) from None
        except ValueError as error:  # an escape for a character that there is not
            raise self.wrong(f"this is not YAML: {error}", 1) from None
        except RecursionError:
            raise self._too_deep() from None

    @classmethod
    def read(cls, root: Path, name: str) -> Self | None:
        """Give a file of the project, or None if it isn't there."""
        try:
            data = (root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"the file can't be read: {error.strerror}"
            raise DefinitionError(message, where=Place(name, 1)) from error
        return cls(name, data)

    def wrong(self, message: str, at: Any, hint: str | None = None) -> DefinitionError:
        """Give the error for a place, a node or the number of a line."""
        line = at if isinstance(at, int) else line_of(at)
        return DefinitionError(message, where=Place(self.name, line), hint=hint)

    def complain(self, message: str, at: Any, hint: str | None = None) -> None:
        """Note that something is wrong at a place, and go on."""
        self.errors.append(self.wrong(message, at, hint))

    def value(self, node: Any, otherwise: Any = WRONG) -> Any:
        """Give the plain value of a node; note an error, and give `otherwise`, if it has none."""
        try:
            return value_of(node, self._loader)
        except ValueError as error:
            # A date that is none, say: 2024-02-31.
            self.complain(f"this is not a value: {error}", node)
            return otherwise
        except self._yaml.YAMLError as error:
            raise self._not_yaml(error) from None
        except RecursionError:
            raise self._too_deep() from None

    def _not_yaml(self, error: yaml.YAMLError) -> DefinitionError:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        return self.wrong(f"this is not YAML: {problem}", mark.line + 1 if mark else 1)

    def _too_deep(self) -> DefinitionError:
        return self.wrong("this is nested too deeply", 1)

    def _check(self, node: Any, seen: set[int]) -> None:
        """Note every name that is there twice, and resolve what mappings merge (`<<`)."""
        if id(node) in seen or node.id == "scalar":
            return
        seen.add(id(node))
        if node.id == "sequence":
            for item in node.value:
                self._check(item, seen)
            return
        first: dict[tuple[str, str], int] = {}
        for key, value in members(node):
            self._check(value, seen)
            name = (key.tag, str(key.value))
            if name in first:
                message = f"{name[1]!r} is here twice; the first is in line {first[name]}"
                self.complain(message, key)
            first.setdefault(name, line_of(key))
        self._loader.flatten_mapping(node)
