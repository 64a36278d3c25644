"""How bytes get from one file into another."""

from __future__ import annotations

import errno
import os

import pytest

from pivot.errors import ConfigError
from pivot.store import clone
from pivot.store.clone import WAYS, Ways, copy, is_closed, reflink


@pytest.fixture
def pair(tmp_path):
    """Two open files: one with 3 MB, one empty."""
    (tmp_path / "source").write_bytes(b"0123456789abcdef" * 200_000)
    source = os.open(tmp_path / "source", os.O_RDONLY)
    target = os.open(tmp_path / "target", os.O_RDWR | os.O_CREAT)
    yield source, target
    os.close(source)
    os.close(target)


def whole(descriptor: int) -> bytes:
    return os.pread(descriptor, 1 << 24, 0)


def refusing(number: int):
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


class TestWays:
    def test_the_default_is_all(self):
        assert Ways(WAYS).between(1) == ("reflink", "hardlink", "copy")

    @pytest.mark.parametrize(
        ("names", "ways"),
        [
            ((), ("copy",)),
            (("hardlink",), ("hardlink", "copy")),
            (("copy",), ("copy",)),
            (("copy", "hardlink"), ("copy", "hardlink")),
            (("hardlink", "reflink", "hardlink"), ("hardlink", "reflink", "copy")),
        ],
    )
    def test_the_order_is_the_users_and_copying_is_always_possible(self, names, ways):
        assert Ways(names).between(1) == ways

    def test_an_unknown_way_is_an_error_that_names_all(self):
        with pytest.raises(ConfigError, match=r"'symlink' is no way.*\n.*reflink, hardlink, copy"):
            Ways(("symlink",))

    def test_sharing_is_not_tried_again_on_a_device_without_it(self):
        ways = Ways(WAYS)
        ways.no_sharing(1)
        assert ways.between(1) == ("hardlink", "copy")
        assert ways.between(2) == ("reflink", "hardlink", "copy")


class TestCopy:
    def test_all_bytes_arrive(self, pair):
        copy(*pair)
        assert whole(pair[1]) == whole(pair[0])

    def test_it_begins_at_the_beginning(self, pair):
        os.lseek(pair[0], 1000, os.SEEK_SET)
        copy(*pair)
        assert whole(pair[1]) == whole(pair[0])

    @pytest.mark.parametrize("number", [errno.EXDEV, errno.ENOSYS, errno.EINVAL])
    def test_a_kernel_that_will_not_do_it_is_no_obstacle(self, pair, monkeypatch, number):
        monkeypatch.setattr(os, "copy_file_range", refusing(number))
        copy(*pair)
        assert whole(pair[1]) == whole(pair[0])

    def test_a_kernel_that_gives_up_half_way_is_no_obstacle(self, pair, monkeypatch):
        real, calls = os.copy_file_range, iter([True, False])

        def copy_file_range(source, target, count):
            if next(calls):
                return real(source, target, 1_000_000)
            raise OSError(errno.EXDEV, "elsewhere")

        monkeypatch.setattr(os, "copy_file_range", copy_file_range)
        copy(*pair)
        assert whole(pair[1]) == whole(pair[0])

    def test_a_system_without_it_is_no_obstacle(self, pair, monkeypatch):
        monkeypatch.delattr(os, "copy_file_range")
        copy(*pair)
        assert whole(pair[1]) == whole(pair[0])

    def test_a_full_disk_is_told(self, pair, monkeypatch):
        monkeypatch.setattr(os, "copy_file_range", refusing(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            copy(*pair)


class TestReflink:
    def test_where_it_is_possible_it_is_done(self, pair, sharing):
        assert reflink(*pair)
        assert sharing == [pair]

    @pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EXDEV, errno.ENOTTY, errno.EINVAL])
    def test_where_it_is_not_it_says_so(self, pair, monkeypatch, number):
        monkeypatch.setattr(clone.fcntl, "ioctl", refusing(number))
        assert not reflink(*pair)
        assert whole(pair[1]) == b""

    def test_a_full_disk_is_told(self, pair, monkeypatch):
        monkeypatch.setattr(clone.fcntl, "ioctl", refusing(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            reflink(*pair)


def test_a_full_disk_is_no_closed_way():
    assert not is_closed(OSError(errno.ENOSPC, ""))
    assert is_closed(OSError(errno.EMLINK, ""))
