"""How a project's pipeline is found, and what is told when it can't be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pivot.discovery import Pipeline, discover, importing
from pivot.discovery.pipeline import PipelineImportError
from pivot.errors import DefinitionErrors, DiscoveryError, PivotError, Place
from pivot.registry import REGISTRY

if TYPE_CHECKING:
    from pathlib import Path

STAGES = """
def clean(raw: Annotated[str, outputs.Dep("raw.csv")]) -> None: ...
def train(rate: float = 0.1) -> None: ...
"""


def found(root: Path) -> Pipeline:
    with importing(root):
        return discover(root)


def names(root: Path) -> list[str]:
    return [stage.name for stage in found(root).stages]


def failure(root: Path) -> PivotError:
    with pytest.raises(PivotError) as caught:
        found(root)
    return caught.value


def import_failure(root: Path) -> PipelineImportError:
    error = failure(root)
    assert isinstance(error, PipelineImportError)
    return error


# What is found


def test_stages_are_in_the_order_of_their_registration(pipeline):
    root = pipeline(STAGES + "REGISTRY.register(train)\nREGISTRY.register(clean)")
    assert names(root) == ["train", "clean"]
    assert found(root).root == root


def test_places_are_relative_to_the_project(pipeline):
    root = pipeline(STAGES + "REGISTRY.register(clean)")
    assert found(root).stages[0].place == Place("pipeline.py", 5)


def test_stages_of_other_modules_count(pipeline, write):
    write("steps/__init__.py")
    write(
        "steps/first.py",
        "from pivot.registry import REGISTRY\n@REGISTRY.register\ndef first(): ...",
    )
    root = pipeline("import steps.first\n@REGISTRY.register\ndef second(): ...")
    assert names(root) == ["first", "second"]
    assert found(root).stages[0].place == Place("steps/first.py", 2)


def test_a_pipeline_without_stages_is_empty(pipeline):
    assert found(pipeline("")).stages == ()


def test_own_registries_at_the_top_level_count(pipeline):
    root = pipeline(
        STAGES
        + """
REGISTRY.register(clean)
mine = Registry()
again = mine
mine.register(train)
same = REGISTRY
"""
    )
    assert names(root) == ["clean", "train"]


def test_a_registry_that_nobody_named_does_not_count(pipeline):
    root = pipeline(STAGES + "def hidden():\n    Registry().register(train)\nhidden()")
    assert names(root) == []


def test_parameters_of_the_file_are_applied(pipeline, write):
    write("params.yaml", "train: {rate: 0.5}")
    root = pipeline(
        """
class Params(StageParams):
    rate: float = 0.1
