"""Defaults of parameters are compared as values, by others; the rest of their class counts here."""

import pytest

from pivot.fingerprint import Fingerprinter

FILES = {
    "params.py": """
        from pydantic import BaseModel, Field, field_validator

        START = 1

        class Base(BaseModel):
            rate: float = 0.5

        class Notes:
            note = 3

        class Params(Notes, Base):
            epochs: int = Field(default=START)

            @field_validator("epochs")
            @classmethod
            def check(cls, value):
                return value + 1
    """,
    "pipeline.py": """
        import functools
        from params import Params

        def stage(params: Params):
            return params.epochs

        def maker():
            return Params()

        def inject(f):
            @functools.wraps(f)
            def wrapper(params):
                return f(params)
            return wrapper

        @inject
        def injected(params: Params):
            return params.rate
    """,
}
TRACKED = frozenset({"rate", "epochs", "note"})


@pytest.fixture
def manifests(project):
    """Give the manifests of a stage before and after an edit of `params.py`."""
    project.write(FILES)

    def look(stage):
        project.load("pipeline")
        params = project.get("params:Params")
        maker = Fingerprinter(project.root, values_elsewhere={params: TRACKED})
        roots = {"function": project.get(f"pipeline:{stage}"), "params": params}
        return maker.manifest(roots)

    def manifests(old, new, stage="stage"):
        before = look(stage)
        project.edit("params.py", old, new)
        return project.changed(before, look(stage))

    return manifests


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rate: float = 0.5", "rate: float = 0.6"),
        ("Field(default=START)", "Field(default=2)"),
        ("START = 1", "START = 2"),
        ("note = 3", "note = 4"),
    ],
)
def test_a_default_does_not_count(manifests, old, new):
    assert manifests(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("rate: float", "rate: int", "class:params:Base"),
        ("epochs: int", "epochs: float", "class:params:Params"),
        ("value + 1", "value + 2", "class:params:Params"),
    ],
)
def test_the_rest_of_the_class_counts(manifests, old, new, key):
    assert manifests(old, new) == {key}


def test_a_default_counts_for_code_that_makes_instances(manifests):
    assert manifests("Field(default=START)", "Field(default=2)", "maker") == {
        "class:params:Params",
        "const:params:START",
    }


def test_the_annotation_of_a_decorated_function_is_no_use_of_the_default(manifests):
    assert manifests("rate: float = 0.5", "rate: float = 0.6", "injected") == set()
