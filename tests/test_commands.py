"""Stages that are shell commands: what runs them again, and what does not."""

from __future__ import annotations

import pytest

import pivot
from pivot.commands import command
from pivot.errors import DefinitionError, DefinitionErrors
from pivot.registry import Registry

PIPELINE = """
import pivot

pivot.command(
    "python src/train.py data.txt",
    params=["train.rate", "train.model.depth"],
    deps=["data.txt"],
    outs=["model.txt"],
)
pivot.command("sort model.txt > report.txt", name="report", deps=["model.txt"], outs=["report.txt"])
"""
FILES = {
    "pipeline.py": PIPELINE,
    "params.yaml": "train:\n  rate: 0.1\n  model: {depth: 3}\n  unread: 1\nelsewhere: 5\n",
    "data.txt": "b\na\n",
    "src/train.py": """
        import sys
        from features import scaled
        def main():
            import late
            text = open(sys.argv[1]).read() + open("params.yaml").read().partition("unread")[0]
            open("model.txt", "w").write(scaled(text) + late.END)
        main()
    """,
    "src/features.py": "def scaled(text):\n    return text * 2\n",
    "src/late.py": "END = 'end'\n",
    "src/unrelated.py": "x = 1\n",
}


@pytest.fixture
def done(project):
    for path, text in FILES.items():
        project.write(path, text)
    assert project.run() == {"train": "ran", "report": "ran"}
    assert project.run() == {"train": "unchanged", "report": "unchanged"}
    return project


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("src/train.py", "main()\n", "main()\nopen('model.txt', 'a').write('more')\n"),
        ("src/features.py", "* 2", "* 3"),
        ("src/late.py", "end", "END"),
        ("params.yaml", "rate: 0.1", "rate: 0.2"),
        ("params.yaml", "depth: 3", "depth: 4"),
        ("data.txt", "a\n", "c\n"),
        ("pipeline.py", "train.py data.txt", "train.py ./data.txt"),
    ],
)
def test_what_it_depends_on_runs_it_again(done, path, old, new):
    text = done.read(path)
    head, _, tail = text.rpartition(old)
    assert head
    done.write(path, head + new + tail)
    assert done.run()["train"] == "ran"
    assert done.run() == {"train": "unchanged", "report": "unchanged"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("src/features.py", "def scaled", "# A comment.\ndef scaled"),
        ("src/unrelated.py", "x = 1", "x = 2"),
        ("params.yaml", "unread: 1", "unread: 2"),
        ("params.yaml", "elsewhere: 5", "elsewhere: 6"),
        ("pipeline.py", "import pivot", "import pivot  # as ever"),
    ],
)
def test_what_does_not_matter_does_not(done, path, old, new):
    done.edit(path, old, new)
    assert done.run() == {"train": "unchanged", "report": "unchanged"}


def test_an_import_that_begins_to_lead_somewhere_runs_it_again(done):
    done.write(
        "src/late.py",
        """
        try:
            from more import END
        except ImportError:
            END = ""
        """,
    )
    assert done.run()["train"] == "ran"
    assert done.run()["train"] == "unchanged"
    done.write("src/more.py", "END = 'more'\n")
    assert done.run()["train"] == "ran"
    assert done.read("model.txt").endswith("more")


def test_the_command_line_sees_that_too(done):
    done.edit(
        "src/late.py",
        "END = 'end'",
        "try:\n    from more import END\nexcept ImportError:\n    END = ''",
    )
    assert done.cli("run").returncode == 0
    for _ in range(2):
        assert "up to date" in done.cli("run").stdout
    done.write("src/more.py", "END = 'more'\n")
    assert "train: ran" in done.cli("run").stdout
    assert done.read("model.txt").endswith("more")


def test_explain_names_the_file_and_the_value(done):
    done.edit("src/features.py", "* 2", "* 3")
    done.edit("params.yaml", "rate: 0.1", "rate: 0.2")
    (change, value) = pivot.explain(done.root, targets=["train"], diff=True)[0].changes
    assert change.name == "script:src/features.py"
    assert "-    return text * 2" in change.diff
    assert value.name == "value:parameter train.rate"