@REGISTRY.register
def train(params: Params) -> None: ...
"""
    )
    assert found(root).stages[0].params.rate == 0.5


def test_the_shared_registry_is_empty_afterwards(pipeline):
    found(pipeline(STAGES + "REGISTRY.register(clean)"))
    assert REGISTRY.stages == ()


def test_a_pipeline_may_be_discovered_again_in_one_session(pipeline):
    root = pipeline(STAGES + "REGISTRY.register(clean)")
    with importing(root):
        assert discover(root).stages[0].name == discover(root).stages[0].name == "clean"


def test_an_edit_is_seen_by_the_next_session(pipeline):
    assert names(pipeline(STAGES + "REGISTRY.register(clean)")) == ["clean"]
    assert names(pipeline(STAGES + "REGISTRY.register(train)")) == ["train"]


def test_what_the_pipeline_prints_is_printed(pipeline, capsys):
    found(pipeline("print('importing')"))
    assert capsys.readouterr().out == "importing\n"


def test_circular_imports_work_as_far_as_python_lets_them(pipeline, write):
    write("steps.py", "import pipeline\ndef first():\n    return pipeline.RATE\n")
    assert names(pipeline("RATE = 3\nimport steps\nREGISTRY.register(steps.first)")) == ["first"]


# What is not


def test_no_pipeline_file(tmp_path):
    error = failure(tmp_path)
    assert isinstance(error, DiscoveryError)
    assert error.message == f"there is no pipeline.py and no pivot.yaml in {tmp_path}"
    assert error.hint == "run 'pivot init' to create one"


def test_a_directory_of_that_name_is_no_pipeline_file(tmp_path):
    (tmp_path / "pipeline.py").mkdir()
    assert "there is no pipeline.py" in failure(tmp_path).message


# What can't be imported


def test_an_exception_is_told_with_its_place_and_traceback(pipeline):
    error = import_failure(pipeline("def deep():\n    return 1 / 0\n\ndeep()"))
    assert error.message == "the pipeline can't be imported: ZeroDivisionError: division by zero"
    assert error.where == Place("pipeline.py", 6)
    assert error.traceback.startswith("Traceback (most recent call last):\n")
    assert 'pipeline.py", line 8, in <module>\n    deep()' in error.traceback
    assert "importlib" not in error.traceback
    assert "pivot/discovery" not in error.traceback


def test_an_exception_deep_in_a_helper_has_the_helpers_place(pipeline, write):
    write("steps/__init__.py", "from . import tools\n")
    write("steps/tools.py", "x = 1\nimport no_such_module\n")
    error = import_failure(pipeline("import steps"))
    assert error.message.endswith("ModuleNotFoundError: No module named 'no_such_module'")
    assert error.where == Place("steps/tools.py", 2)


def test_the_place_is_never_in_an_environment(pipeline, write):
    write(".venv/pyvenv.cfg")
    write(".venv/lib/site-packages/installed.py", "raise OSError('from within')\n")
    root = pipeline(
        """
import sys, pathlib
sys.path.insert(0, str(pathlib.Path(__file__).parent / ".venv/lib/site-packages"))
import installed
"""
    )
    assert import_failure(root).where == Place("pipeline.py", 7)


def test_an_exception_without_words(pipeline):
    error = import_failure(pipeline("raise OSError"))
    assert error.message == "the pipeline can't be imported: OSError"


@pytest.mark.parametrize(
    ("code", "shown"), [("sys.exit(3)", "SystemExit: 3"), ("sys.exit()", "SystemExit")]
)
def test_a_pipeline_that_exits_does_not_end_the_process(pipeline, code, shown):
    error = import_failure(pipeline(f"import sys\n{code}"))
    assert error.message == f"the pipeline can't be imported: {shown}"
    assert error.where == Place("pipeline.py", 6)


def test_an_interrupt_is_no_error_of_the_pipeline(pipeline):
    with pytest.raises(KeyboardInterrupt):
        found(pipeline("raise KeyboardInterrupt"))


def test_a_syntax_error_has_its_own_place(pipeline):
    error = failure(pipeline("x = 1\ndef broken(:\n    pass"))
    assert isinstance(error, DiscoveryError)
    assert error.message == "invalid syntax: def broken(:"
    assert error.where == Place("pipeline.py", 6)


def test_a_syntax_error_in_a_helper_has_the_helpers_place(pipeline, write):
    write("steps/tools.py", "x = 1\nif x:\npass\n")
    error = failure(pipeline("import steps.tools"))
    assert error.message.startswith("expected an indented block after 'if' statement on line 2")
    assert error.where == Place("steps/tools.py", 3)


def test_a_source_with_bytes_that_are_no_text(tmp_path):
    (tmp_path / "pipeline.py").write_bytes(b"x = 1\ny = '\xff'\n")
    error = failure(tmp_path)
    assert isinstance(error, DiscoveryError)
    assert "utf-8" in error.message.lower()
    assert error.where is not None
    assert error.where.file == "pipeline.py"


def test_a_source_with_null_bytes(tmp_path):
    (tmp_path / "pipeline.py").write_bytes(b"x = 1\0\n")
    assert "null bytes" in failure(tmp_path).message


def test_a_syntax_error_of_some_other_text_has_the_place_of_the_call(pipeline):
    error = import_failure(pipeline("import ast\nast.literal_eval('1 +')"))
    assert "SyntaxError" in error.message
    assert error.where == Place("pipeline.py", 6)


def test_a_circular_import_that_python_does_not_let(pipeline, write):
    write("steps.py", "from pipeline import RATE\n")
    error = import_failure(pipeline("import steps\nRATE = 3"))
    assert "circular import" in error.message
    assert error.where == Place("steps.py", 1)


def test_a_failed_import_leaves_no_half_module(pipeline):
    import_failure(pipeline("x = 1\nraise OSError"))
    assert "pipeline" not in sys.modules
    assert names(pipeline(STAGES + "REGISTRY.register(train)")) == ["train"]
    assert REGISTRY.stages == ()


def test_a_loader_that_nobody_provides_has_a_place(pipeline):
    error = failure(pipeline("loaders.NoSuchThing()"))
    assert "NoSuchThing" in error.message
    assert error.where == Place("pipeline.py", 5)


# What is wrong with definitions


def test_everything_wrong_in_all_definitions_is_told_at_once(pipeline, write):
    write(
        "steps.py",
        """
        from pivot.registry import REGISTRY
        @REGISTRY.register
        def in_helper(data): ...
        """,
    )
    root = pipeline(
        """
