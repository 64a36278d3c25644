import errno
import os
import subprocess
import sys

import pytest

from pivot.confinement import landlock
from pivot.confinement.landlock import UnavailableError, require

ATTEMPTS = """
import os, sys
from pathlib import Path
from pivot.confinement.landlock import CHANGE, READ, WRITE, Ruleset

os.chdir(sys.argv[1])
rules = Ruleset()
for place in os.listdir("/"):
    if not sys.argv[1].startswith(f"/{place}/"):
        rules.allow(f"/{place}", READ)
rules.allow("read", READ)
rules.allow("write.txt", WRITE)
rules.allow("change", CHANGE)
rules.allow("link", CHANGE)
rules.allow("absent", CHANGE)
rules.enforce()

def attempt(name, act):
    try:
        act()
    except PermissionError:
        print(name, "refused")
    else:
        print(name, "done")

attempt("read", Path("read/a.txt").read_text)
attempt("read-write", lambda: Path("read/a.txt").write_text("x"))
attempt("write", lambda: Path("write.txt").write_text("x"))
attempt("unlink", Path("write.txt").unlink)
attempt("change", lambda: Path("change/new").mkdir())
attempt("rename", lambda: Path("change/new").rename("change/newer"))
attempt("beside", Path("other.txt").read_text)
attempt("through the link", Path("link/b.txt").read_text)
attempt("a child", lambda: sys.exit() if os.system("cat other.txt 2> /dev/null") == 0 else 1/1)
"""


def test_a_process_keeps_the_rights_that_it_was_given(tmp_path):
    for directory in ("read", "change", "secret"):
        (tmp_path / directory).mkdir()
    for file in ("read/a.txt", "write.txt", "other.txt", "secret/b.txt"):
        (tmp_path / file).write_text("text")
    (tmp_path / "link").symlink_to("secret")
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, str(tmp_path.resolve())],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "read done",
        "read-write refused",
        "write done",
        "unlink refused",
        "change done",
        "rename done",
        "beside refused",
        "through the link refused",
        "a child done",
    ]
    assert (tmp_path / "read/a.txt").read_text() == "text"


def test_a_system_without_it_says_so(monkeypatch):
    def lacks(code):
        def call(*_arguments):
            raise OSError(code, os.strerror(code))

        return call

    monkeypatch.setattr(landlock, "_call", lacks(errno.ENOSYS))
    with pytest.raises(UnavailableError, match=r"came with Linux 5\.13, and this is") as caught:
        require()
    assert "'undeclared' is set to 'error'" in str(caught.value)
    monkeypatch.setattr(landlock, "_call", lacks(errno.EOPNOTSUPP))
    with pytest.raises(UnavailableError, match="lsm="):
        require()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UnavailableError, match="part of Linux, and this is another system"):
        require()


def test_a_kernel_that_knows_less_is_asked_for_less(monkeypatch):
    asked = []
    call = landlock._call

    def first_version(number, *arguments):
        if arguments[-1] == 1 and arguments[0] is None:
            return 1
        asked.append((number, arguments))
        return call(number, *arguments)

    monkeypatch.setattr(landlock, "_call", first_version)
    rules = landlock.Ruleset()
    rules.allow("/usr", landlock.CHANGE)
    rights = int.from_bytes(asked[0][1][0].raw, sys.byteorder)
    assert rights & landlock.READ
    assert not rights >> 13  # neither moving between directories nor truncating
