"""Which of all objects is it? Its *identity* is a number that no other living object has.

That is what `id` gives. But each call of `id` is also an event for the audit hooks of the process,
of which Pivot itself has one, and takes as long then as three look-ups in a dict. In CPython the
hash that every object gets from `object` is its address turned by four bits, and no event. Example:
`identity_of(f) == identity_of(f)`. Tests: tests/fingerprint/test_identity.py.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

identity_of: Callable[[object], int] = (
    object.__hash__ if sys.implementation.name == "cpython" else id
)
