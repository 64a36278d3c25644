"""From bytes to text."""

from __future__ import annotations

import gzip

import pytest
from pivot_data_diff import FormatError
from pivot_data_diff.formats.text_file import read_text_file


def text(path):
    def read(file):
        with file.open() as stream:
            return stream.read()

    return read_text_file(path, read)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"],
)
def test_encodings_are_found_out(tmp_path, encoding):
    file = tmp_path / "x"
    file.write_bytes("naïve €\r\nx\n".encode(encoding))
    assert text(file) == "naïve €\r\nx\n"


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xfe\xff", "utf-16-be"), (b"\0\0\xfe\xff", "utf-32-be")]
)
def test_either_order_of_bytes_will_do(tmp_path, mark, encoding):
    file = tmp_path / "x"
    file.write_bytes(mark + "aé".encode(encoding))
    assert text(file) == "aé"


def test_any_bytes_are_some_text(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(bytes(range(1, 256)))
    assert text(file) == bytes(range(1, 256)).decode("latin-1")


def test_what_the_byte_order_mark_says_must_be_true(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(b"\xef\xbb\xbfabc\xff")
    with pytest.raises(FormatError, match="not utf-8, as its byte-order mark says"):
        text(file)


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(gzip.compress("é€".encode("utf-8-sig")))
    assert text(file) == "é€"


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:20] + b"xxxxx"])
def test_damaged_gzip_is_an_error(tmp_path, damage):
    file = tmp_path / "x.csv"
    file.write_bytes(damage(gzip.compress(bytes(range(256)) * 100)))
    with pytest.raises(FormatError, match="not sound gzip"):
        text(file)


def test_an_empty_file_is_an_empty_text(tmp_path):
    file = tmp_path / "x"
    file.touch()
    assert text(file) == ""
