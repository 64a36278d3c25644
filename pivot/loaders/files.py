"""The loaders that Pivot brings along: a bare path, JSON, YAML and pickle.

They save deterministically: the same value gives the same bytes, so that a stage whose result comes
out the same stops the stages behind it from running. Example::

    JSON().save({"accuracy": 0.95}, pathlib.Path("metrics.json"))

Tests: tests/loaders/test_files.py.
"""

from __future__ import annotations

import json
import os
import pathlib
from typing import TYPE_CHECKING, Any

from pivot.frozen import frozen
from pivot.loaders.loader import Loader, LoaderError, reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

# Protocol 5 is the newest that every supported Python writes; "highest" would differ among them.
_PICKLE_PROTOCOL = 5
_YAML_LINE_ENDS = frozenset("\x85\u2028\u2029")


@frozen
class PathOnly(Loader[pathlib.Path]):
    """Gives the stage the path itself: the function reads or writes the file on its own."""

    def load(self, path: pathlib.Path) -> pathlib.Path:
        """Give `path`, after checking that something is there."""
        if not path.exists():
            raise LoaderError(path, "the file does not exist")
        return path

    def save(self, data: pathlib.Path, path: pathlib.Path) -> None:
        """Check that the function wrote `path`, and that this is the path which it returned."""
        if not isinstance(data, (str, os.PathLike)):
            problem = f"the stage returned {type(data).__name__} instead of the path of this output"
            raise LoaderError(path, problem, hint="return the path, or give it another loader")
        if os.path.realpath(data) != os.path.realpath(path):
            problem = f"the stage returned another path for this output: {os.fspath(data)}"
            raise LoaderError(path, problem, hint="write and return the path that is declared")
        if not path.exists():
            raise LoaderError(path, "the stage did not write this output")


@frozen
class JSON(Loader[Any]):
    """JSON in UTF-8; keeps the order of dicts. NaN and infinity are written as Python does."""

    #: Spaces per level; None puts everything on one line.
    indent: int | None = 2

    def load(self, path: pathlib.Path) -> Any:
        """Read the one value that the file holds."""
        with reading(path):
            text = path.read_text("utf-8")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            problem = f"the file is not valid JSON: {error.msg} (column {error.colno})"
            raise LoaderError(path, problem, line=error.lineno) from error
        except RecursionError as error:
            raise LoaderError(path, "the JSON in the file is nested too deeply") from error

    def save(self, data: Any, path: pathlib.Path) -> None:
        """Write `data` and a line end."""
        try:
            encoded = self._encode(data)
        except (TypeError, ValueError, RecursionError) as error:
            raise LoaderError(
                path,
                f"the value can't be saved as JSON: {error}",
                hint="JSON holds dict, list, str, int, float, bool and None; "
                "loaders.Pickle() takes other values",
            ) from error
        with writing(path):
            path.write_bytes(encoded)

    def _encode(self, data: Any) -> bytes:
        text = json.dumps(data, indent=self.indent, ensure_ascii=False)
        try:
            return f"{text}\n".encode()
        except UnicodeEncodeError:
            # Lone surrogates (undecodable file names) have no UTF-8, but they do have an escape.
            return f"{json.dumps(data, indent=self.indent)}\n".encode("ascii")


@frozen
class YAML(Loader[Any]):
    """YAML in UTF-8, plain values only: loading never makes an object of any other class."""

    def load(self, path: pathlib.Path) -> Any:
        """Read the one document that the file holds."""
        # PyYAML is imported by those who use it only.
        import yaml

        from pivot.plain_yaml import plain_value

        with reading(path):
            text = path.read_text("utf-8")
        try:
            return plain_value(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            column = f" (column {mark.column + 1})" if mark else ""
            problem = f"the file is not valid YAML: {error.problem or error.context}{column}"
            raise LoaderError(path, problem, line=mark.line + 1 if mark else None) from error
        except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
            # Beside its own errors PyYAML lets through those of the values: 2024-99-99, {[1]: 2}.
            raise LoaderError(path, f"the file is not valid YAML: {error}") from error

    def save(self, data: Any, path: pathlib.Path) -> None:
        """Write `data` as one document in block style; keeps the order of dicts."""
        # As above.
        import yaml

        try:
            text = yaml.dump(data, Dumper=_plain_dumper(), sort_keys=False, allow_unicode=True)
            encoded = text.encode()
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise LoaderError(
                path,
                f"the value can't be saved as YAML: {error}",
                hint="YAML holds plain values; loaders.Pickle() takes others",
            ) from error
        with writing(path):
            path.write_bytes(encoded)


def _plain_dumper() -> type[yaml.SafeDumper]:
    """Give a safe dumper whose text depends on the value alone, not on identity or hash seed."""
    # PyYAML is imported by those who use it only.
    import yaml

    class PlainDumper(yaml.SafeDumper):
        # PyYAML writes `&id001` where one list occurs twice, but not where two equal ones do.
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as PyYAML calls it
            return True

        def represent_set(self, data: Iterable[Any]) -> yaml.MappingNode:
            ordered = sorted(data, key=lambda item: (type(item).__name__, repr(item)))
            return self.represent_mapping("tag:yaml.org,2002:set", dict.fromkeys(ordered))

        def represent_str(self, data: str) -> yaml.ScalarNode:
            # YAML takes these for line ends, and PyYAML escapes them between double quotes only.
            style = '"' if _YAML_LINE_ENDS.intersection(data) else None
            return self.represent_scalar("tag:yaml.org,2002:str", data, style)

    PlainDumper.add_representer(set, PlainDumper.represent_set)
    PlainDumper.add_representer(str, PlainDumper.represent_str)
    return PlainDumper


@frozen
class Pickle(Loader[Any]):
    """Python's own format, for any picklable value. Load only what you trust: it runs code."""

    def load(self, path: pathlib.Path) -> Any:
        """Unpickle the file."""
        import pickle  # a loader costs what it brings when it's used

        with reading(path):
            stream = path.open("rb")
        with stream:
            try:
                return pickle.load(stream)
            except Exception as error:
                # Unpickling calls into any class, so that whatever can be raised may be raised.
                problem = f"the file can't be unpickled: {type(error).__name__}: {error}"
                raise LoaderError(path, problem) from error

    def save(self, data: Any, path: pathlib.Path) -> None:
        """Pickle `data`; the same bytes as far as its own classes pickle deterministically."""
        import pickle  # as in `load`

        with writing(path), path.open("wb") as stream:
            try:
                pickle.dump(data, stream, protocol=_PICKLE_PROTOCOL)
            except OSError:
                raise
            except Exception as error:
                # As in `load`: `__reduce__` of any class has its say here.
                problem = f"the value can't be pickled: {type(error).__name__}: {error}"
                raise LoaderError(path, problem) from error
