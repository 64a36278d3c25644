"""What a stage depends on without declaring it runs it again, and nothing else does."""

from __future__ import annotations

import contextlib
import json
import os
import sys

import pytest

IMPORTS = "import importlib, json, os, pathlib, sqlite3, subprocess, sys\n"


def out(body: str, more: str = "") -> str:
    """Give a pipeline with one stage that returns what the body computes."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    return (
        f"{IMPORTS}{more}\n"
        f"def stage() -> Annotated[object, outputs.Out('out.json', loaders.JSON())]:\n{lines}\n"
        "REGISTRY.register(stage)\n"
    )


@pytest.fixture
def ran(project):
    """Give a function that writes a pipeline and runs it; then it may be run again."""

    def start(body: str, more: str = "", executor: str = "inline", **files: str):
        for name, text in files.items():
            project.write(name.replace("__", "/").replace("_dot_", "."), text)
        project.pipeline(out(body, more))
        assert project.run(executor=executor) == {"stage": "ran"}, project.report.stages
        assert project.run(executor=executor) == {"stage": "unchanged"}
        return project

    return start


def facts(project, stage: str = "stage") -> dict[str, str]:
    return json.loads(project.read(f".pivot/stages/{stage}.lock"))["traced"]


def result(project) -> object:
    return json.loads(project.read("out.json"))


PLUGIN = "K = 1\ndef apply(x):\n    return x + K\ndef unused(x):\n    return x\n"
BY_NAME = """
name = json.loads(pathlib.Path("choice.json").read_text())
return getattr(importlib.import_module(f"plugins.{name}"), "app" + "ly")(1)
"""
DISPATCH = """
class Handlers:
    def on_go(self):
        return helper()
    def on_stop(self):
        return 2
def helper():
    return 3
