import errno
import os

import pytest

from pivot.confinement import Confinement
from pivot.confinement.denial import denial


@pytest.fixture
def confinement(tmp_path):
    root = tmp_path.resolve() / "project"
    (root / "data").mkdir(parents=True)
    for file in ("data/in.csv", "data/other.parquet", "model.pkl"):
        (root / file).touch()
    return Confinement(
        str(root), reads=("data/in.csv",), files=("model.pkl",), directories=("out/",)
    )


def refused(path, code=errno.EACCES):
    return OSError(code, os.strerror(code), path)


def told(error, confinement, written=(), log=None):
    found = denial(error, confinement, written, log)
    return str(found) if found else None


def test_a_file_that_python_names(confinement):
    text = told(refused("data/other.parquet"), confinement)
    assert text == (
        "'data/other.parquet' is read, but not declared: it was refused\n"
        "  declare it as an input: Dep('data/other.parquet')"
    )
    assert told(refused(f"{confinement.root}/data/other.parquet"), confinement) == text
    assert told(refused(b"data/other.parquet"), confinement) == text


def test_what_is_written_would_be_an_output(confinement):
    for path, written in (("data/new.csv", ()), ("data/in.csv", ("data/in.csv",))):
        text = told(refused(path), confinement, written)
        assert text.startswith(
            f"{path!r} is written, but not declared as an output: it was refused"
        )
        assert f"Out({path!r})" in text


def test_an_output_that_is_to_be_replaced(confinement):
    text = told(refused("model.pkl"), confinement)
    assert text.startswith("the output 'model.pkl' was to be removed or replaced")


@pytest.mark.parametrize("path", ["../new.txt", "{root}/../new.txt"])
def test_what_is_made_directly_above_the_project(confinement, path):
    text = told(refused(path.format(root=confinement.root)), confinement)
    assert "with strict, nothing new can be directly above the project" in text


@pytest.mark.parametrize(
    "words",
    [
        'IO Error: Cannot open file "{0}": Permission denied',
        "Failed to open local file '{0}'. Detail: [errno 13] Permission denied",
        "unable to open file: name = '{0}', errno = 13, error message = 'Permission denied'",
        "Permission denied (os error 13): {0}",
        "cat: {0}: Permission denied",
        "/bin/sh: 1: cannot open {0}: Permission denied",
    ],
)
@pytest.mark.parametrize("path", ["data/other.parquet", "{root}/data/other.parquet"])
def test_a_file_that_other_libraries_and_programs_name(confinement, words, path, tmp_path):
    path = path.format(root=confinement.root)
    text = told(RuntimeError(words.format(path)), confinement)
    assert text.startswith("'data/other.parquet' is read, but not declared")
    assert "\n'" not in text  # and no other
    log = tmp_path / "stage.log"
    log.write_text(f"starting\n{words.format(path)}\n")
    printed = told(RuntimeError("status 1"), confinement, log=str(log))
    assert printed.startswith("'data/other.parquet' is read, but not declared")


def test_a_file_that_a_program_could_not_make(confinement):
    words = "/bin/sh: 1: cannot create data/made.txt: Permission denied"
    assert told(RuntimeError(words), confinement).startswith("'data/made.txt' is written, but not")


def test_the_cause_counts_too(confinement):
    error = ValueError("no table")
    error.__cause__ = refused("data/other.parquet")
    assert "'data/other.parquet' is read" in told(error, confinement)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("data/other.parquet has a bad row"),
        RuntimeError("permission denied by the server"),
        PermissionError(errno.EACCES, "denied", "/root-owned/elsewhere.txt"),
        PermissionError(errno.EACCES, "denied", "data/in.csv"),
        PermissionError(errno.EACCES, "denied", "out/x.csv"),
        PermissionError("without a file"),
        FileNotFoundError(errno.ENOENT, "not there", "data/none.csv"),
        RuntimeError("cannot open it \0 at all"),
    ],
    ids=repr,
)
def test_what_fails_for_another_reason_is_not_explained(confinement, error):
    assert told(error, confinement) is None


def test_an_output_that_is_in_the_way(confinement):
    text = told(refused("model.pkl", errno.EEXIST), confinement)
    assert text.startswith("the output 'model.pkl' is in the way")
    assert "Out('model.pkl/')" in text
    assert told(refused("data/in.csv", errno.EEXIST), confinement) is None