def test_a_command_that_fails_fails_its_stage_and_says_how(done):
    done.edit("pipeline.py", "python src/train.py data.txt", "python src/train.py data.txt; exit 4")
    assert done.run()["train"] == "failed"
    (stage, _) = done.report.stages
    assert "ended with status 4" in stage.error


def test_its_output_is_in_the_log_and_its_files_are_no_surprise(done):
    done.edit("pipeline.py", "python src/train.py", "echo said; python src/train.py")
    said = done.cli("run")
    assert "train | said" in said.stdout
    assert "undeclared" not in said.stdout + said.stderr
    assert "warning" not in said.stdout + said.stderr


def registered(**options):
    registry = Registry()
    command("python train.py", registry=registry, **options)
    return registry.stages[0]


def test_its_name_is_that_of_its_script_or_of_its_first_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    registry = Registry()
    command("bin/make-it now", outs=["a"], registry=registry)
    (tmp_path / "fit model.py").write_text("")
    command("echo; python 'fit model.py'", outs=["b"], registry=registry)
    assert [stage.name for stage in registry.stages] == ["make-it", "fit_model"]
    assert registry.stages[0].place.file == __file__


def test_parameters_come_from_other_files_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text("[deep]\nx = 1\n")
    (tmp_path / "b.json").write_text('{"list": [4, 5]}')
    stage = registered(outs=["o"], params={"a.toml": ["deep.x"], "b.json": None})
    assert stage.function.values == (("a.toml:deep.x", 1), ("b.json", {"list": [4, 5]}))
    stage = registered(outs=["o"], params={"b.json": ["list.1"]})
    assert stage.function.values == (("b.json:list.1", 5),)


@pytest.mark.parametrize(
    ("text", "params", "said"),
    [
        ("train:\n  rate: 1\n", ["train.rat"], "no parameter 'train.rat' in params.yaml"),
        ("train: [1]\n", "train.1", "no parameter 'train.1' in params.yaml"),
        (None, ["a"], "params.yaml is not there"),
        ("a: [\n", ["a"], "this is not YAML"),
        ("a: 1\na: 2\n", ["a"], "twice"),
        ("", {"none.toml": None}, "none.toml can't be read"),
        ("{", {"params.yaml.json": None}, "params.yaml.json can't be read"),
    ],
)
def test_a_parameter_that_can_not_be_found_is_an_error(tmp_path, monkeypatch, text, params, said):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=said.replace(".", r"\.")) as told:
        registered(outs=["o"], params=params)
    assert told.value.where is not None


def test_the_nearest_parameter_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("train:\n  rate: 1\n")
    with pytest.raises(DefinitionError) as told:
        registered(outs=["o"], params=["train.rat"])
    assert "train.rate" in told.value.hint


@pytest.mark.parametrize("options", [{"directory": "../up"}, {"deps": ["/etc/x"]}, {}])
def test_a_command_is_checked_as_any_stage(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((DefinitionErrors, DefinitionError, pivot.PivotError)):
        registered(outs=["a"] if options else ["/a"], **options)


def test_the_file_of_parameters_may_hold_what_commands_read_by_themselves(project):
    project.pipeline(
        """
        import pivot

        class P(StageParams):
            rate: int = 1

        def fit(params: P) -> Annotated[int, outputs.Out("fit.json", loaders.JSON())]:
            return params.rate

        REGISTRY.register(fit)
        pivot.command("grep -c . params.yaml > count.txt", name="count", outs=["count.txt"])
        """
    )
    project.write("params.yaml", "fit:\n  rate: 2\ncount: 5\nlist: [1]\n")
    project.run()
    assert (project.read("fit.json").strip(), project.read("count.txt").strip()) == ("2", "4")
    project.write("params.yaml", "fit:\n  rat: 2\n")
    with pytest.raises(DefinitionErrors, match="rat"):
        project.run()


def test_an_argument_for_a_command_is_still_an_error(project):
    project.write("pipeline.py", "import pivot\npivot.command('touch a', outs=['a'])\n")
    with pytest.raises(DefinitionErrors, match="touch"):
        project.run(params={"touch.rate": 1})