"""


# Code


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_module_that_is_imported_by_a_computed_name(ran, executor):
    files = {"plugins__a_dot_py": PLUGIN, "plugins__b_dot_py": PLUGIN, "choice_dot_json": '"a"'}
    project = ran(BY_NAME, executor=executor, **files)
    project.edit("plugins/b.py", "x + K", "x - K")
    assert project.run(executor=executor) == {"stage": "unchanged"}
    project.edit("plugins/a.py", "K = 1", "K = 5")
    assert project.run(executor=executor) == {"stage": "ran"}
    assert result(project) == 6


def test_a_function_that_is_found_by_a_computed_attribute_of_an_object(ran):
    project = ran(
        "module = __import__('handlers')\nreturn getattr(module.Handlers(), 'on_' + 'go')()",
        handlers_dot_py=DISPATCH,
    )
    project.edit("handlers.py", "return 3", "return 4")
    assert project.run() == {"stage": "ran"}
    assert result(project) == 4


def test_code_that_is_found_by_a_path(ran):
    project = ran(
        "spec = importlib.util.spec_from_file_location('loose', 'scripts/loose.py')\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "return module.VALUE",
        "import importlib.util",
        scripts__loose_dot_py="VALUE = 1\n",
    )
    project.edit("scripts/loose.py", "1", "2")
    assert project.run() == {"stage": "ran"}
    assert result(project) == 2


def test_what_the_code_that_ran_names_in_turn(ran):
    project = ran(
        BY_NAME,
        plugins__a_dot_py="from deep import K\ndef apply(x):\n    return x + K\n",
        deep_dot_py="K = 1\nOTHER = 2\n",
        choice_dot_json='"a"',
    )
    project.edit("deep.py", "OTHER = 2", "OTHER = 3")
    assert project.run() == {"stage": "unchanged"}
    project.edit("deep.py", "K = 1", "K = 2")
    assert project.run() == {"stage": "ran"}


def test_what_the_static_closure_knows_is_no_fact(ran):
    project = ran(
        "import tools\nreturn tools.used(1)",
        tools_dot_py="def used(x):\n    return x\ndef unused(x):\n    return x\n",
    )
    assert facts(project) == {}
    project.edit("tools.py", "def unused(x):\n    return x", "def unused(x):\n    return 2")
    assert project.run() == {"stage": "unchanged"}


def test_code_that_ran_and_is_gone(ran):
    project = ran(BY_NAME, plugins__a_dot_py=PLUGIN, choice_dot_json='"a"')
    (project.root / "plugins" / "a.py").unlink()
    assert project.run() == {"stage": "failed"}
    assert "No module named 'plugins.a'" in project.report["stage"].error


def test_an_optional_module_that_appears(ran):
    project = ran(
        "name = 'fa' + json.loads('\"st\"')\n"
        "try:\n    return importlib.import_module(name).K\n"
        "except ImportError:\n    return 0"
    )
    assert facts(project) == {"import:fast": "absent"}
    project.write("fast.py", "K = 7\n")
    assert project.run() == {"stage": "ran"}
    assert result(project) == 7


def test_a_module_that_was_only_looked_for(ran):
    project = ran("return importlib.util.find_spec('extra') is not None", "import importlib.util")
    project.write("extra.py", "")
    assert project.run() == {"stage": "ran"}
    assert result(project) is True


def test_each_stage_of_a_warm_process_has_the_facts_of_what_it_imports(project):
    body = out("name = 'la' + json.loads('\"te\"')\nreturn importlib.import_module(name).LIMITS")
    project.pipeline(
        body + "REGISTRY.register(stage, name='again', outs={'return': 'again.json'})\n"
    )
    project.write(
        "late.py",
        "import json, pathlib\nLIMITS = json.loads(pathlib.Path('limits.json').read_text())\n",
    )
    project.write("limits.json", "[1]")
    project.run()
    assert facts(project, "stage") == facts(project, "again")
    assert "file:limits.json" in facts(project)
    project.write("limits.json", "[2]")
    assert project.run() == {"stage": "ran", "again": "ran"}
    assert result(project) == [2]


# Files


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_file_that_is_read(ran, executor):
    project = ran(
        "return json.loads(pathlib.Path('limits.json').read_text())",
        executor=executor,
        limits_dot_json="[1]",
    )
    project.write("limits.json", "[2]")
    assert project.run(executor=executor) == {"stage": "ran"}
    assert result(project) == [2]


def test_it_is_told_with_file_and_line(project):
    project.write("limits.json", "[1]")
    project.pipeline(out("text = pathlib.Path('limits.json').read_text()\nreturn text"))
    project.run()
    (warning,) = project.warnings()
    line = (
        project.read("pipeline.py")
        .splitlines()
        .index("    text = pathlib.Path('limits.json').read_text()")
    )
    assert warning == (
        f"pipeline.py:{line + 1}: 'limits.json' is read, but not declared: "
        "it is tracked like an input"
    )


def test_what_is_declared_is_no_fact(project):
    project.write("data/a.csv", "1")
    project.pipeline(
        IMPORTS + "def stage() -> Annotated[object, outputs.Out('out.json', loaders.JSON())]:\n"
        "    os.makedirs('made/deep', exist_ok=True)\n"
        "    open('made/deep/x', 'w').close()\n"
        "    names = os.listdir('data')\n"
        "    return [pathlib.Path(f'data/{name}').read_text() for name in names if os.path.exists(f'data/{name}')]\n"
        "REGISTRY.register(stage, deps=['data/'], outs={'return': 'out.json', 'made': 'made/'})\n"
    )
    assert project.run() == {"stage": "ran"}, project.report.stages
    assert (facts(project), project.warnings()) == ({}, [])


def test_a_file_that_was_not_there(ran):
    project = ran("return os.path.exists('flag')")
    project.write("flag", "")
    assert project.run() == {"stage": "ran"}
    assert result(project) is True
    (project.root / "flag").unlink()
    assert project.run() == {"stage": "restored"}
    assert result(project) is False


def test_a_file_that_could_not_be_opened(ran):
    project = ran(
        "try:\n    return pathlib.Path('local.json').read_text()\nexcept FileNotFoundError:\n    return ''"
    )
    assert project.warnings() == []
    project.write("local.json", "1")
    assert project.run() == {"stage": "ran"}


def test_a_file_that_appears_in_a_listed_directory(ran):
    project = ran(
        "return sorted(path.name for path in pathlib.Path('parts').glob('*.txt'))",
        parts__a_dot_txt="",
    )
    project.write("parts/b.txt", "")
    assert project.run() == {"stage": "ran"}
    assert result(project) == ["a.txt", "b.txt"]


def test_what_the_pipeline_makes_is_no_news_in_a_listed_directory(project):
    project.pipeline(
        out("return len(os.listdir())")
        + "def other() -> Annotated[int, outputs.Out('other.json', loaders.JSON())]:\n    return 1\n"
        "REGISTRY.register(other)\n"
    )
    project.run("stage")
    project.run()
    assert project.run() == {"stage": "unchanged", "other": "unchanged"}


def test_a_database_and_a_file_for_a_subprocess(ran):
    project = ran(
        "sqlite3.connect('base.db').close()\n"
        "return subprocess.run(['cat', 'given.txt'], capture_output=True, text=True).stdout",
        given_dot_txt="a",
        base_dot_db="",
    )
    assert {"file:base.db", "file:given.txt"} <= facts(project).keys()
    project.write("given.txt", "b")
    assert project.run() == {"stage": "ran"}
    assert result(project) == "b"


def test_a_file_that_is_written_is_told(project):
    project.pipeline(
        out(
            "open('debug.txt', 'w').close()\nopen('gone.tmp', 'w').close()\nos.remove('gone.tmp')\nreturn 1"
        )
    )
    project.run()
    (warning,) = project.warnings()
    assert "'debug.txt' is written, but not declared" in warning
    assert project.run() == {"stage": "unchanged"}


def test_a_file_that_is_read_and_then_written_is_no_fact(project):
    project.write("count.txt", "1")
    project.pipeline(
        out(
            "count = int(pathlib.Path('count.txt').read_text())\n"
            "pathlib.Path('count.txt').write_text(str(count + 1))\n"
            "return count"
        )
    )
    project.run()
    assert [text.partition(": ")[2] for text in project.warnings()] == [
        "'count.txt' is read, but not declared: it is tracked like an input",
        "'count.txt' is written, but not declared: it is neither cached nor restored",
    ]
    assert project.run() == {"stage": "unchanged"}


def test_what_the_ignore_file_names_is_no_fact(ran):
    project = ran(
        "return pathlib.Path('notes.log').read_text()",
        notes_dot_log="1",
        _dot_pivotignore="*.log\n",
    )
    assert facts(project) == {}


def test_going_back_restores_what_that_file_led_to(ran):
    project = ran("return pathlib.Path('limits.json').read_text()", limits_dot_json="[1]")
    project.write("limits.json", "[2]")
    assert project.run() == {"stage": "ran"}
    project.write("limits.json", "[1]")
    assert project.run() == {"stage": "restored"}
    assert result(project) == "[1]"
    assert project.run() == {"stage": "unchanged"}


def test_a_deleted_output_comes_back_with_its_facts(ran):
    project = ran("return pathlib.Path('limits.json').read_text()", limits_dot_json="[1]")
    before = facts(project)
    (project.root / "out.json").unlink()
    assert project.run() == {"stage": "restored"}
    assert facts(project) == before


def test_directories_that_the_stage_makes_and_fills_are_no_facts(ran):
    project = ran(
        "for name in ('scratch/deep', 'scratch/deep', 'other'):\n"
        "    os.makedirs(name, exist_ok=True)\n"
        "pathlib.Path('scratch/deep/.x').mkdir(exist_ok=True)\n"
        "return sorted(os.listdir('scratch/deep'))"
    )
    assert project.run(force=True) == {"stage": "ran"}
    assert (facts(project), project.warnings()) == ({}, [])


# The setting


READS = "return pathlib.Path('limits.json').read_text()"


def test_only_warned(project, monkeypatch):
    monkeypatch.setenv("PIVOT_UNDECLARED", "warn")
    project.write("limits.json", "[1]")
    project.pipeline(out(f"os.path.exists('flag'), os.listdir()\n{READS}"))
    project.run()
    (warning,) = project.warnings()
    assert warning.endswith("'limits.json' is read, but not declared: a change of it runs nothing")
    assert facts(project) == {}


def test_an_error(project, monkeypatch):
    monkeypatch.setenv("PIVOT_UNDECLARED", "error")
    project.write("limits.json", "[1]")
    project.pipeline(out(READS))
    assert project.run() == {"stage": "failed"}
    assert project.report.exit_status == 1
    assert "'limits.json' is read, but not declared" in project.report["stage"].error
    assert project.run() == {"stage": "failed"}


def test_not_looked_at(project, monkeypatch):
    monkeypatch.setenv("PIVOT_UNDECLARED", "off")
    project.write("limits.json", "[1]")
    project.pipeline(out(READS))
    project.run()
    assert (project.warnings(), facts(project)) == ([], {})


# Variables


@pytest.mark.parametrize("executor", ["inline", "loky"])
def test_a_variable_that_is_asked_for(ran, monkeypatch, executor):
    project = ran("return os.environ.get('LEVEL')", executor=executor)
    assert facts(project) == {"env:LEVEL": "unset"}
    monkeypatch.setenv("LEVEL", "a-secret-value")
    assert project.run(executor=executor) == {"stage": "ran"}
    assert result(project) == "a-secret-value"
    assert "a-secret-value" not in project.read(".pivot/stages/stage.lock")
    monkeypatch.delenv("LEVEL")
    assert project.run(executor=executor) == {"stage": "restored"}


# Races


def test_an_undeclared_input_that_is_edited_while_the_stage_runs(project):
    project.write("limits.json", "[1]")
    project.pipeline(
        out(
            "text = pathlib.Path('limits.json').read_text()\n"
            "subprocess.run(['sh', '-c', 'echo [2] > limits.json'], check=True)\n"
            "return text"
        )
    )
    assert project.run() == {"stage": "failed"}
    assert "limits.json changed while 'stage' ran" in project.warnings()[-1]
    assert not (project.root / ".pivot/stages/stage.lock").exists()
    assert project.read("out.json") == '"[1]\\n"\n' or project.read("out.json") == '"[1]"\n'


def test_a_module_that_is_edited_after_its_import_in_a_stage(project):
    project.write("late.py", "K = 1\n")
    project.pipeline(
        out(
            "import late\n"
            "if late.K == 1:\n"
            "    subprocess.run(['sh', '-c', 'echo K = 2 > late.py'], check=True)\n"
            "return late.K"
        )
    )
    assert project.run() == {"stage": "failed"}
    assert project.run() == {"stage": "ran"}
    assert result(project) == 2


def test_a_file_that_the_stage_waited_for_is_no_race(project):
    project.pipeline(
        out(
            "waiting = subprocess.Popen(['sh', '-c', 'sleep 0.2; touch ready'])\n"
            "while not os.path.exists('ready'):\n    pass\n"
            "return waiting.wait()"
        )
    )
    assert project.run() == {"stage": "ran"}
    assert facts(project) == {"look:ready": "file"}


def test_the_tracer_leaves_nothing_behind(ran):
    stat, encode = os.stat, os.environ.encodekey
    ran("return os.path.exists('flag')")
    assert (os.stat, os.environ.encodekey) == (stat, encode)


def test_a_file_that_is_edited_after_the_import_of_the_pipeline_read_it(project):
    project.write("limits.json", "[1]")
    project.pipeline(
        out(
            "if LIMITS == [1]:\n    pathlib.Path('limits.json').write_text('[2]')\nreturn LIMITS",
            "HERE = pathlib.Path(__file__).parent\n"
            "LIMITS = json.loads((HERE / 'limits.json').read_text())",
        )
    )
    # What it returns is of the file as it was, and so is what is recorded.
    assert project.run() == {"stage": "ran"}
    assert result(project) == [1]
    assert project.run() == {"stage": "ran"}
    assert result(project) == [2]
    assert project.run() == {"stage": "unchanged"}


#: An edit of a file between the import of the pipeline by the parent and that by the worker.
MEANWHILE = """
HERE = pathlib.Path(__file__).parent
if not (HERE / "seen").exists():
    (HERE / "seen").touch()
