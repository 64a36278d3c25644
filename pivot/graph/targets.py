"""Which stages a user means by `pivot run TARGETS...`. Tests: tests/graph/test_targets.py."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pivot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pivot.graph.ownership import Ownership


def resolve(targets: Sequence[str], names: Collection[str], outputs: Ownership) -> set[str]:
    """Give the names of all stages that the targets mean; raise `UsageError` for unknown ones."""
    known = frozenset(names)
    meanings = {target: _meaning(target, known, outputs) for target in targets}
    unknown = [target for target, stages in meanings.items() if not stages]
    if unknown:
        candidates = [*names, *outputs.owners]
        raise UsageError(
            "\n".join(_complaint(target) for target in unknown),
            hint="\n  ".join(filter(None, (_suggestion(t, candidates) for t in unknown))) or None,
        )
    return set().union(*meanings.values())


def _meaning(target: str, names: frozenset[str], outputs: Ownership) -> set[str]:
    if target in names:
        return {target}
    # A stage or a file may have a bracket in its name, so that what it is literally goes first.
    path = target.removeprefix("./")
    if keys := outputs.feeding(path):
        return {outputs.owners[key] for key in keys}
    if not _is_glob(target):
        return set()
    return {name for name in names if fnmatchcase(name, target)} or {
        stage for key, stage in outputs.owners.items() if fnmatchcase(key, path)
    }


def _is_glob(target: str) -> bool:
    return any(sign in target for sign in "*?[")


def _complaint(target: str) -> str:
    if _is_glob(target):
        return f"no stage and no output matches {target!r}"
    return f"there is no stage and no output called {target!r}"


def _suggestion(target: str, candidates: Collection[str]) -> str:
    if any(name.startswith(f"{target}@") for name in candidates):
        return f"{target!r} has variants: '{target}@*' means all of them"
    # Only a user's mistake needs it, and it costs start-up time.
    from difflib import get_close_matches

    near = get_close_matches(target, candidates, n=3)
    return f"did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
