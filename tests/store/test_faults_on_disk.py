"""What the store does when the disk is full or read-only, or the process is killed: real ones."""

from __future__ import annotations

import functools
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pivot.hashing import hash_bytes
from pivot.store.atomic import is_temporary
from pivot.store.cache import Cache
from pivot.store.content import Content
from pivot.store.layout import Layout
from pivot.store.listing import FileEntry, encode_listing
from pivot.store.tree import Tree

IMPORTS = """
import os, pathlib, sys
from pivot.errors import PivotError
from pivot.store.cache import Cache
from pivot.store.layout import Layout
from pivot.store.lock import Lock, read_lock, write_lock
from pivot.store.state import State
from pivot.store.tree import Tree

root = pathlib.Path(sys.argv[1])
layout, tree = Layout(root), Tree(root, "xxh64")
cache = Cache(layout, "xxh64", ("hardlink", "copy"))

def add(name):
    found = tree.look(name)
    cache.add(root / name, found.content, found.listing, signature=found.signature)
    return found.content
"""


@functools.cache
def can_mount() -> bool:
    words = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        bool(shutil.which("unshare"))
        and subprocess.run(words, capture_output=True, check=False).returncode == 0
    )


def mounted(mount: str, code: str, root: Path) -> str:
    """Run code in a process that sees a mount of its own, and give what it prints."""
    if not can_mount():
        pytest.skip("this system lets nobody mount a file system of their own")
    script = f'{mount} && exec "$0" -c "$1" "$2"'
    words = ["unshare", "-rm", "sh", "-c", script, sys.executable, IMPORTS + code, str(root)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


class TestFullDisk:
    def test_the_cache_says_so_and_keeps_nothing_half(self, root):
        (root / ".pivot/cache").mkdir(parents=True)
        said = mounted(
            f"mount -t tmpfs -o size=64k tmpfs {root}/.pivot/cache",
            """
(root / "small").write_bytes(b"abc")
(root / "big").write_bytes(b"x" * 100_000)
small = add("small")
mode = (root / "big").stat().st_mode
try:
    add("big")
except PivotError as error:
    print(error)
assert (root / "big").stat().st_mode == mode
assert cache.holds(small) and not cache.holds(tree.content("big"))
print(sum(not path.is_dir() for path in layout.blobs.rglob("*")), list(cache.verify()))
""",
            root,
        )
        assert said.startswith("can't put into the cache")
        assert "No space left" in said
        assert "free some space" in said
        assert said.endswith("1 []\n")

    def test_a_restore_says_so_and_leaves_what_was_there(self, root):
        (root / "data").mkdir()
        said = mounted(
            f"mount -t tmpfs -o size=64k tmpfs {root}/data",
            """
(root / "big").write_bytes(b"x" * 100_000)
content = add("big")
(root / "data/big").write_bytes(b"mine")
try:
    cache.restore(content, root / "data/big")
except PivotError as error:
    print(error)
print((root / "data/big").read_bytes(), os.listdir(root / "data"))
""",
            root,
        )
        assert said.startswith("can't restore")
        assert "free some space" in said
        assert said.endswith("b'mine' ['big']\n")

    def test_a_lock_stays_what_it_was(self, root):
        (root / ".pivot/stages").mkdir(parents=True)
        said = mounted(
            f"mount -t tmpfs -o size=16k tmpfs {root}/.pivot/stages",
            """
file = layout.lock_file("train")
old = Lock("train", "xxh64", {}, {}, (), ())
write_lock(file, old)
try:
    write_lock(file, Lock("train", "xxh64", {"a": "x" * 20_000}, {}, (), ()))
except PivotError as error:
    print(error)
print(read_lock(file) == old, os.listdir(layout.stages))
""",
            root,
        )
        assert said.startswith("can't write")
        assert "free some space" in said
        assert said.endswith("True ['train.lock']\n")

    def test_the_state_says_so_and_is_not_lost(self, root):
        (root / ".pivot").mkdir()
        said = mounted(
            f"mount -t tmpfs -o size=256k tmpfs {root}/.pivot",
            """
state = State.open(layout.state)
state.remember("early", b"value")
state.flush()
state.remember("late", b"x" * 1_000_000)
try:
    state.close()
except PivotError as error:
    print(error)
state = State.open(layout.state)
print(state.recall("early"), state.recall("late"), state.rebuilt)
""",
            root,
        )
        assert said.startswith("can't use")
        assert "free some space" in said
        assert said.endswith("b'value' None False\n")


class TestReadOnly:
    @pytest.mark.parametrize(
        ("act", "words"),
        [
            ("add('file')", "can't put into the cache"),
            ("cache.restore(content, root / 'other')", "can't restore"),
            (
                "write_lock(layout.lock_file('s'), Lock('s', 'xxh64', {}, {}, (), ()))",
                "can't write",
            ),
            ("State.open(layout.state)", "can't open"),
            ("Layout(root / 'sub').create()", "can't make the directory"),
        ],
    )
    def test_everything_that_writes_says_so(self, root, act, words):
        (root / "sub").mkdir()
        (root / "file").write_bytes(b"abc")
        (root / "kept").write_bytes(b"abcd")
        tree = Tree(root, "xxh64")
        Cache(Layout(root), "xxh64", ("copy",)).add(root / "kept", tree.content("kept"))
        said = mounted(
            f"mount --bind {root} {root} && mount -o remount,ro,bind {root}",
            f"""
content = tree.content("kept")
try:
    {act}
except PivotError as error:
    print(error)
""",
            root,
        )
        assert said.startswith(words)
        assert "Read-only file system" in said
        assert "mounted read-only" in said

    def test_everything_that_reads_works(self, root):
        (root / "file").write_bytes(b"abc")
        tree = Tree(root, "xxh64")
        Cache(Layout(root), "xxh64", ("copy",)).add(root / "file", tree.content("file"))
        said = mounted(
            f"mount --bind {root} {root} && mount -o remount,ro,bind {root}",
            """
content = tree.content("file")
print(cache.holds(content), list(cache.verify()), read_lock(layout.lock_file("train")))
""",
            root,
        )
        assert said == "True [] None\n"


def test_a_cache_on_another_disk_works_by_copying(root):
    (root / ".pivot/cache").mkdir(parents=True)
    said = mounted(
        f"mount -t tmpfs tmpfs {root}/.pivot/cache",
        """
(root / "file").write_bytes(b"abc")
content = add("file")
print(oct((root / "file").stat().st_mode & 0o777), os.stat(root / "file").st_nlink)
(root / "file").unlink()
cache.restore(content, root / "file")
print((root / "file").read_bytes(), os.stat(root / "file").st_nlink)
""",
        root,
    )
    assert said.splitlines()[1] == "b'abc' 1"
    assert said.splitlines()[0] == "0o644 1"


ENDLESS = """
link = (sys.argv[2], "copy")
cache = Cache(layout, "xxh64", link)
print("ready", flush=True)
turn = int(sys.argv[3])
while True:
    turn += 1
    directory = root / "data"
    directory.mkdir(exist_ok=True)
    for name in ("one", "two"):
        (directory / name).unlink(missing_ok=True)
        (directory / name).write_bytes(b"%09d" % turn * 5000 + name.encode())
    content = add("data")
    print(turn, flush=True)
    cache.restore(content, root / "data")
"""


def expected(turn: int) -> tuple[Content, bytes]:
    files = {name: b"%09d" % turn * 5000 + name.encode() for name in ("one", "two")}
    entries = [FileEntry(name, hash_bytes(data), len(data)) for name, data in files.items()]
    listing = encode_listing(entries)
    size = sum(map(len, files.values()))
    return Content(hash_bytes(listing), size, directory=True), listing


@pytest.mark.parametrize("link", ["hardlink", "copy"])
def test_whenever_it_is_killed_every_blob_is_whole_and_what_was_added_is_there(root, link):
    chance = random.Random(link)
    turn = 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORTS + ENDLESS, str(root), link, str(turn)],
            stdout=subprocess.PIPE,
        )
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        for _ in range(chance.randrange(1, 12)):
            turn = int(process.stdout.readline())
        for _ in range(chance.randrange(20_000)):
            os.getpid()  # spend some time, not always the same
        process.send_signal(signal.SIGKILL)
        last = process.communicate()[0].split()
        turn = int(last[-1]) if last else turn
        cache = Cache(Layout(root), "xxh64", (link,))
        assert list(cache.verify()) == []
        content, listing = expected(turn)
        assert cache.holds(content)
        cache.restore(content, root / "data")
        assert Tree(root, "xxh64").listing("data") == listing
    names = [item.name for item in root.iterdir()]
    assert all(name in {".pivot", "data"} or is_temporary(name) for name in names)
