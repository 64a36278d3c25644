"""What is completed where: every completion here goes through the whole command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import pivot

BREAKS = "\"'@><=;|&(: \t\n"


@pytest.fixture
def complete(invoke, project, monkeypatch):
    """Give `complete(line)`: what may stand for the last word of a line, as bash is told."""

    def complete(line, shell="bash", breaks="", directory="."):
        monkeypatch.setenv("_PIVOT_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", "")
        monkeypatch.setenv("_PIVOT_BREAKS", breaks)
        result = invoke(directory=directory)
        monkeypatch.delenv("_PIVOT_COMPLETE")
        assert (result.status, result.err) == (0, "")
        return [line.removeprefix("plain,") for line in result.out.splitlines() if line]

    return complete


@pytest.fixture
def variants(scaling):
    """A project whose names are known, and whose pipeline can't be imported any more."""
    scaling.write(
        "pivot.yaml",
        """
        stages:
          scale: {function: pipeline:scale}
          total: {function: pipeline:total}
          train:
            function: pipeline:train
            matrix: {model: [bert_swe, bert_eng, xl]}
            outs: {return: "${model}.json"}
        """,
    )
    scaling.pipeline(
        """
        def scale() -> Annotated[int, outputs.Out("scaled.json", loaders.JSON())]:
            return 1

        def total() -> Annotated[int, outputs.Out("out/total.json", loaders.JSON())]:
            return 1

        def train(variant: str) -> Annotated[int, outputs.Out("trained.json", loaders.JSON())]:
            return 1
        """
    )
    assert len(pivot.stages(scaling.root)) == 5
    scaling.run("scale")
    scaling.write("pipeline.py", "raise SystemExit('imported')")
    return scaling


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pivot run ", ["scale", "total", "train@bert_swe", "train@bert_eng", "train@xl"]),
        ("pivot run t", ["total", "train@bert_swe", "train@bert_eng", "train@xl"]),
        ("pivot run scale t", ["total", "train@bert_swe", "train@bert_eng", "train@xl"]),
        ("pivot status train@bert_s", ["train@bert_swe"]),
        ("pivot explain sc", ["scale", "scaled.json"]),
        ("pivot push o", ["out/total.json"]),
        ("pivot run --force to", ["total"]),
        ("pivot run './", ["file,./"]),
        ("pivot run ../da", ["file,../da"]),
        ("pivot run 'train@*l", ["train@xl"]),
        ("pivot run 'train@b*", []),
        ("pivot run 'train@", ["train@bert_swe", "train@bert_eng", "train@xl"]),
        ("pivot params show sc", ["scale", "scaled.json"]),
        ("pivot params diff --stage sc", ["scale"]),
        ("pivot history sc", ["scale"]),
        ("pivot logs tr", ["train@bert_swe", "train@bert_eng", "train@xl"]),
        ("pivot run nothing", []),
    ],
)
def test_targets(variants, complete, line, expected):
    assert complete(line) == expected


def test_bash_gets_what_follows_the_last_break(variants, complete):
    assert complete("pivot run train@bert", breaks=BREAKS) == ["@bert_swe", "@bert_eng"]
    assert complete("pivot run 'train@bert_s", breaks=BREAKS) == ["train@bert_swe"]
    assert complete("pivot run --executor=lo", breaks=BREAKS) == ["loky"]


def test_the_value_of_an_option_behind_its_sign(scaling, complete):
    assert complete("pivot run --executor=lo", "zsh") == ["--executor=loky"]
    assert complete("pivot params show --format=y", "fish") == ["--format=yaml"]


def test_older_scripts_are_understood(scaling, invoke, monkeypatch):
    scaling.write(".pivot/stages/scale.lock", "")
    monkeypatch.setenv("_PIVOT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "pivot run sc")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert invoke().out == "plain,scale\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pivot config get cache", ["cache.link", "cache.verify"]),
        ("pivot config set rem", ["remotes.far", "remotes.near"]),
        ("pivot config unset def", ["default_remote"]),
        ("pivot config set executor ", ["inline", "interpreters", "loky"]),
        ("pivot config set undeclared ", ["track", "warn", "error", "off"]),
        ("pivot config set keep_going t", ["true"]),
        ("pivot config set cache.link ", ["reflink", "hardlink", "copy"]),
        ("pivot config set cache.link copy,", ["copy,reflink", "copy,hardlink"]),
        ("pivot config set cache.link copy,h", ["copy,hardlink"]),
        ("pivot config set default_remote n", ["near"]),
        ("pivot config set jobs ", []),
        ("pivot config set nonsense ", []),
        ("pivot push --remote ", ["far", "near"]),
        ("pivot pull --remote f", ["far"]),
        ("pivot params show --format ", ["table", "json", "yaml", "md"]),
        ("pivot completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_settings_and_choices(scaling, complete, line, expected):
    scaling.write(".pivot/config.yaml", "remotes: {near: /near, far: 's3://far/x'}\n")
    assert complete(line) == expected


def test_formats_of_exporters(scaling, complete):
    assert {"dot", "mermaid"} <= set(complete("pivot export --format "))


def test_a_remote_is_described_by_where_it_is(scaling, complete):
    scaling.write(".pivot/config.yaml", "remotes: {far: 's3://far/x'}\n")
    assert complete("pivot push --remote ", "zsh") == ["far\ts3://far/x"]


def test_keys_are_completed_where_a_file_has_a_mistake(scaling, complete):
    scaling.write(".pivot/config.yaml", "jobs: many\n")
    assert complete("pivot config set job") == ["jobs"]


def test_runs_the_last_one_first(scaling, complete):
    assert complete("pivot show ") == []
    scaling.run()
    scaling.run("scale", force=True)
    assert complete("pivot show ") == ["2", "1"]
    first, _ = complete("pivot show ", "fish")
    assert first.startswith("2\t2")
    assert first.endswith(" 1 ran")


def test_without_a_project_there_is_nothing(invoke, complete, project, tmp_path):
    assert complete("pivot run ") == []
    assert complete("pivot push --remote ") == []
    assert "jobs" in complete("pivot config set ")


def test_another_directory_is_looked_into(variants, complete):
    elsewhere = variants.root.parent / "elsewhere"
    elsewhere.mkdir()
    assert complete("pivot -C ../project run sc", directory=elsewhere)[0] == "scale"


#: How many modules are imported beyond Python's own. Tighten it whenever less is enough.
MOST_MODULES = 77


def test_little_is_imported_and_no_code_of_the_user_is(variants):
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom pivot.cli import main\nsys.argv = ['pivot']\n"
        "main([])\nprint(*(set(sys.modules) - before), file=sys.stderr)\n"
    )
    for line, expected in [("pivot run sc", "plain,scale"), ("pivot config set jo", "plain,jobs")]:
        around = {"_PIVOT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": ""}
        done = subprocess.run(
            [sys.executable, "-P", "-c", code],
            cwd=variants.root,
            env={**os.environ, **around},
            capture_output=True,
            text=True,
            check=True,
        )
        imported = set(done.stderr.split())
        assert done.stdout.splitlines()[0] == expected
        assert not imported & {"pipeline", "pydantic", "yaml", "lmdb", "rich", "pivot.session"}
        assert len(imported) <= MOST_MODULES
