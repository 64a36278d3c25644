"""Which files of a project differ, between revisions and the workspace."""

from __future__ import annotations

import gzip

import pytest
from pivot_data_diff.errors import (
    ColumnError,
    FormatError,
    UnrecordedError,
    UnsupportedFormatError,
)
from pivot_data_diff.result import Kind

from pivot.errors import PathError, UsageError
from pivot.past.contents import MissingContentError
from pivot.remotes.directory import open_directory
from pivot.store.lock import BrokenLockError
from pivot.vcs import NoRepositoryError, UnknownRevisionError


def kinds(report):
    assert report.problems == ()
    return {file.path: str(file.kind) for file in report.files}


def the_error(report):
    (problem,) = report.problems
    return problem.error


class TestOneFile:
    def test_a_file_in_git_is_compared_with_the_workspace(self, project):
        project.commit(a_csv="id,v\n1,x\n2,y\n")
        project.write("a.csv", "id,v\n1,x\n2,z\n")
        report = project.diff("a.csv")
        assert (report.before, report.after) == ("HEAD", "workspace")
        assert kinds(report) == {"a.csv": "modified"}
        assert report.files[0].table.counts.modified == 1
        assert report.different

    def test_an_output_is_compared_by_the_lock_and_the_cache(self, project):
        project.output("a.csv", "id,v\n1,x\n")
        project.commit()
        project.output("a.csv", "id,v\n1,y\n")
        assert project.difference("a.csv").cells == {"v": 1}

    def test_a_revision_with_the_workspace(self, project):
        for value in "abc":
            project.commit(a_csv=f"v\n{value}\n")
        project.write("a.csv", "v\nd\n")
        report = project.diff("a.csv", revisions=["HEAD~2"])
        (change,) = report.files[0].table.rows
        assert (change.before.values, change.after.values) == (("a",), ("d",))

    def test_a_revision_with_another(self, project):
        for value in "abc":
            project.commit(a_csv=f"v\n{value}\n")
        project.write("a.csv", "v\nd\n")
        report = project.diff("a.csv", revisions=["HEAD~2", "main~1"])
        (change,) = report.files[0].table.rows
        assert (change.before.values, change.after.values) == (("a",), ("b",))
        assert (report.before, report.after) == ("HEAD~2", "main~1")

    def test_the_same_bytes_are_not_even_read(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        for blob in project.layout.blobs.glob("??/*"):
            blob.unlink()
        report = project.diff("a.csv")
        assert kinds(report) == {"a.csv": "unchanged"}
        assert report.files[0].table is None

    def test_other_bytes_may_be_the_same_data(self, project):
        project.commit(a_csv="v,w\n1.50,x\n")
        project.write("a.csv", '"v";"w"\r\n1.5;x')
        report = project.diff("a.csv")
        assert kinds(report) == {"a.csv": "unchanged"}
        assert not report.different

    def test_a_file_that_was_deleted(self, project):
        project.commit(a_csv="v\n1\n")
        (project.root / "a.csv").unlink()
        report = project.diff("a.csv", keys=("v",))
        assert kinds(report) == {"a.csv": "removed"}
        assert report.files[0].table.counts.removed == 1

    def test_a_file_that_is_new(self, project):
        project.commit()
        project.output("a.csv", "v\n1\n")
        report = project.diff("a.csv", keys=("v",))
        assert kinds(report) == {"a.csv": "added"}
        assert report.files[0].table.counts.added == 1

    def test_an_empty_file_that_is_new_is_a_difference(self, project):
        project.commit()
        project.output("a.csv", "")
        assert project.diff("a.csv").different

    def test_a_file_that_git_is_told_to_add_is_new(self, project):
        project.commit()
        project.write("a.csv", "v\n1\n")
        project.git("add", "a.csv")
        assert kinds(project.diff("a.csv")) == {"a.csv": "added"}

    def test_a_file_that_became_an_output(self, project):
        project.commit(a_csv="v\n1\n")
        project.git("rm", "--quiet", "--cached", "a.csv")
        project.output("a.csv", "v\n2\n")
        project.commit()
        report = project.diff("a.csv", revisions=["HEAD~1", "HEAD"])
        assert report.files[0].table.counts.modified == 1

    def test_hashes_of_two_algorithms(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        project.output("a.csv", "v\n1\n", algorithm="xxh3_128")
        project.commit()
        assert kinds(project.diff("a.csv", revisions=["HEAD~1", "HEAD"])) == {"a.csv": "unchanged"}
        assert kinds(project.diff("a.csv", revisions=["HEAD~1"])) == {"a.csv": "unchanged"}

    @pytest.mark.parametrize(
        ("path", "old", "new"),
        [
            ("a.tsv", "a\tb\n1\t2\n", "a\tb\n1\t3\n"),
            ("a.json", '[{"a": 1, "b": 2}]', '[{"a": 1, "b": 3}]'),
            ("a.jsonl", '{"a": 1, "b": 2}\n', '{"a": 1, "b": 3}\n'),
            (
                "a.csv.gz",
                gzip.compress(b"a,b\n1,2\n", mtime=0),
                gzip.compress(b"a,b\n1,3\n", mtime=0),
            ),
        ],
    )
    def test_every_format(self, project, path, old, new):
        project.output(path, old)
        project.commit()
        project.write(path, new)
        assert project.difference(path).cells == {"b": 1}

    def test_metrics_are_a_table_of_one_row(self, project):
        project.commit(metrics_json='{"loss": 0.5, "epochs": 3}')
        project.write("metrics.json", '{"loss": 0.25, "epochs": 3}')
        assert project.difference("metrics.json").cells == {"loss": 1}

    def test_out_of_memory_the_counts_are_the_same(self, project):
        project.commit(a_csv="id,v\n1,x\n2,y\n")
        project.write("a.csv", "id,v\n2,z\n3,x\n")
        table = project.difference("a.csv", keys=("id",), memory=1)
        assert (table.counts.added, table.counts.removed, table.counts.modified) == (1, 1, 1)
        assert table.rows is None
        assert [path.name for path in project.layout.dot.iterdir()] == [".gitignore"]


class TestAllOutputs:
    def test_those_that_differ_are_compared(self, project):
        project.output("same.csv", "v\n1\n", stage="same")
        project.output("changed.csv", "v\n1\n", stage="changed")
        project.output("gone.csv", "v\n1\n", stage="gone")
        project.commit(tracked_csv="v\n1\n")
        project.output("changed.csv", "v\n2\n", stage="changed")
        project.output("new.csv", "v\n1\n", stage="new")
        (project.root / "gone.csv").unlink()
        project.write("tracked.csv", "v\n2\n")
        assert kinds(project.diff()) == {
            "changed.csv": "modified",
            "gone.csv": "removed",
            "new.csv": "added",
        }

    def test_an_output_that_was_changed_by_hand_differs(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        project.write("a.csv", "v\n2\n")
        assert kinds(project.diff()) == {"a.csv": "modified"}

    def test_between_revisions(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        project.output("a.csv", "v\n2\n")
        project.commit()
        project.output("a.csv", "v\n3\n")
        (file,) = project.diff(revisions=["HEAD~1", "HEAD"]).files
        assert file.table.rows[0].after.values == (2,)

    def test_what_is_no_data_file_is_named(self, project):
        project.output("model.pkl", b"one")
        project.commit()
        project.write("model.pkl", b"two")
        report = project.diff()
        assert report.unsupported == ("model.pkl",)
        assert report.files == ()

    def test_of_a_directory_the_files_that_differ(self, project):
        for name in ("same.csv", "changed.csv", "gone.json", "x.bin"):
            project.write(f"out/{name}", '[{"a": 1}]')
        project.write(".gitignore", "/out\n")
        project.record("out/")
        project.commit()
        project.write("out/changed.csv", "v\n2\n")
        project.write("out/new.csv", "v\n2\n")
        project.write("out/x.bin", "other")
        (project.root / "out/gone.json").unlink()
        report = project.diff()
        assert kinds(report) == {
            "out/changed.csv": "modified",
            "out/gone.json": "removed",
            "out/new.csv": "added",
        }
        assert report.unsupported == ("out/x.bin",)

    def test_a_directory_that_is_the_same_needs_no_cache(self, project):
        project.write("out/a.csv", "v\n1\n")
        project.write(".gitignore", "/out\n")
        project.record("out/")
        project.commit()
        for blob in project.layout.blobs.glob("??/*"):
            blob.unlink()
        assert kinds(project.diff()) == {}

    def test_one_that_can_not_be_compared_stops_no_other(self, project):
        project.output("a.csv", "v\n1\n", stage="a")
        project.commit()
        for blob in project.layout.blobs.glob("??/*"):
            blob.unlink()
        project.output("b.csv", "v\n3\n", stage="b")
        project.output("c.json", "[1]", stage="c")
        project.write("a.csv", "v\n2\n")
        report = project.diff()
        assert [file.path for file in report.files] == ["b.csv"]
        assert [problem.path for problem in report.problems] == ["a.csv", "c.json"]
        assert isinstance(report.problems[0].error, MissingContentError)
        assert "c.json (workspace): item 1 is a number" in str(report.problems[1].error)

    def test_broken_locks_are_problems(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        project.write("a.csv", "v\n2\n")
        (project.layout.stages / "bad.lock").write_text("{}")
        report = project.diff()
        assert [file.path for file in report.files] == ["a.csv"]
        assert isinstance(the_error(report), BrokenLockError)

    def test_a_project_without_outputs(self, project):
        project.commit(a_csv="v\n1\n")
        report = project.diff()
        assert (report.files, report.problems, report.unsupported) == ((), (), ())


class TestDirectories:
    def test_a_directory_means_its_data_files(self, project):
        project.write("d/a.csv", "v\n1\n")
        project.write("d/note.txt", "x")
        project.commit()
        project.write("d/a.csv", "v\n2\n")
        project.write("d/junk.csv", "nobody keeps track of it")
        project.output("d/out.csv", "v\n1\n")
        project.write("d/note.txt", "y")
        assert kinds(project.diff("d/")) == {"d/a.csv": "modified", "d/out.csv": "added"}
        assert project.diff("d").unsupported == ()

    def test_of_a_directory_what_is_the_same_is_left_out(self, project):
        project.write("d/a.csv", "v\n1\n")
        project.commit()
        assert kinds(project.diff("d")) == {}

    def test_several_paths(self, project):
        project.commit(a_csv="v\n1\n", b_csv="v\n1\n", c_csv="v\n1\n")
        assert list(kinds(project.diff("b.csv", "a.csv", "b.csv"))) == ["b.csv", "a.csv"]


class TestMistakes:
    def test_no_repository(self, tmp_path, monkeypatch):
        from pivot_data_diff import diff

        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(NoRepositoryError):
            diff(tmp_path)

    def test_an_unknown_revision(self, project):
        project.commit()
        project.git("branch", "experiment")
        with pytest.raises(UnknownRevisionError, match="did you mean 'experiment'"):
            project.diff(revisions=["experimint"])

    def test_three_revisions(self, project):
        with pytest.raises(UsageError, match="at most two"):
            project.diff(revisions=["a", "b", "c"])

    def test_a_path_beyond_the_project(self, project):
        with pytest.raises(PathError):
            project.diff("../x.csv")

    def test_a_path_that_is_nowhere(self, project):
        project.output("scores.csv", "v\n1\n")
        project.commit()
        error = the_error(project.diff("score.csv"))
        assert "no data file 'score.csv', neither at HEAD nor in the workspace" in str(error)
        assert "did you mean 'scores.csv'" in error.hint
        error = the_error(project.diff("zzz", revisions=["HEAD", "main"]))
        assert "neither at HEAD nor at main" in str(error)

    def test_a_file_that_nobody_keeps_track_of(self, project):
        project.commit()
        project.write("a.csv", "v\n1\n")
        error = the_error(project.diff("a.csv"))
        assert isinstance(error, UnrecordedError)
        assert "a.csv is not in git at HEAD" in str(error)

    def test_what_may_be_missing_for_a_broken_lock_is_told_by_the_lock(self, project):
        project.layout.stages.mkdir()
        (project.layout.stages / "bad.lock").write_text("{}")
        project.commit()
        project.write("a.csv", "v\n1\n")
        assert isinstance(the_error(project.diff("a.csv")), BrokenLockError)
        assert isinstance(the_error(project.diff("b.csv")), BrokenLockError)

    def test_an_output_that_the_cache_lacks(self, project):
        project.output("a.csv", "v\n1\n")
        project.commit()
        for blob in project.layout.blobs.glob("??/*"):
            blob.unlink()
        project.write("a.csv", "v\n2\n")
        error = the_error(project.diff("a.csv"))
        assert isinstance(error, MissingContentError)
        assert "pivot config set remotes.origin URL" in error.hint

    def test_what_the_cache_lacks_is_fetched_from_a_remote(self, project, tmp_path):
        (tmp_path / "remote").mkdir()
        project.write(".pivot/config.yaml", f"remotes:\n  origin: {tmp_path / 'remote'}\n")
        project.output("a.csv", "v\n1\n")
        project.commit()
        (blob,) = project.layout.blobs.glob("??/*")
        remote = open_directory(str(tmp_path / "remote"), {})
        remote.upload({blob.parent.name + blob.name: blob}, lambda moved: None)
        blob.unlink()
        project.write("a.csv", "v\n2\n")
        assert kinds(project.diff("a.csv")) == {"a.csv": "modified"}

    def test_a_format_that_nobody_knows(self, project):
        project.commit(a_txt="x")
        project.write("a.txt", "y")
        assert isinstance(the_error(project.diff("a.txt")), UnsupportedFormatError)

    def test_a_file_that_is_not_what_it_should_be(self, project):
        project.commit(a_json="[{}")
        project.write("a.json", "[]")
        error = the_error(project.diff("a.json"))
        assert isinstance(error, FormatError)
        assert str(error).startswith("a.json (HEAD): line 1 is not JSON")

    def test_values_that_are_nested_too_deeply_to_be_compared(self, project):
        deep = "[" * 5000 + "{}" + "]" * 5000
        project.commit(a_json=f'[{{}}, {{"a": {deep}}}]')
        project.write("a.json", f'[{{}}, {{"a": {deep.replace("{}", "1")}}}]')
        error = the_error(project.diff("a.json"))
        assert "nested too deeply" in str(error)

    def test_a_file_that_can_not_be_read(self, project, install):
        install(
            "oddfmt", "def open_odd(path):\n    raise OSError(5, 'failing')", odd="oddfmt:open_odd"
        )
        project.commit(a_odd="x")
        project.write("a.odd", "y")
        error = the_error(project.diff("a.odd"))
        assert str(error).startswith("can't read a.odd (HEAD): failing")

    def test_a_key_that_is_not_there(self, project):
        project.commit(a_csv="id,v\n1,x\n")
        project.write("a.csv", "ID,v\n1,x\n")
        error = the_error(project.diff("a.csv", keys=("id",)))
        assert isinstance(error, ColumnError)
        assert str(error).startswith("a.csv: there is no key column 'id' after")


def test_a_project_below_the_top_of_the_repository(project):
    inner = project.root / "inner"
    inner.mkdir()
    project.write("inner/a.csv", "v\n1\n")
    project.commit()
    project.write("inner/a.csv", "v\n2\n")
    from pivot_data_diff import diff

    (file,) = diff(inner, ["a.csv"]).files
    assert file.kind is Kind.MODIFIED


def test_the_state_of_the_project_spares_hashing(project):
    from pivot.store.state import State

    State.open(project.layout.state).close()
    project.output("a.csv", "v\n1\n")
    project.commit()
    project.write("a.csv", "v\n2\n")
    assert kinds(project.diff()) == {"a.csv": "modified"}
    assert kinds(project.diff()) == {"a.csv": "modified"}
