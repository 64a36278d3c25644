"""How sizes are written."""

from __future__ import annotations

import pytest
from pivot_data_diff.options import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("1000000", 10**6),
        ("500MB", 500 * 10**6),
        ("500 mb", 500 * 10**6),
        ("1.5G", 1_500_000_000),
        ("2GiB", 2 << 30),
        ("4k", 4000),
        ("1TiB", 1 << 40),
        ("7B", 7),
    ],
)
def test_a_size(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", "1XB", "1e3", "1,5G", "0", "0.1"])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match="size"):
        parse_size(text)
