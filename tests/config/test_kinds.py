"""What each kind of setting allows."""

from __future__ import annotations

import math

import pytest

from pivot.config.kinds import (
    Choice,
    Count,
    Name,
    Preference,
    RefusedError,
    Seconds,
    Size,
    Switch,
)

_LINK = Preference(("reflink", "hardlink", "copy"))


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (Name(), " loky ", "loky"),
        (Count(), 3, 3),
        (Seconds(), 5, 5.0),
        (Seconds(), 0.5, 0.5),
        (Size(), 5, 5),
        (Size(), "1000000", 1_000_000),
        (Size(), "500MB", 500_000_000),
        (Size(), "1.5 kb", 1500),
        (Size(), "2GiB", 2 << 30),
        (Size(), "3k", 3000),
        (Size(), "1TB", 10**12),
        (Switch(), True, True),
        (Switch(), False, False),
        (Choice(("a", "b")), "b", "b"),
        (Choice(("on", "off")), False, "off"),
        (_LINK, ["copy"], ("copy",)),
        (_LINK, ("copy", "reflink"), ("copy", "reflink")),
        (_LINK, "copy, hardlink", ("copy", "hardlink")),
    ],
)
def test_what_is_allowed_in_a_typed_file_is_normalised(kind, value, result):
    checked = kind.check(value)
    assert checked == result
    assert type(checked) is type(result)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Name(), ""),
        (Name(), "  "),
        (Name(), 3),
        (Count(), 0),
        (Count(), True),
        (Count(), "3"),
        (Count(), 3.0),
        (Count(), None),
        (Count(), 10**400),
        (Seconds(), -1),
        (Seconds(), 10**400),
        (Size(), 10**400),
        (Size(), "9" * 400),
        (Seconds(), True),
        (Seconds(), math.nan),
        (Seconds(), math.inf),
        (Seconds(), "5"),
        (Size(), 0),
        (Size(), True),
        (Size(), 1.5),
        (Size(), ""),
        (Size(), "lots"),
        (Size(), "-1MB"),
        (Size(), "0.1"),
        (Size(), "5 mm"),
        (Switch(), 1),
        (Switch(), "true"),
        (Choice(("a",)), "b"),
        (Choice(("a",)), False),
        (Choice(("a",)), ["a"]),
        (_LINK, []),
        (_LINK, ""),
        (_LINK, ["copy", "copy"]),
        (_LINK, ["copy", "symlink"]),
        (_LINK, ["copy", 1]),
        (_LINK, 7),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is_expected(kind, value):
    with pytest.raises(RefusedError) as caught:
        kind.check(value)
    assert str(caught.value) == kind.words


@pytest.mark.parametrize(
    ("kind", "text", "result"),
    [
        (Name(), "inline", "inline"),
        (Count(), "12", 12),
        (Seconds(), "1.5", 1.5),
        (Switch(), "Yes", True),
        (Switch(), "1", True),
        (Switch(), "off", False),
        (Choice(("a",)), " a ", "a"),
        (_LINK, "copy", ("copy",)),
    ],
)
def test_a_text_is_parsed(kind, text, result):
    assert kind.parse(text) == result


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Name(), ""),
        (Count(), "many"),
        (Count(), "0"),
        (Seconds(), "soon"),
        (Seconds(), "inf"),
        (Switch(), "maybe"),
        (Choice(("a",)), "b"),
        (_LINK, "copy,,"),
    ],
)
def test_a_text_that_stands_for_nothing_is_refused(kind, text):
    with pytest.raises(RefusedError):
        kind.parse(text)
