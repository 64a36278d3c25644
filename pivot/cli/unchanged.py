"""What `pivot run` says when there is nothing to do; needs nothing, as nothing else may be loaded.

Tests: tests/cli/test_unchanged.py.
"""

from __future__ import annotations


def up_to_date(stages: int) -> str:
    """Give the one line of a run in which a number of stages were found unchanged."""
    return f"Everything is up to date ({stages} stage{'' if stages == 1 else 's'})"
