"""Which stages a registry has, and when it raises."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pytest

from pivot.errors import DefinitionError, DefinitionErrors, DiscoveryError, PivotError, Place
from pivot.outputs import Dep, Out
from pivot.registry import REGISTRY, Registry
from pivot.stage_def import StageParams

if TYPE_CHECKING:
    from collections.abc import Callable


def clean(raw: Annotated[str, Dep("raw.csv")]) -> None: ...


def train(rate: float = 0.1) -> None: ...


def wrong(data: Annotated[str, Dep("/absolute")]) -> None: ...


def worse(data, more) -> None: ...


class Params(StageParams):
    rate: float = 0.1


def tuned(params: Params) -> None: ...


def line_of(function: Any) -> int:
    return inspect.getsourcelines(function)[1]


# Registering


def test_stages_are_in_the_order_of_their_registration():
    registry = Registry()
    registry.register(train)
    registry.register(clean)
    assert [stage.name for stage in registry.stages] == ["train", "clean"]


def test_a_new_registry_is_empty():
    assert Registry().stages == ()


def test_the_function_comes_back_as_it_was():
    assert Registry().register(clean) is clean


def test_it_works_as_a_decorator():
    registry = Registry()

    @registry.register
    def decorated() -> None: ...

    assert [stage.function for stage in registry.stages] == [decorated]


def test_every_keyword_gets_to_the_stage():
    registry = Registry()
    registry.register(
        tuned,
        name="other",
        deps=["extra.txt"],
        outs=[Out("made.txt")],
        params=Params(rate=0.5),
        mutex="gpu",
        code=[clean],
    )
    (stage,) = registry.stages
    assert stage.name == "other"
    assert [dep.path for dep in stage.deps] == ["extra.txt"]
    assert [out.path for out in stage.outs] == ["made.txt"]
    assert stage.params == Params(rate=0.5)
    assert stage.mutex == ("gpu",)
    assert stage.code == (clean,)


def test_one_function_may_be_many_stages():
    registry = Registry()
    for region in ("north", "south"):
        registry.register(
            clean,
            name=f"clean@{region}",
            deps={"raw": f"{region}.csv"},
        )
    assert [(stage.name, stage.deps[0].path) for stage in registry.stages] == [
        ("clean@north", "north.csv"),
        ("clean@south", "south.csv"),
    ]


def test_registries_know_nothing_of_each_other():
    one, other = Registry(), Registry()
    one.register(clean)
    assert other.stages == ()


def test_a_wrong_definition_raises_at_once():
    registry = Registry()
    with pytest.raises(DefinitionErrors, match="absolute"):
        registry.register(wrong)
    assert registry.stages == ()


def test_the_place_is_relative_to_the_working_directory(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    with pytest.raises(DefinitionErrors) as caught:
        Registry().register(wrong)
    assert caught.value.errors[0].where == Place("test_registry.py", line_of(wrong))


def test_two_stages_of_one_name():
    registry = Registry()
    registry.register(clean)
    with pytest.raises(DefinitionError) as caught:
        registry.register(train, name="clean")
    error = caught.value
    assert "two stages are called 'clean'; the other is at" in error.message
    assert error.message.endswith(f"test_registry.py:{line_of(clean)}")
    assert error.where.line == line_of(train)
    assert error.hint == "give one of them another name: register(..., name=...)"


def test_a_loop_that_forgets_the_name():
    registry = Registry()
    registry.register(clean)
    with pytest.raises(DefinitionError, match="two stages are called 'clean'"):
        registry.register(clean, deps={"raw": "other.csv"})


# Collecting

HERE = Path(__file__).parent


def collect(registry: Registry, fill: Callable[[], object]) -> list[PivotError]:
    """Give the errors that are told when a pipeline file fills a registry."""

    def import_pipeline():
        with registry.collecting(HERE):
            fill()

    with pytest.raises(DefinitionErrors) as caught:
        import_pipeline()
    return list(caught.value.errors)


def test_collecting_fills_an_empty_registry_under_the_old_name(tmp_path):
    registry = Registry()
    registry.register(clean)
    with registry.collecting(tmp_path) as collected:
        registry.register(train)
        assert [stage.name for stage in registry.stages] == ["train"]
    assert [stage.name for stage in collected.stages] == ["train"]
    assert [stage.name for stage in registry.stages] == ["clean"]


def test_collecting_twice_gives_each_its_own(tmp_path):
    registry = Registry()
    for function in (clean, train):
        with registry.collecting(tmp_path) as collected:
            registry.register(function)
        assert [stage.function for stage in collected.stages] == [function]


def test_collecting_tells_all_errors_together():
    registry = Registry()

    def pipeline():
        assert registry.register(wrong) is wrong
        registry.register(clean)
        registry.register(worse)
        registry.register(train, name="clean")

    assert [str(error.where) for error in collect(registry, pipeline)] == [
        f"test_registry.py:{line_of(function)}" for function in (wrong, worse, worse, train)
    ]


def test_collecting_hears_of_every_registry():
    registry, other = Registry(), Registry()

    def pipeline():
        other.register(wrong)
        registry.register(train)
        other.register(worse)

    assert [error.where.line for error in collect(registry, pipeline)] == [
        line_of(function) for function in (wrong, worse, worse)
    ]


def test_a_class_that_cannot_be_made_is_one_error_among_the_others():
    registry = Registry()

    def pipeline():
        registry.register(wrong)

        class Mixed(StageParams):
            data = Dep("x.csv")

    assert [error.where for error in collect(registry, pipeline)] == [
        Place("test_registry.py", line_of(wrong)),
        Place("test_registry.py", line_of(pipeline) + 3),
    ]


def test_other_exceptions_pass():
    registry = Registry()

    def pipeline():
        with registry.collecting(HERE):
            registry.register(worse)
            raise DiscoveryError("no pipeline")

    with pytest.raises(DiscoveryError, match="no pipeline"):
        pipeline()


def test_afterwards_everything_is_as_it_was():
    registry = Registry()
    registry.register(clean)
    collect(registry, lambda: registry.register(wrong))
    assert [stage.name for stage in registry.stages] == ["clean"]
    with pytest.raises(DefinitionErrors):
        registry.register(wrong)


def test_collecting_is_a_matter_of_one_thread(tmp_path):
    """Another thread's wrong definition is told there, not here."""
    raised: list[BaseException] = []

    def elsewhere():
        try:
            Registry().register(wrong)
        except DefinitionErrors as error:
            raised.append(error)

    with Registry().collecting(tmp_path):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(raised) == 1


