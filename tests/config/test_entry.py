"""Reading a file of settings."""

from __future__ import annotations

import pytest

from pivot.config.entry import read_file
from pivot.errors import ConfigError


def test_a_file_that_is_absent_has_no_text(tmp_path):
    assert read_file(tmp_path / "absent", "absent") is None


def test_a_file_that_is_not_text_is_an_error_with_its_name(tmp_path):
    (tmp_path / "config").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"^config:1: the file is not UTF-8 text"):
        read_file(tmp_path / "config", "config")


def test_what_cannot_be_read_is_an_error_with_the_reason(tmp_path):
    with pytest.raises(ConfigError, match=r"^config:1: the file can't be read: Is a directory"):
        read_file(tmp_path, "config")