elif not (HERE / "edited").exists():
    (HERE / "edited").touch()
    (HERE / "{file}").write_text("{text}")
"""


def test_a_source_that_is_edited_before_the_worker_imports_it(project):
    project.write("helper.py", "def value():\n    return 1\n")
    edit = MEANWHILE.format(file="helper.py", text="def value():\\n    return 22\\n")
    project.pipeline(out("return helper.value()", f"{edit}\nimport helper"))
    assert project.run(executor="loky") == {"stage": "failed"}
    assert "helper.py changed while 'stage' ran" in project.warnings()[-1]
    assert project.run(executor="loky") == {"stage": "ran"}
    assert result(project) == 22


def test_a_file_that_is_edited_before_the_import_of_the_worker_reads_it(project):
    project.write("limits.json", "[1]")
    edit = MEANWHILE.format(file="limits.json", text="[22]")
    more = f"{edit}\nLIMITS = json.loads((HERE / 'limits.json').read_text())"
    project.pipeline(out("return LIMITS", more))
    assert project.run(executor="loky") == {"stage": "failed"}
    assert "limits.json changed while 'stage' ran" in project.warnings()[-1]
    assert project.run(executor="loky") == {"stage": "ran"}
    assert result(project) == [22]


def test_nothing_of_a_worker_that_imported_something_else_is_recorded(project):
    project.write("helper.py", "def value():\n    return 1\n")
    edit = MEANWHILE.format(file="helper.py", text="def value():\\n    return 22\\n")
    project.pipeline(
        f"{IMPORTS}{edit}\nimport helper\n"
        "def first() -> Annotated[object, outputs.Out('1.json', loaders.JSON())]:\n"
        "    return helper.value()\n"
        "def second() -> Annotated[object, outputs.Out('2.json', loaders.JSON())]:\n"
        "    return helper.value()\n"
        "REGISTRY.register(first)\nREGISTRY.register(second)\n"
    )
    statuses = project.run(executor="loky", jobs=1, keep_going=True)
    assert statuses == {"first": "failed", "second": "failed"}
    assert set(project.run(executor="loky").values()) == {"ran"}


def test_source_that_was_read_unloaded_and_is_edited_while_the_stage_runs(project):
    project.write("late.py", "K = 1\n")
    project.pipeline(
        out(
            "changed = subprocess.run(['sh', '-c', 'grep -q 1 late.py && echo K = 2 > late.py'])\n"
            "import late\n"
            "return late.K"
        )
    )
    assert project.run() == {"stage": "failed"}
    assert project.run() == {"stage": "ran"}
    assert result(project) == 2


def test_where_code_cannot_be_watched_that_is_told_and_the_rest_still_counts(project):
    taken = []
    project.write("limits.json", "[1]")
    project.pipeline(out("return pathlib.Path('limits.json').read_text()"))
    try:
        for number in range(6):
            with contextlib.suppress(ValueError):
                sys.monitoring.use_tool_id(number, "test")
                taken.append(number)
        assert project.run() == {"stage": "ran"}
    finally:
        for number in taken:
            sys.monitoring.free_tool_id(number)
    assert project.warnings()[0].startswith("which code ran could not be watched")
    assert facts(project).keys() == {"file:limits.json"}