def test_there_is_one_registry_for_pipeline_files():
    assert isinstance(REGISTRY, Registry)


# Scripts and notebooks

PROLOGUE = """
from typing import Annotated
from pivot.outputs import Dep
from pivot.registry import Registry
registry = Registry()
"""


def script(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run a text as a program, as `python FILE` does."""
    file = tmp_path / "script.py"
    file.write_text(PROLOGUE + textwrap.dedent(text))
    return subprocess.run([sys.executable, file], capture_output=True, text=True, check=False)


def notebook(cells: list[str]) -> subprocess.CompletedProcess[str]:
    """Run texts as cells: each is compiled by itself, under a name that is no file's."""
    program = f"""
for number, cell in enumerate({cells!r}):
    exec(compile(cell, f"<cell-{{number}}>", "exec"), globals())
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


DEFINITION = """
def clean(raw: Annotated[str, Dep("{path}")]) -> None: ...
registry.register(clean)
"""


def test_a_notebooks_cell_may_be_run_again():
    show = "print([(stage.name, stage.deps[0].path) for stage in registry.stages])"
    cells = [PROLOGUE, DEFINITION.format(path="a"), DEFINITION.format(path="b"), show]
    result = notebook(cells)
    assert result.stdout.strip() == "[('clean', 'b')]", result.stderr


def test_a_scripts_second_definition_of_one_name_is_a_mistake(tmp_path):
    result = script(tmp_path, DEFINITION.format(path="a") + DEFINITION.format(path="b"))
    assert result.returncode == 1
    assert "two stages are called 'clean'" in result.stderr


def test_a_scripts_loop_that_forgets_the_name_is_a_mistake(tmp_path):
    text = """
        def clean(raw: Annotated[str, Dep("raw.csv")]) -> None: ...
        for path in ("a", "b"):
            registry.register(clean, deps={"raw": path})
    """
    assert "two stages are called 'clean'" in script(tmp_path, text).stderr


def test_a_scripts_loop_over_functions_that_forgets_the_name_is_a_mistake(tmp_path):
    text = """
        for path in ("a", "b"):
            def clean(raw: Annotated[str, Dep(path)]) -> None: ...
            registry.register(clean)
    """
    assert "two stages are called 'clean'" in script(tmp_path, text).stderr


def test_two_callables_of_one_class_need_names(tmp_path):
    text = """
        class Clean:
            def __call__(self) -> None: ...
        registry.register(Clean())
        registry.register(Clean())
    """
    assert "two stages are called 'Clean'" in script(tmp_path, text).stderr


def test_a_script_may_be_run_again_in_a_living_interpreter(tmp_path):
    file = tmp_path / "again.py"
    file.write_text(
        "from pivot.registry import REGISTRY as registry\n"
        "from typing import Annotated\n"
        "from pivot.outputs import Dep\n" + DEFINITION.format(path="a")
    )
    program = f"""
import runpy
for _ in range(2):
    runpy.run_path({str(file)!r}, run_name="__main__")
from pivot.registry import REGISTRY
print(len(REGISTRY.stages))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.stdout.strip() == "1", result.stderr
