"""Which stages a change touches.

Example: `affected("origin/main").stages`. Tests: tests/cli/commands/test_affected.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot.past import affected as comparison
from pivot.paths import find_root

if TYPE_CHECKING:
    from pivot.api.opening import Root
    from pivot.past.affected import Affected


def affected(since: str = "HEAD", root: Root = None) -> Affected:
    """Give the stages that are not made of the same at a commit and in the working tree.

    Args:
        since: the commit, as git understands it.
        root: the project's directory, or one inside it.

    Raises:
        GitError: there is no repository, or no such commit.
        UndescribedError: one of the two pipelines can't be imported from a copy.
        StorageError: there is no room for the copies.
    """
    start = Path(root) if root is not None else Path.cwd()
    return comparison.affected(find_root(start), since)
