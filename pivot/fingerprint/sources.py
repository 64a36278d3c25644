"""Where in a source file is the code that runs? The answer is a `Defined` of a `SourceFile`.

A file that was edited after it was imported is not the source of what runs. `SourceFile.find` tells
it in one of two ways: the loader that imported the module says that it made this very code object
of these very bytes, or else the file is compiled, and the code object must come out equal. The
outline of a file that the symbol index knows is taken from there, and the file isn't opened; its
syntax is parsed later if somebody asks for a node. Example::

    SourceFiles().read("/project/pipeline.py").find(train.__code__, verbatim=True).label  # 'train'

Tests: tests/fingerprint/test_sources.py.
"""

from __future__ import annotations

import ast
import collections
import functools
import importlib.machinery
import importlib.util
import linecache
import time
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import TYPE_CHECKING

from pivot.fingerprint.identity import identity_of
from pivot.fingerprint.index import Entry, Forgetful, Source, SymbolIndex
from pivot.fingerprint.names import uses_of
from pivot.fingerprint.outline import LAMBDA, Outline, outline, pieces_of
from pivot.fingerprint.scopes import read_uses, use_texts, written_uses
from pivot.fingerprint.syntax import syntax_hash, without_defaults
from pivot.signature import Signature, is_fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from pivot.fingerprint.outline import Extent
    from pivot.fingerprint.scopes import Use

#: Of so many files the syntax is kept, for what is not in their outline.
_MOST_TREES = 32
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Defined:
    """A piece of source."""

    __slots__ = (
        *("_extent", "_hash", "_label", "_line", "_source", "_use_texts", "_uses", "_within"),
        "number",
    )

    def __init__(self, source: SourceFile, number: int) -> None:
        self._source = source
        self._label, self._line, self._hash, self._use_texts, self._within, self._extent = (
            source.outline.pieces[number]
        )
        self._uses: tuple[Use, ...] | None = None
        #: Which piece of its file it is.
        self.number = number

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self._source.file

    @property
    def label(self) -> str:
        """Its name within the module, if it's a definition."""
        return self._label

    @property
    def line(self) -> int:
        """Where a person finds it."""
        return self._line

    @property
    def hash(self) -> str:
        """The hash of the normalised syntax."""
        return self._hash

    @property
    def uses(self) -> tuple[Use, ...]:
        """The names that come from outside."""
        if self._uses is None:
            self._uses = read_uses(self._use_texts)
        return self._uses

    @property
    def use_texts(self) -> list[str]:
        """The texts of its uses."""
        return use_texts(self._use_texts)

    @property
    def node(self) -> ast.AST | None:
        """Its syntax; None if the file is not what it was any more. Parses the file if need be."""
        nodes = self._source.nodes
        return nodes[self.number] if nodes else None

    @property
    def extent(self) -> Extent | None:
        """Of a lambda: where it is."""
        return self._extent

    def is_method_of(self, cls: Defined) -> bool:
        """Say whether it's a function that the body of a class defines, unconditionally."""
        return self._within == cls.number and self._source is cls._source

    def without(self, fields: AbstractSet[str]) -> Source:
        """Give what counts of a class but for the default values of some fields."""

        def reduced() -> Source | None:
            node = self.node
            if not isinstance(node, ast.ClassDef):
                return None
            tree = without_defaults(node, fields)
            return Source(syntax_hash(tree), written_uses(uses_of(tree)))

        key = " ".join((self.hash, *sorted(fields)))
        # Of a class whose file has changed, what is known stays.
        return self._source.derived(key, reduced) or Source(self.hash, self._use_texts)


