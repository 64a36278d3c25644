"""Each check for executors with processes fails for one that breaks just that."""

from __future__ import annotations

import pytest

BROKEN_FILE = "isolation.py"
AT_ONCE = 4
FEW = True


@pytest.mark.chance
def test_what_is_broken_fails_and_nothing_else(broken, breaks, verdicts):
    assert verdicts[broken] == breaks
