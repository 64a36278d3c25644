"""How much of a version counts is a matter of taste."""

from __future__ import annotations

import pytest

from pivot.fingerprint.precision import counted, minor


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("2.4.1", "2.4"),
        ("2.4", "2.4"),
        ("2", "2.0"),
        ("2.4rc1", "2.4"),
        ("2024.11.5.post1", "2024.11"),
        ("2.4.1+cu118", "2.4"),
        ("1!2.4.1", "1!2.4"),
        ("v2.4.1", "2.4"),
        ("2.dev0", "2.0"),
        ("unknown", "unknown"),
    ],
)
def test_the_minor_version(version, shown):
    assert minor(version) == shown


TEXTS = {
    "dist:numpy": "2.4.1",
    "func:m:f": "5995c853aa01bd21",
    "import:numpy": "dist numpy 2.4.1",
    "import:tools": "tools.py",
    "python:python": "3.13",
}


def test_by_default_all_of_it_counts():
    assert counted(TEXTS, "version") == TEXTS


def test_only_two_numbers_of_libraries_count():
    assert counted(TEXTS, "minor") == {
        **TEXTS,
        "dist:numpy": "2.4",
        "import:numpy": "dist numpy 2.4",
    }


def test_no_version_of_a_library_counts():
    expected = {**TEXTS, "import:numpy": "dist numpy "}
    del expected["dist:numpy"]
    assert counted(TEXTS, "off") == expected