class SourceFile:
    """One file, by its outline."""

    def __init__(
        self,
        file: str,
        found: Outline,
        content: bytes,
        index: SymbolIndex,
        nodes: list[ast.AST] | None = None,
    ) -> None:
        self.file = file
        self.outline = found
        self.index = index
        self._content = content
        self._nodes = nodes
        self._pieces: dict[int, Defined] = {}
        #: Identity of a code object -> what was found; the object is kept, and so its identity.
        self._found: dict[tuple[int, bool], tuple[Defined | None, CodeType]] = {}
        #: The code of the imported module, what is directly in it by name, and the identities of
        #: all that is in it, if they were asked for.
        self._imported: tuple[CodeType, dict[str, CodeType], frozenset[int] | None] | None = None

    @functools.cached_property
    def whole(self) -> Defined:
        """The file as a whole."""
        return self._piece(0)

    def find(self, code: CodeType, *, verbatim: bool, loader: object = None) -> Defined | None:
        """Give the definition that a code object was compiled from, None if it isn't here.

        With `verbatim` the file must still compile to that very code; the loader of the module may
        know that it does.
        """
        # By identity: to hash a code object, Python reads all of it.
        key = identity_of(code), verbatim
        known = self._found.get(key)
        if known is None:
            sound = not verbatim or self._was_imported(code, loader) or code in self._codes
            known = self._found[key] = self._find(code) if sound else None, code
        return known[0]

    def find_class(self, qualname: str, line: int | None) -> Defined | None:
        """Give a class by its qualified name and, if it's known, the line where it begins."""
        for first, number in self.outline.classes.get(qualname, ()):
            if line is None or line == first:
                return self._piece(number)
        return None

    def labels_at(self, name: str, line: int) -> list[str]:
        """Give the labels of the functions of a name that begin in a line; lambdas: all of them."""
        if name == LAMBDA:
            return [self._piece(number).label for number in self.outline.lambdas.get(line, ())]
        places = self.outline.functions.get(line, ())
        return [self._piece(number).label for found, number in places if found == name]

    def names_at(self, line: int) -> list[str]:
        """Give the global names that the top-level statement around a line binds, sorted."""
        for first, last, names in self.outline.spans:
            if first <= line <= last:
                return names
        return []

    def binds_otherwise(self, name: str) -> bool:
        """Say whether anything but an import binds a global name."""
        return name in self.outline.bound

    def statements(self, name: str) -> list[Defined]:
        """Give the top-level statements that bind or change a global name."""
        return [self._piece(number) for number in self.outline.statements.get(name, ())]

    def first_line(self, name: str) -> int | None:
        """Give the line of the first of these statements, None if there is none."""
        numbers = self.outline.statements.get(name)
        return self._piece(numbers[0]).line if numbers else None

    def imported_as(self, name: str) -> list[Use]:
        """Give what an import at the top level may have bound a global name to."""
        return self._imports.get(name, [])

    def imported_by_star(self, name: str) -> list[Use]:
        """Give what a star import at the top level may have bound a global name to."""
        return [use._replace(path=(name,)) for use in self._imports.get("*", ())]

    @functools.cached_property
    def imports(self) -> list[Use]:
        """What the module imports at its top level."""
        return [use for _, text in self.outline.imports for use in read_uses(text)]

    @functools.cached_property
    def effects(self) -> list[tuple[Defined, list[str]]]:
        """The top-level statements that are there for an effect, with the names it may touch."""
        return [(self._piece(number), names) for number, names in self.outline.effects]

    def derived(self, key: str, make: Callable[[], Source | None]) -> Source | None:
        """Give what follows from a piece of the file; see `SymbolIndex.derived`.

        All that was ever asked of one content of the file is kept together.
        """
        found = self._derived.get(key)
        if found is not None:
            return Source(*found)
        made = make()
        if made is not None:
            self._derived[key] = made.hash, made.uses
            self.index.keep_derived(self.file, self._content, self._derived)
        return made

    @functools.cached_property
    def _derived(self) -> dict[str, tuple[str, str]]:
        return self.index.all_derived(self.file, self._content)

    def forget_nodes(self) -> None:
        """Let the syntax go; who still needs it has the file parsed again."""
        self._nodes = None
        self.__dict__.pop("nodes", None)

    @functools.cached_property
    def nodes(self) -> list[ast.AST]:
        """The syntax of each piece, empty if the file has changed."""
        if self._nodes is not None:
            return self._nodes
        data = _bytes(self.file)
        if data is None or importlib.util.source_hash(data) != self._content:
            return []
        tree = _parse(_decoded(data))
        return pieces_of(tree) if tree else []

    @functools.cached_property
    def _imports(self) -> Mapping[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for (name, _), use in zip(self.outline.imports, self.imports, strict=True):
            found.setdefault(name, []).append(use)
        return found

    def _piece(self, number: int) -> Defined:
        piece = self._pieces.get(number)
        if piece is None:
            piece = self._pieces[number] = Defined(self, number)
        return piece

    def _find(self, code: CodeType) -> Defined | None:
        line = code.co_firstlineno
        if code.co_name == LAMBDA:
            return _nearest([self._piece(n) for n in self.outline.lambdas.get(line, ())], code)
        for name, number in self.outline.functions.get(line, ()):
            if name == code.co_name:
                return self._piece(number)
        return None

    def _was_imported(self, code: CodeType, loader: object) -> bool:
        """Say whether a loader made this code object of the bytes that are in the file now."""
        if getattr(loader, "source_hash", None) != self._content:
            return False
        top = getattr(loader, "code", None)
        if not isinstance(top, CodeType):
            return False
        if self._imported is None or self._imported[0] is not top:
            direct = {one.co_name: one for one in top.co_consts if type(one) is CodeType}
            self._imported = top, direct, None
        _, direct, everything = self._imported
        # Nearly all that is asked for are functions of the module itself, and methods.
        if direct.get(code.co_name) is code or _has_at_its_name(top, code):
            return True
        if everything is None:
            everything = frozenset(map(identity_of, _all_in(top)))
            self._imported = top, direct, everything
        return identity_of(code) in everything

    @functools.cached_property
    def _codes(self) -> frozenset[CodeType]:
        tree = self.whole.node
        if not isinstance(tree, ast.Module):
            return frozenset()
        try:
            return frozenset(_all_in(compile(tree, self.file, "exec", dont_inherit=True)))
        except _UNREADABLE:
            return frozenset()


class SourceFiles:
    """Reads and parses files, each once for a content; the index may spare both."""

    def __init__(self, index: SymbolIndex | None = None) -> None:
        #: What outlives the process.
        self.index = index or SymbolIndex(Path(), Forgetful())
        self._files: dict[str, SourceFile | None] = {}
        #: Those whose syntax is at hand, the one that was parsed last at the end.
        self._parsed: collections.deque[SourceFile] = collections.deque()
        self._signatures: dict[str, Signature] = {}

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """File -> how it looked right before it was read, or when it was trusted unread."""
        return MappingProxyType(self._signatures)

    def read(self, file: str) -> SourceFile | None:
        """Give a file as it is on disk now; None if it can't be read or is no Python."""
        if file not in self._files:
            self._files[file] = self._read(file)
        return self._files[file]

    def _read(self, file: str) -> SourceFile | None:
        before = Signature.at(file)
        if before is None:
            return self._of_notebook(file)
        self._signatures[file] = before
        known = self.index.recall(file)
        if known is not None and known.signature == before:
            return self._of_entry(file, known)
        started = time.time_ns()
        data = _bytes(file)
        if data is None:
            return None
        content = importlib.util.source_hash(data)
        nodes: list[ast.AST] | None = None
        if known is not None and known.content == content:
            found = known.outline
        else:
            tree = _parse(_decoded(data))
            found, nodes = outline(tree) if tree else (None, None)
        settled = before == Signature.at(file) and not is_fresh(before.changed_ns, started)
        entry = Entry(before if settled else None, content, found)
        self.index.remember(file, entry)
        return self._of_entry(file, entry, nodes)

    def _of_entry(
        self, file: str, entry: Entry, nodes: list[ast.AST] | None = None
    ) -> SourceFile | None:
        if entry.outline is None:
            return None
        source = SourceFile(file, entry.outline, entry.content, self.index, nodes)
        if nodes is not None:
            # Trees are by far the largest part of what is known of a file, and soon of no use.
            self._parsed.append(source)
            if len(self._parsed) > _MOST_TREES:
                self._parsed.popleft().forget_nodes()
        return source

    def _of_notebook(self, file: str) -> SourceFile | None:
        # A notebook's cells are in no file; IPython enters them in linecache, without a time.
        match linecache.cache.get(file):
            case (_, None, lines, _):
                tree = _parse("".join(lines))
                if tree is None:
                    return None
                found, nodes = outline(tree)
                return SourceFile(file, found, b"", self.index, nodes)
            case _:
                return None


def compiled_verbatim(loader: object) -> bool:
    """Say whether a module's loader compiles the source as it stands (some rewrite it first)."""
    plain = importlib.machinery.SourceFileLoader.source_to_code
    return loader is None or getattr(type(loader), "source_to_code", None) is plain


def _bytes(file: str) -> bytes | None:
    try:
        return Path(file).read_bytes()
    except OSError:
        return None


def _decoded(data: bytes) -> str | None:
    try:
        return importlib.util.decode_source(data)
    except (SyntaxError, UnicodeError, ValueError):
        return None


def _parse(text: str | None) -> ast.Module | None:
    try:
        return None if text is None else ast.parse(text)
    except _UNREADABLE:
        return None


def _all_in(top: CodeType) -> Iterable[CodeType]:
    """Give a code object and all that are nested in it."""
    todo = [top]
    for code in todo:
        todo += [constant for constant in code.co_consts if type(constant) is CodeType]
    return todo


def _has_at_its_name(top: CodeType, code: CodeType) -> bool:
    """Say whether a code object is nested in another as its name says; most are, not all."""
    found = [top]
    for name in code.co_qualname.replace(".<locals>", "").split("."):
        inner = [one for outer in found for one in outer.co_consts if type(one) is CodeType]
        found = [one for one in inner if one.co_name == name]
    return any(one is code for one in found)


def _nearest(found: list[Defined], code: CodeType) -> Defined | None:
    """Give the one of several lambdas in a line that a code object was compiled from."""
    if len(found) > 1:
        # Python marks what stands for no source (the start of a function) with column 0, 0.
        spots = [spot for spot in code.co_positions() if None not in spot and spot[3]]
        found = [one for one in found if all(_covers(one.extent, spot) for spot in spots)]
    return min(found, key=lambda one: one.extent[4:] if one.extent else (), default=None)


def _covers(extent: Extent | None, spot: tuple[int | None, ...]) -> bool:
    line, end_line, column, end_column = spot
    return extent is not None and (
        extent[:2] <= (line, column) and (end_line, end_column) <= extent[2:4]
    )
