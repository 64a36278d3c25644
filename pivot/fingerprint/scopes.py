"""Where does a name in a piece of source come from? From within it, or from outside.

A *scope* is what Python calls one: a function, a comprehension, a class body; the *outer* scope is
what lies around the source. A *use* is a chain of names that begins outside of the source, in the
globals (`settings.LIMIT`) or in a module that the source imports itself. Where it can't be known
whether a name is outside, it counts as outside: that costs a needless run at worst. Tests:
tests/fingerprint/test_names.py.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

type Kind = Literal["outer", "module", "function", "comprehension", "class"]


class Use(NamedTuple):
    """A chain of names that starts in the globals, or in an imported module.

    A tuple: there are some ten for each function, and they are sorted, compared and stored.
    """

    #: Of a global chain all names; of an imported one those after the module (may be none).
    path: tuple[str, ...]
    #: The module that a local import names, "" for a global chain.
    module: str = ""
    #: The number of leading dots of a relative import.
    level: int = 0
    #: Whether the chain stands in an annotation.
    annotation: bool = False

    @property
    def imported(self) -> bool:
        """Whether the chain starts with a local import."""
        return bool(self.module or self.level)

    def __str__(self) -> str:
        start = f"{'.' * self.level}{self.module}:" if self.imported else ""
        return start + ".".join(self.path)


# Names of modules are whatever text a call of `import_module` has; none of them holds these.
_SEPARATOR = "\0"
#: What the text of a use in an annotation begins with.
ANNOTATION = "\1"


def written_uses(uses: Iterable[Use]) -> str:
    """Give the text that `read_uses` reads."""
    return _SEPARATOR.join(f"{ANNOTATION if use.annotation else ''}{use}" for use in uses)


def use_texts(text: str) -> list[str]:
    """Give the texts of the single uses in one of several: they are looked up faster than uses."""
    return text.split(_SEPARATOR) if text else []


def read_uses(text: str) -> tuple[Use, ...]:
    """Give the uses that a text was written of."""
    return tuple(map(read_use, use_texts(text)))


# The same few names are used everywhere: `len`, `math.sqrt`.
@functools.lru_cache(maxsize=65536)
def read_use(text: str) -> Use:
    """Give the use that a text was written of."""
    chain = text.removeprefix(ANNOTATION)
    module, imported, path = chain.rpartition(":")
    name = module.lstrip(".")
    names = tuple(path.split(".")) if path else ()
    return Use(names, name, len(module) - len(name) if imported else 0, chain != text)


#: Stands at the end of a chain of which only matters whether it is there (`if fast: ...`).
PRESENCE = "?"
#: Says that the source asks some class for the classes derived from it.
SUBCLASSES = Use(("__subclasses__",))


@dataclass(slots=True, eq=False)
class Scope:
    """What one scope binds, and the chains that were found to start there."""

    parent: Scope | None
    kind: Kind
    #: How many scopes were entered before this one.
    number: int
    bound: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    #: Local name -> the imports that bind it.
    imports: dict[str, list[Use]] = field(default_factory=dict)
    #: What `import a.b` runs beside binding `a`: ("a", "b").
    submodules: list[tuple[str, ...]] = field(default_factory=list)
    #: The chains that start with one of these imports.
    chains: set[tuple[str, ...]] = field(default_factory=set)

    def bind(self, name: str) -> None:
        """Note that a name is assigned to."""
        self.bound.add(name)

    def bind_walrus(self, name: str) -> None:
        """Note that a name is assigned to within an expression."""
        scope = self
        # A walrus inside of a comprehension binds in the function around it.
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        scope.bound.add(name)

    def bind_import(self, name: str, use: Use) -> None:
        """Note that an import binds a name."""
        self.bind(name)
        self.imports.setdefault(name, []).append(use)

    def take_over(self, inner: Scope) -> None:
        """Bind all that another scope binds as well."""
        self.bound |= inner.bound
        self.declared_global |= inner.declared_global
        self.submodules += inner.submodules
        for name, uses in inner.imports.items():
            self.imports.setdefault(name, []).extend(uses)

    def read(self, path: tuple[str, ...], *, annotation: bool) -> list[Use]:
        """Give the uses that a chain stands for if its first name is bound in this scope."""
        starts = self.imports.get(path[0])
        if not starts:
            return []
        self.chains.add(path)
        return [Use(one.path + path[1:], one.module, one.level, annotation) for one in starts]

    def remaining(self) -> Iterator[Use]:
        """Give what is used though no chain says so, when all chains have been read.

        An import that nothing uses is there for what it does; a global may be there to be changed.
        """
        yield from (Use((name,)) for name in self.declared_global)
        if not self.imports:
            return
        used = {path[0] for path in self.chains}
        for name, starts in self.imports.items():
            if name not in used:
                yield from starts
        for module in self.submodules:
            if not any(path[: len(module)] == module for path in self.chains):
                yield Use((), ".".join(module))

    def owner(self, name: str) -> Scope | None:
        """Give the scope that binds a name when it's read here, None if it comes from outside."""
        scope: Scope | None = self
        while scope is not None:
            # A class body is no scope for its methods, and may read a global before binding it.
            if name in scope.imports and (scope is self or scope.kind != "class"):
                return scope
            if name in scope.declared_global:
                return None
            if name in scope.bound and scope.kind not in {"class", "outer"}:
                return scope
            scope = scope.parent
        return None
