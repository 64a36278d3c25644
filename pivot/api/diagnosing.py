"""What could be wrong around a project.

Example: `doctor().healthy`. Tests: tests/cli/commands/test_doctor.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pivot.doctor import diagnose
from pivot.errors import UsageError
from pivot.paths import find_root

if TYPE_CHECKING:
    from pivot.api.opening import Root
    from pivot.doctor import Diagnosis


def doctor(root: Root = None, *, fix: bool = False) -> Diagnosis:
    """Look for what is wrong around the project at `root`, or on the machine if there is none.

    With `fix`, what can be mended without losing anything is. Raises nothing of what it finds.
    """
    start = Path(root) if root is not None else Path.cwd()
    try:
        found = find_root(start)
    except UsageError:
        found = None
    return diagnose(found, fix=fix)
