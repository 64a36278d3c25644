"""A sample: what parts of a file can tell."""

import pytest

from pivot.hashing import hash_bytes
from pivot.store.sampling import sample

MIB = 1 << 20


@pytest.fixture
def file(tmp_path):
    return tmp_path / "file"


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, MIB - 1, MIB])
def test_a_small_file_is_hashed_as_a_whole(file, size):
    data = bytes(number % 251 for number in range(size))
    file.write_bytes(data)
    assert sample(file, size) == hash_bytes(data)


@pytest.mark.parametrize("size", [MIB + 1, 5 * MIB + 7])
def test_of_a_large_file_sixteen_blocks_are_from_the_first_byte_to_the_last(file, size):
    file.write_bytes(bytes(size))
    before = sample(file, size)
    found = []
    # Every other half of a block, so that none is missed.
    for place in [*range(0, size, 1 << 15), size - 1]:
        with file.open("r+b") as stream:
            stream.seek(place)
            stream.write(b"x")
        found.append(sample(file, size) != before)
        with file.open("r+b") as stream:
            stream.seek(place)
            stream.write(b"\0")
    assert found[0]
    assert found[-1]
    assert 16 <= sum(found) <= 16 * 3
    assert sample(file, size) == before
