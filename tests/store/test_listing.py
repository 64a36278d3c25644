"""What a directory holds, as bytes and back; and that bytes from elsewhere are not trusted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.errors import CorruptionError
from pivot.store.listing import (
    BrokenListingError,
    EmptyEntry,
    FileEntry,
    LinkEntry,
    decode_listing,
    encode_listing,
    stays_inside,
)

HASH = "0123456789abcdef"

# Names without structure, so that no entry lies below another.
names = st.text(min_size=1, max_size=6).filter(
    lambda n: n not in {".", ".."} and not {"/", "\0"} & set(n)
)
entries = st.one_of(
    st.builds(FileEntry, names, st.just(HASH), st.integers(0, 1 << 62), st.booleans()),
    st.builds(EmptyEntry, names),
    st.builds(LinkEntry, names, names),
)


def test_the_bytes_are_the_documented_ones():
    listing = [
        EmptyEntry("empty"),
        FileEntry("bin/run", HASH, 12, executable=True),
        LinkEntry("latest", "a.txt"),
        FileEntry("a.txt", "ef46db3751d8e999", 0),
    ]
    assert encode_listing(listing).decode() == (
        "[\n"
        '{"hash":"ef46db3751d8e999","path":"a.txt","size":0},\n'
        '{"executable":true,"hash":"0123456789abcdef","path":"bin/run","size":12},\n'
        '{"directory":true,"path":"empty"},\n'
        '{"link":"a.txt","path":"latest"}\n'
        "]\n"
    )


def test_an_empty_directory_has_a_listing():
    assert decode_listing(encode_listing([])) == ()


@given(st.lists(entries, unique_by=lambda entry: entry.path))
def test_what_is_written_can_be_read(listing):
    assert decode_listing(encode_listing(listing)) == tuple(sorted(listing, key=lambda e: e.path))


@given(st.lists(entries, unique_by=lambda entry: entry.path))
def test_the_order_of_finding_does_not_matter(listing):
    assert encode_listing(listing) == encode_listing(reversed(listing))


def test_names_that_are_not_unicode_survive():
    listing = (FileEntry("\udcff\udcfe", HASH, 1),)
    assert decode_listing(encode_listing(listing)) == listing


def test_a_file_entry_has_a_content():
    content = FileEntry("a", HASH, 3, executable=True).content
    assert (content.hash, content.size, content.executable) == (HASH, 3, True)


FILE = {"hash": HASH, "path": "a", "size": 1}


@pytest.mark.parametrize(
    "parsed",
    [
        None,
        {},
        "x",
        [1],
        [None],
        [[]],
        [{}],
        [{"path": "a"}],
        [{**FILE, "path": "../a"}],
        [{**FILE, "path": "/a"}],
        [{**FILE, "path": ""}],
        [{**FILE, "path": "."}],
        [{**FILE, "path": "a//b"}],
        [{**FILE, "path": "a/"}],
        [{**FILE, "path": "a\0"}],
        [{**FILE, "path": 1}],
        [{**FILE, "hash": "../../../etc/passwd"}],
        [{**FILE, "hash": "ABCDEF0123456789"}],
        [{**FILE, "hash": HASH + "\n"}],
        [{**FILE, "size": -1}],
        [{**FILE, "size": True}],
        [{**FILE, "size": 1.0}],
        [{**FILE, "executable": 1}],
        [{**FILE, "executable": False}],
        [{**FILE, "more": 1}],
        [{"directory": False, "path": "a"}],
        [{"directory": True, "path": "a", "size": 1}],
        [{"directory": True, "path": "../a"}],
        [{"link": "../x", "path": "a"}],
        [{"link": "/etc/passwd", "path": "a"}],
        [{"link": "", "path": "a"}],
        [{"link": "x\0", "path": "a"}],
        [{"link": "x", "path": "../a"}],
        [FILE, FILE],
        [{**FILE, "path": "b"}, FILE],
        [FILE, {**FILE, "path": "a/b"}],
        [FILE, {**FILE, "path": "a/b/c"}],
        [{"link": ".", "path": "a"}, {**FILE, "path": "a/b"}],
        [{"directory": True, "path": "a"}, {**FILE, "path": "a/b"}],
    ],
    ids=lambda parsed: json.dumps(parsed)[:60],
)
def test_what_is_no_sound_listing_is_refused(parsed):
    with pytest.raises(BrokenListingError) as caught:
        decode_listing(json.dumps(parsed).encode())
    assert isinstance(caught.value, CorruptionError)
    assert caught.value.reason in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"\xff", b"[" * 100_000, b'[{"hash": 1' + b"0" * 5000 + b"}]"],
    ids=["empty", "word", "latin", "deep", "long"],
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(BrokenListingError):
        decode_listing(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["hash", "path", "size", "link", "directory"]), inner)))  # fmt: skip
def test_nothing_else_than_a_refusal_ever_happens(parsed):
    try:
        found = decode_listing(json.dumps(parsed).encode())
    except BrokenListingError:
        return
    assert decode_listing(encode_listing(found)) == found


@pytest.mark.parametrize(
    ("link", "target", "stays"),
    [
        ("a", "b", True),
        ("a", ".", True),
        ("s/a", "../b", True),
        ("s/a", "..", True),
        ("a", "..", False),
        ("a", "../b", False),
        ("s/a", "../../b", False),
        ("a", "/b", False),
        ("a", "..b", True),
        ("a", "", False),
    ],
)
def test_where_a_link_leads_as_text(link, target, stays):
    assert stays_inside(link, target) is stays
