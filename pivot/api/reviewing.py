"""Which stages a change touches, and whether stages make the same again.

Example: `affected("origin/main").stages`. Tests: tests/cli/commands/test_affected.py and
test_verify.py.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.api.opening import open_session
from pivot.past import affected as comparison
from pivot.past import verifying
from pivot.paths import find_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pivot.api.opening import Root
    from pivot.past.affected import Affected
    from pivot.past.verifying import Verified
    from pivot.registry import Registry


def affected(since: str = "HEAD", root: Root = None) -> Affected:
    """Give the stages that are not made of the same at a commit and in the working tree.

    Args:
        since: the commit, as git understands it.
        root: the project's directory, or one inside it.

    Raises:
        GitError: there is no repository, or no such commit.
        UnansweredError: one of the two pipelines can't be imported from a copy.
        StorageError: there is no room for the copies.
    """
    start = Path(root) if root is not None else Path.cwd()
    return comparison.affected(find_root(start), since)


def verify(
    root: Root = None,
    *,
    targets: Sequence[str] = (),
    sample: int | None = None,
    seed: int = 0,
    keep: bool = False,
    on_verified: Callable[[Verified], None] | None = None,
    registry: Registry | None = None,
) -> tuple[Verified, ...]:
    """Run stages in temporary copies with nothing but what they declare, and compare the outputs.

    Args:
        root: the project's directory, or one inside it.
        targets: stage names, globs of them, or output paths; everything by default.
        sample: take only so many of the stages, by chance.
        seed: which ones: the same seed takes the same.
        keep: leave the copies for somebody to look at.
        on_verified: called with each result as it comes.
        registry: the stages, instead of those that `pipeline.py` registers; they must be such as a
            process can import from the project.

    Raises:
        UsageError: a target means nothing.
        PivotError: for whatever is wrong with the pipeline.
    """
    found: list[Verified] = []
    with open_session(root, registry, {}) as session:
        names = session.graph.select(targets)
        if sample is not None and sample < len(names):
            chosen = set(random.Random(seed).sample(names, sample))  # noqa: S311 - no secret
            names = tuple(name for name in names if name in chosen)
        for one in verifying.verify(session, names, keep=keep):
            found.append(one)
            if on_verified is not None:
                on_verified(one)
    return tuple(found)
