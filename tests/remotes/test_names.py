"""What the things that a remote holds are called, and what is called otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import UsageError
from pivot.remotes.names import folders, is_entry, key_of, name_of

BLOB = "ef46db3751d8e999"
ENTRY = f"{'ab' * 16}-{BLOB}"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (BLOB, "files/ef/46db3751d8e999"),
        (BLOB * 2, "files/ef/46db3751d8e999ef46db3751d8e999"),
        (ENTRY, f"runs/ab/{'ab' * 15}-{BLOB}"),
    ],
)
def test_a_key_has_a_name_that_leads_back(key, name):
    assert name_of(key) == name
    assert key_of(name) == key


@pytest.mark.parametrize(
    "key",
    ["", "ef46", BLOB.upper(), "../../etc/passwd", f"{BLOB}\n", f"{BLOB}-{BLOB}", f"{ENTRY}-"],
)
def test_what_is_no_key_has_no_name(key):
    with pytest.raises(UsageError, match="is not the name of a blob"):
        name_of(key)


@pytest.mark.parametrize(
    "name",
    [
        "files/../ef46db3751d8e999",
        "files//ef/46db3751d8e999",
        "/files/ef/46db3751d8e999",
        "files/ef46/db3751d8e999",
        "other/ef/46db3751d8e999",
        "runs/ef/46db3751d8e999",
        f"files/ab/{'ab' * 15}-{BLOB}",
        "files/ef/46db3751d8e999/",
    ],
)
def test_what_is_no_name_has_no_key(name):
    assert key_of(name) is None


@given(st.text(alphabet="0123456789abcdef/-.%\\files runs\n", max_size=60))
def test_whatever_has_a_key_is_named_after_it(name):
    key = key_of(name)
    assert key is None or name_of(key) == name


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("", ("files/", "runs/")),
        ("e", ("files/e", "runs/e")),
        ("ef4", ("files/ef/4", "runs/ef/4")),
        (f"{'ab' * 16}-", (f"runs/ab/{'ab' * 15}-",)),
    ],
)
def test_where_to_look_for_what_begins_like_this(beginning, found):
    assert folders(beginning) == found


def test_entries_are_told_from_blobs():
    assert is_entry(ENTRY)
    assert not is_entry(BLOB)
