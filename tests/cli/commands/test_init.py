import json
import subprocess
import sys


def test_a_new_project_runs_as_it_stands(invoke, project):
    result = invoke("init")
    assert result.status == 0
    assert result.out.startswith("created pipeline.py\n")
    assert "pivot run" in result.out
    assert project.run() == {"clean": "ran", "summarise": "ran"}
    assert json.loads(project.read("summary.json")) == {
        "days": 4,
        "mean": 20.25,
        "warm_days": ["Tuesday", "Thursday"],
    }
    assert project.run() == {"clean": "unchanged", "summarise": "unchanged"}


def test_the_edit_that_it_proposes_has_an_effect(invoke, project):
    invoke("init")
    project.run()
    project.edit("pipeline.py", "(fahrenheit - 32) * 5 / 9, 1)", "(fahrenheit - 32) * 5 / 9)")
    shown = invoke("explain", "clean").out
    assert "    func:celsius\n" in shown
    assert project.run() == {"clean": "ran", "summarise": "ran"}


def test_git_is_told_what_to_leave_out(invoke, project):
    invoke("init")
    assert (project.root / ".pivot/.gitignore").exists()


def test_nothing_is_overwritten(invoke, project):
    project.write("pipeline.py", "# mine\n")
    result = invoke("init")
    assert result.status == 2
    assert result.err.startswith(f"error: pipeline.py exists already in {project.root}")
    assert project.read("pipeline.py") == "# mine\n"
    assert sorted(path.name for path in project.root.iterdir()) == ["pipeline.py"]


def test_data_that_are_there_are_not_overwritten_either(invoke, project):
    project.write("data/readings.json", "[]\n")
    (project.root / "pivot.yaml").symlink_to("nowhere")
    result = invoke("init")
    assert result.status == 2
    assert "pivot.yaml, data/readings.json" in result.err
    assert not (project.root / "pipeline.py").exists()


def test_the_pipeline_is_well_formatted(invoke, project):
    invoke("init")
    for words in (["check", "--select", "E,F,I,UP"], ["format", "--check"]):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *words,
                "--isolated",
                "--line-length=100",
                "pipeline.py",
            ],
            cwd=project.root,
            check=True,
            capture_output=True,
        )