import steps
@REGISTRY.register
def first(one, two) -> None: ...
mine = Registry()
@mine.register
def third() -> Annotated[str, outputs.Out("/abs")]: ...
@REGISTRY.register
def good() -> None: ...
REGISTRY.register(lambda: None)
REGISTRY.register(good)
"""
    )
    error = failure(root)
    assert isinstance(error, DefinitionErrors)
    assert [(str(e.where), e.message.partition(":")[0]) for e in error.errors] == [
        ("steps.py:2", "stage 'in_helper'"),
        ("pipeline.py:6", "stage 'first'"),
        ("pipeline.py:6", "stage 'first'"),
        ("pipeline.py:9", "stage 'third'"),
        ("pipeline.py:13", "stage '<lambda>'"),
        ("pipeline.py:11", "two stages are called 'good'; the other is at pipeline.py"),
    ]


def test_a_class_of_parameters_that_is_wrong_is_told_with_the_rest(pipeline):
    root = pipeline(
        """
@REGISTRY.register
def first(one) -> None: ...
class Params(StageParams):
    data: Dep[str] = Dep("x")
"""
    )
    error = failure(root)
    assert isinstance(error, DefinitionErrors)
    assert [str(e.where) for e in error.errors] == ["pipeline.py:5", "pipeline.py:7"]


def test_parameters_of_the_wrong_type_are_told_in_one_line_each(pipeline):
    root = pipeline(
        """
class Params(StageParams):
    rate: float = 0.1
    size: int = 1
REGISTRY.register(print, params=Params(rate="fast", size="big", more=1))
"""
    )
    error = failure(root)
    assert isinstance(error, DefinitionErrors)
    assert [(str(e.where), e.message.partition(":")[0]) for e in error.errors] == [
        ("pipeline.py:8", "Params.rate"),
        ("pipeline.py:8", "Params.size"),
        ("pipeline.py:8", "there is no parameter Params.more"),
    ]


def test_one_name_in_two_registries(pipeline):
    root = pipeline(STAGES + "REGISTRY.register(clean)\nmine = Registry()\nmine.register(clean)")
    error = failure(root)
    assert isinstance(error, DefinitionErrors)
    assert str(error) == (
        "pipeline.py:5: two registries have a stage 'clean'; the other is at pipeline.py:5\n"
        "  give one of them another name: register(..., name=...)"
    )


def test_a_traceback_has_the_files_current_lines(pipeline, tmp_path):
    """Also in a process that has seen an earlier version of the file."""
    program = f"""
import pathlib
from pivot.discovery import discover, importing
from pivot.discovery.pipeline import PipelineImportError
root = pathlib.Path({str(tmp_path)!r})
for text in ("raise OSError('first')", "import os; raise OSError('second')"):
    (root / "pipeline.py").write_text(text)
    with importing(root):
        try:
            discover(root)
        except PipelineImportError as error:
            print(error.traceback.splitlines()[2].strip())
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == [
        "raise OSError('first')",
        "import os; raise OSError('second')",
    ]
