"""Whatever is wrong, the user gets one clear message, and no traceback of Pivot's own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pivot

PACKAGE = str(Path(pivot.__file__).parent)

OK = """
def first() -> Annotated[dict, outputs.Out("first.json", loaders.JSON())]:
    return {"a": 1}

def second(
    first: Annotated[dict, outputs.Dep("first.json", loaders.JSON())],
) -> Annotated[dict, outputs.Out("second.json", loaders.JSON())]:
    return first

REGISTRY.register(first)
REGISTRY.register(second)
"""


def line_of(project, text, file="pipeline.py"):
    """The number of the one line that holds a text."""
    [number] = [n for n, line in enumerate(project.read(file).splitlines(), 1) if text in line]
    return number


def refused(project, *words, status=2):
    """Run the command line, which must refuse; give what it says."""
    found = project.cli(*words)
    assert found.returncode == status, found
    assert PACKAGE not in found.stderr
    assert "bug in Pivot" not in found.stderr
    return found.stderr


def run_fails(project, status=1):
    """Run the pipeline, of which a stage must fail; give what is said of it."""
    err = refused(project, "run", "--quiet", "--executor", "inline", status=status)
    assert ": failed: " in err
    return err


class TestPipeline:
    def test_an_exception_at_import_shows_the_users_traceback(self, project):
        project.write("helper.py", "def f():\n    return 1 / 0\n")
        project.pipeline("import helper\nhelper.f()\n")
        err = refused(project, "run")
        assert err.startswith(
            "error: helper.py:2: the pipeline can't be imported: "
            "ZeroDivisionError: division by zero\n"
        )
        assert "helper.f()" in err
        assert "importlib" not in err

    def test_a_missing_module(self, project):
        project.pipeline("import no_such_module\n")
        err = refused(project, "run")
        line = line_of(project, "no_such_module")
        assert err.startswith(
            f"error: pipeline.py:{line}: the pipeline can't be imported: ModuleNotFoundError: "
        )

    def test_a_syntax_error(self, project):
        project.pipeline("def broken(:\n    pass\n")
        err = refused(project, "run")
        assert (
            err
            == f"error: pipeline.py:{line_of(project, 'broken')}: invalid syntax: def broken(:\n"
        )

    def test_a_pipeline_that_exits(self, project):
        project.pipeline("raise SystemExit(3)\n")
        assert "the pipeline can't be imported: SystemExit: 3" in refused(project, "run")

    def test_no_pipeline_at_all(self, project):
        err = refused(project, "run")
        assert err.startswith("error: no Pivot project here: ")
        assert "pivot init" in err

    def test_every_wrong_definition_is_told_in_one_run(self, project):
        project.pipeline("""
        def first(x) -> None: pass
        def second(y) -> None: pass
        REGISTRY.register(first)
        REGISTRY.register(second)
        """)
        errors = refused(project, "run").split("error: ")[1:]
        assert [error.partition(": ")[0] for error in errors] == [
            f"pipeline.py:{line_of(project, 'def first')}",
            f"pipeline.py:{line_of(project, 'def second')}",
        ]

    def test_two_stages_with_one_output(self, project):
        project.pipeline("""
        def one() -> Annotated[dict, outputs.Out("same.json", loaders.JSON())]: return {}
        def two() -> Annotated[dict, outputs.Out("same.json", loaders.JSON())]: return {}
        REGISTRY.register(one)
        REGISTRY.register(two)
        """)
        err = refused(project, "run")
        one, two = line_of(project, "def one"), line_of(project, "def two")
        assert err.startswith(f"error: pipeline.py:{two}: two stages write 'same.json': ")
        assert f"(pipeline.py:{one})" in err

    def test_overlapping_outputs(self, project):
        project.pipeline("""
        def one() -> Annotated[pathlib.Path, outputs.Out("data/")]: return pathlib.Path("data")
        def two() -> Annotated[dict, outputs.Out("data/x.json", loaders.JSON())]: return {}
        REGISTRY.register(one)
        REGISTRY.register(two)
        """)
        err = refused(project, "run")
        assert err.startswith(
            f"error: pipeline.py:{line_of(project, 'def two')}: outputs overlap: "
        )
        assert "'data/x.json'" in err
        assert "'data/'" in err

    def test_a_cycle_is_printed_as_a_path(self, project):
        project.pipeline("""
        def stage(name: str, source: str):
            def function(x):
                return x
            function.__annotations__ = {
                "x": Annotated[dict, outputs.Dep(f"{source}.json", loaders.JSON())],
                "return": Annotated[dict, outputs.Out(f"{name}.json", loaders.JSON())],
            }
            REGISTRY.register(function, name=name)

        stage("a", "c")
        stage("b", "a")
        stage("c", "b")
        """)
        err = refused(project, "run")
        assert "the stages wait for each other: a -> b -> c -> a" in err
        assert "'b' reads 'a.json', which 'a' writes" in err

    def test_an_input_that_does_not_exist_and_that_no_stage_makes(self, project):
        project.pipeline("""
        def clean(raw: Annotated[dict, outputs.Dep("raw.json", loaders.JSON())]) -> None: pass
        REGISTRY.register(clean)
        """)
        line = line_of(project, "def clean")
        for command in ("run", "status"):
            err = refused(project, command)
            assert err.startswith(f"error: pipeline.py:{line}: stage 'clean' needs 'raw.json', ")

    @pytest.mark.parametrize("path", ["../outside.json", "/etc/outside.json"])
    def test_a_path_outside_the_project(self, project, path):
        project.pipeline(f"""
        def leak() -> Annotated[dict, outputs.Out("{path}", loaders.JSON())]: return {{}}
        REGISTRY.register(leak)
        """)
        err = refused(project, "run")
        assert err.startswith(f"error: pipeline.py:{line_of(project, 'def leak')}: ")
        assert f"{path!r}" in err

    def test_a_link_that_leads_outside_the_project(self, project, tmp_path):
        (tmp_path / "outside").mkdir()
        (project.root / "data").symlink_to(tmp_path / "outside")
        project.pipeline("""
        def leak() -> Annotated[dict, outputs.Out("data/x.json", loaders.JSON())]: return {}
        REGISTRY.register(leak)
        """)
        found = project.cli("run", "--executor", "inline")
        assert found.returncode in (1, 2)
        assert "leads outside" in found.stderr
        assert PACKAGE not in found.stderr
        assert not (tmp_path / "outside/x.json").exists()


class TestTargets:
    def test_an_unknown_target_names_the_nearest(self, project):
        project.pipeline(OK)
        for command in ("run", "dag"):
            assert refused(project, command, "secnd") == (
                "error: there is no stage and no output called 'secnd'\n"
                "  did you mean 'second' or 'second.json'?\n"
            )

    def test_an_unknown_output_names_the_nearest(self, project):
        project.pipeline(OK)
        assert "did you mean 'first.json'" in refused(project, "run", "frist.json")

    def test_an_unknown_executor_names_those_there_are(self, project):
        project.pipeline(OK)
        err = refused(project, "run", "--executor", "lokky")
        assert err == "error: there is no executor 'lokky'\n  did you mean loky?\n"

    @pytest.mark.parametrize("jobs", ["0", "-1", "many"])
    def test_a_number_of_jobs_that_makes_no_sense(self, project, jobs):
        project.pipeline(OK)
        assert refused(project, "run", "--jobs", jobs).startswith("error: invalid value for '-j'")


class TestStages:
    def test_an_exception_shows_the_users_traceback(self, project):
        project.write("helper.py", "def f():\n    return 1 / 0\n")
        project.pipeline("""
        import helper
        def stage() -> None: helper.f()
        REGISTRY.register(stage)
        """)
        err = run_fails(project)
        assert err.startswith("stage: failed: ZeroDivisionError: division by zero\n")
        assert 'helper.py", line 2, in f' in err

    def test_an_output_that_was_not_written(self, project):
        project.pipeline("""
        def lazy() -> Annotated[pathlib.Path, outputs.Out("model.bin")]:
            return pathlib.Path("model.bin")
        REGISTRY.register(lazy)
        """)
        err = run_fails(project)
        assert f"pipeline.py:{line_of(project, 'def lazy')}" in err
        assert "model.bin" in err

    def test_the_wrong_keys(self, project):
        project.pipeline("""
        class Made(TypedDict):
            right: Annotated[dict, outputs.Out("right.json", loaders.JSON())]

        def stage() -> Made:
            return {"wrong": {}}
        REGISTRY.register(stage)
        """)
        err = run_fails(project)
        assert f"pipeline.py:{line_of(project, 'def stage')}" in err
        assert "missing 'right'" in err
        assert "not declared 'wrong'" in err

    def test_nothing_instead_of_outputs(self, project):
        project.pipeline("""
        class Made(TypedDict):
            right: Annotated[dict, outputs.Out("right.json", loaders.JSON())]

        def stage() -> Made:
            pass
        REGISTRY.register(stage)
        """)
        err = run_fails(project)
        assert f"pipeline.py:{line_of(project, 'def stage')}" in err
        assert "None" in err

    def test_a_value_that_can_not_be_pickled(self, project):
        project.pipeline("""
        import threading
        def stage() -> Annotated[object, outputs.Out("value.pkl", loaders.Pickle())]:
            return threading.Lock()
        REGISTRY.register(stage)
        """)
        err = run_fails(project)
        assert "value.pkl" in err
        assert "pickle" in err

    def test_a_value_that_is_not_json(self, project):
        project.pipeline("""
        def stage() -> Annotated[object, outputs.Out("value.json", loaders.JSON())]:
            return {1, 2}
        REGISTRY.register(stage)
        """)
        err = run_fails(project)
        assert "value.json" in err

    def test_an_input_that_is_not_what_its_loader_says(self, project):
        project.write("raw.json", "{\n  oops\n}\n")
        project.pipeline("""
        def stage(raw: Annotated[dict, outputs.Dep("raw.json", loaders.JSON())]) -> None: pass
        REGISTRY.register(stage)
        """)
        assert "raw.json:2" in run_fails(project)


class TestParameters:
    PIPELINE = """
    class Params(StageParams):
        rate: float = 0.5

    def stage(params: Params) -> None: pass
    REGISTRY.register(stage)
    """

    def test_a_value_of_the_wrong_type(self, project):
        project.pipeline(self.PIPELINE)
        project.write("params.yaml", "# comment\nstage:\n  rate: fast\n")
        err = refused(project, "run")
        assert err.startswith("error: params.yaml:3: ")
        assert "Params.rate: " in err
        assert "'fast'" in err

    def test_a_parameter_that_there_is_not(self, project):
        project.pipeline(self.PIPELINE)
        project.write("params.yaml", "stage:\n  rat: 1\n")
        err = refused(project, "run")
        assert err.startswith("error: params.yaml:2: ")
        assert "did you mean rate?" in err

    def test_a_stage_that_there_is_not(self, project):
        project.pipeline(self.PIPELINE)
        project.write("params.yaml", "stag:\n  rate: 1\n")
        assert "did you mean stage?" in refused(project, "run")

    def test_a_file_that_is_not_yaml(self, project):
        project.pipeline(self.PIPELINE)
        project.write("params.yaml", "stage:\n  rate: [1\n")
        assert refused(project, "run").startswith("error: params.yaml:")

    def test_a_default_of_the_wrong_type(self, project):
        project.pipeline(self.PIPELINE.replace("0.5", '"fast"'))
        err = refused(project, "run")
        assert err.startswith(f"error: pipeline.py:{line_of(project, 'def stage')}: ")
        assert "Params.rate" in err


class TestSettings:
    def test_an_unknown_setting(self, project):
        project.pipeline(OK)
        project.write(".pivot/config.yaml", "jobs: 1\nexecuter: inline\n")
        err = refused(project, "run")
        assert err.startswith("error: .pivot/config.yaml:2: there is no setting 'executer'\n")
        assert "'executor'" in err

    def test_a_wrong_value(self, project):
        project.pipeline(OK)
        project.write("pyproject.toml", "[tool.pivot]\njobs = 'many'\n")
        assert refused(project, "run").startswith("error: pyproject.toml:2: ")

    def test_a_wrong_variable(self, project):
        project.pipeline(OK)
        found = project.cli("run", PIVOT_JOBS="many")
        assert found.returncode == 2
        assert found.stderr.startswith("error: PIVOT_JOBS ('jobs') is 'many'")


class TestLocks:
    LOCK = ".pivot/stages/first.lock"

    @pytest.fixture
    def done(self, project):
        project.pipeline(OK)
        assert project.run() == {"first": "ran", "second": "ran"}
        return project

    def explained(self, project):
        found = project.cli("explain", "first")
        assert (found.returncode, found.stderr) == (0, "")
        return found.stdout

    def test_a_broken_lock_counts_as_never_run_and_says_why(self, done):
        done.write(self.LOCK, "{ nonsense")
        shown = self.explained(done)
        assert "Status: WILL RUN\n" in shown or "Status: WILL RESTORE\n" in shown
        assert "Reason: Lock file can't be read\n" in shown
        assert self.LOCK in shown
        assert done.run() != {"first": "unchanged", "second": "unchanged"}
        assert done.run() == {"first": "unchanged", "second": "unchanged"}

    def test_conflict_markers_of_git_are_called_by_their_name(self, done):
        text = done.read(self.LOCK)
        done.write(self.LOCK, f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> branch\n")
        shown = self.explained(done)
        assert "conflict" in shown
        assert "Reason: Lock file can't be read\n" in shown

    def test_a_version_of_the_future(self, done):
        text = done.read(self.LOCK)
        assert '"version": 1' in text
        done.write(self.LOCK, text.replace('"version": 1', '"version": 99'))
        assert "99" in self.explained(done)


def namespaced(project, script):
    """Run a script in mount namespace of its own, where $PIVOT is the command line."""
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=project.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PIVOT": f"{sys.executable} -m pivot.cli", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )


def can_mount():
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs unprivileged mount namespaces")
class TestDisks:
    BIG = """
    def big() -> Annotated[pathlib.Path, outputs.Out("big.bin")]:
        pathlib.Path("big.bin").write_bytes(bytes(3_000_000))
        return pathlib.Path("big.bin")
    REGISTRY.register(big)
    """

    def full(self, project, size, *, after="true"):
        """Copy the project to a small disk, run it there, and give what is said."""
        found = namespaced(
            project,
            f"mkdir ../disk && mount -t tmpfs -o size={size} none ../disk && cp -r . ../disk/p"
            f" && cd ../disk/p && {after} && $PIVOT run --executor inline --quiet",
        )
        assert PACKAGE not in found.stderr
        assert "bug in Pivot" not in found.stderr
        assert found.returncode == 1, found
        return found.stderr

    def test_a_disk_that_a_stage_fills(self, project):
        project.pipeline(self.BIG)
        err = self.full(project, "2M")
        assert "No space left on device" in err

    def test_a_disk_that_is_full_before_anything_begins(self, project):
        project.pipeline(OK)
        err = self.full(project, "1M", after="dd if=/dev/zero of=filler bs=1k 2>/dev/null; true")
        assert "No space left on device" in err
        assert err.startswith("error: ")

    def test_a_read_only_project(self, project):
        project.pipeline(OK)
        found = namespaced(
            project,
            "mount --bind . . && mount -o remount,bind,ro . && cd . && cd $PWD"
            " && $PIVOT run --executor inline",
        )
        assert found.returncode == 1, found
        assert found.stderr.startswith("error: can't ")
        assert "Read-only file system" in found.stderr
        assert PACKAGE not in found.stderr

    def test_a_read_only_output_directory(self, project):
        project.pipeline("""
        def stage() -> Annotated[dict, outputs.Out("out/x.json", loaders.JSON())]: return {}
        REGISTRY.register(stage)
        """)
        (project.root / "out").mkdir()
        found = namespaced(
            project,
            "mount --bind out out && mount -o remount,bind,ro out && $PIVOT run --executor inline",
        )
        assert found.returncode == 1, found
        assert "Read-only file system" in found.stderr
        assert PACKAGE not in found.stderr


@pytest.mark.parametrize("group", ["metrics", "data", "params", "cache", "remote", "config"])
def test_a_group_alone_says_what_is_in_it(invoke, group):
    found = invoke(group)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith(f"Usage: pivot {group} [OPTIONS]")
    assert "error" not in found.err
