"""Where two files, or directories, differ first."""

from __future__ import annotations

import pytest

from pivot.past.unequal import first_difference


@pytest.fixture
def pair(tmp_path):
    def write(made, recorded):
        files = tmp_path / "made", tmp_path / "recorded"
        for file, data in zip(files, (made, recorded), strict=True):
            file.write_bytes(data)
        return files

    return write


@pytest.mark.parametrize(
    ("made", "recorded", "words"),
    [
        (b"a\nb\n", b"a\nb\n", None),
        (b"a\nb\n", b"a\nc\n", "line 2: 'b' and not 'c'"),
        (b"a\n", b"a\nb\n", "line 2: '' and not 'b'"),
        (b"\x00\x01\x02", b"\x00\x01\x03", "byte 2"),
        (b"x" * (1 << 20) + b"\n1", b"x" * (1 << 20) + b"\n2", "line 2: '1' and not '2'"),
        (b"\xff", b"a", "byte 0"),
    ],
)
def test_the_first_place_is_named(pair, made, recorded, words):
    assert first_difference(*pair(made, recorded)) == words


def test_of_a_long_line_the_part_around_it_is_shown(pair):
    found = first_difference(*pair(b"a" * 500 + b"1" + b"b" * 500, b"a" * 500 + b"2" + b"b" * 500))
    assert found is not None
    assert "a1b" in found
    assert "a2b" in found
    assert len(found) < 200


def test_of_directories_the_first_file_is_named(tmp_path):
    made, recorded = tmp_path / "made", tmp_path / "recorded"
    for place in (made, recorded):
        (place / "inner").mkdir(parents=True)
        (place / "inner/a.txt").write_text("a")
        (place / "link").symlink_to("inner/a.txt")
    assert first_difference(made, recorded) is None
    (made / "link").unlink()
    (made / "link").symlink_to("inner")
    assert first_difference(made, recorded) == "link: a link leads elsewhere"
    (made / "inner/a.txt").chmod(0o755)
    assert first_difference(made, recorded) == "inner/a.txt: it can be executed"
    (made / "inner/a.txt").unlink()
    assert first_difference(made, recorded) == "inner/a.txt is not there"
    (made / "b.txt").touch()
    assert first_difference(made, recorded) == "b.txt was not there"
    assert first_difference(made, recorded / "inner/a.txt") == "it is a directory, and was a file"
