import pytest

from pivot.api.opening import open_session
from pivot.confinement.landlock import UnavailableError, require
from pivot.engine.confining import Confiner
from pivot.engine.judge import Judge

try:
    require()
except UnavailableError as error:
    pytest.skip(f"this system can't confine a process: {error.message}", allow_module_level=True)

PIPELINE = """
import pivot
import tools.clean

def train(
    raw: Annotated[pathlib.Path, Dep("data/raw/")],
) -> Annotated[pathlib.Path, Out("model.bin")]:
    pass

def split() -> Annotated[pathlib.Path, Out("parts/")]:
    pass

REGISTRY.register(train)
REGISTRY.register(split)
pivot.command("wc -l < data/raw/a.csv > n", deps=["data/raw/"], outs=["n"], params="limit")
"""


@pytest.fixture
def confined(project):
    project.pipeline(PIPELINE)
    for path in ("data/raw/a.csv", "data/raw/b.py", "data/b.csv", "tools/clean.py", "x/deep/c.py"):
        project.write(path, "")
    for path in ("env/pyvenv.cfg", "env/lib/d.py", ".hidden/e.py", "notes/today.txt"):
        project.write(path, "")
    project.write("params.yaml", "limit: 3")
    project.write(".pivotignore", "notes/\n")
    with open_session(project.root, None, {}, None, ()) as session:
        confiner = Confiner(session.workspace, session.stages.values(), session.sources)
        judge = Judge(session.workspace, session.observer)
        yield {name: confiner(stage, judge.judge(stage)) for name, stage in session.stages.items()}


def test_code_inputs_and_outputs_are_permitted(confined):
    train = confined["train"]
    code = ("pipeline.py", "tools/clean.py", "x/deep/c.py", "params.yaml", "pyproject.toml")
    assert all(train.permits(path, writing=False) for path in code)
    assert not any(train.permits(path, writing=True) for path in code)
    assert train.permits("data/raw/a.csv", writing=False)
    assert train.files == ("model.bin",)
    others = ("data/b.csv", "parts/1", "env/lib/d.py", ".hidden/e.py", ".pivot/state.lmdb")
    assert not any(train.permits(path, writing=False) for path in others)


def test_a_directory_is_known_by_its_name(confined):
    assert confined["split"].directories == ("parts/",)
    assert not confined["split"].permits("data/raw/a.csv", writing=False)
    # Code of one stage's input is no code of the project.
    assert not confined["split"].permits("data/raw/b.py", writing=False)


def test_what_is_ignored_is_left_alone(confined):
    assert confined["train"].free == ("notes",)
    assert confined["train"].permits("notes/today.txt", writing=True)


def test_a_command_reads_its_parameters(confined):
    assert confined["wc"].permits("params.yaml", writing=False)


def test_a_directory_is_known_by_what_it_was_last_time(project):
    project.pipeline("""
    def split() -> Annotated[pathlib.Path, Out("parts")]:
        parts = pathlib.Path("parts")
        parts.mkdir()
        (parts / "1").write_text("one")
        return parts
    REGISTRY.register(split)
    """)
    assert project.run() == {"split": "ran"}
    with open_session(project.root, None, {}, None, ()) as session:
        confiner = Confiner(session.workspace, session.stages.values(), session.sources)
        stage = session.stages["split"]
        verdict = Judge(session.workspace, session.observer).judge(stage)
        assert confiner(stage, verdict).directories == ("parts",)
