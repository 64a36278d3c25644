"""`StageParams`: typed parameters whose changes run the stage that takes them."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def bakery(project):
    project.pipeline("""
        class BakeParams(StageParams):
            degrees: float = 210.0
            minutes: int = 40
            kind: str = "rye"

        def bake(
            params: BakeParams,
            dough: Annotated[str, outputs.Dep("dough.json", loaders.JSON())],
        ) -> Annotated[dict, outputs.Out("bread.json", loaders.JSON())]:
            return {"dough": dough, "heat": params.degrees * params.minutes, "kind": params.kind}

        def weigh(
            dough: Annotated[str, outputs.Dep("dough.json", loaders.JSON())],
        ) -> Annotated[int, outputs.Out("weight.json", loaders.JSON())]:
            return len(dough)

        REGISTRY.register(bake)
        REGISTRY.register(weigh)
    """)
    project.write("dough.json", '"flour and water"\n')
    return project


def bread(project):
    return json.loads(project.read("bread.json"))


def test_defaults_are_used(bakery, run):
    run()
    assert bread(bakery) == {"dough": "flour and water", "heat": 8400.0, "kind": "rye"}


def test_a_changed_default_runs_the_stage_that_takes_it(bakery, ran):
    ran()
    bakery.edit("pipeline.py", "minutes: int = 40", "minutes: int = 50")
    assert ran() == {"bake"}
    assert bread(bakery)["heat"] == 10500.0


def test_params_yaml_overrides_defaults(bakery, ran):
    ran()
    bakery.write("params.yaml", "bake:\n  degrees: 180\n  kind: wheat\n")
    assert ran() == {"bake"}
    assert bread(bakery) == {"dough": "flour and water", "heat": 7200.0, "kind": "wheat"}
    assert ran() == set()


def test_an_instance_at_registration_replaces_defaults(bakery, ran):
    ran()
    bakery.edit(
        "pipeline.py",
        "REGISTRY.register(bake)",
        'REGISTRY.register(bake, params=BakeParams(kind="oat"))',
    )
    assert ran() == {"bake"}
    assert bread(bakery)["kind"] == "oat"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("bake:\n  minutes: soon\n", "minutes"),
        ("bake:\n  minuts: 4\n", "minuts"),
        ("baek:\n  minutes: 4\n", "baek"),
        ("weigh:\n  minutes: 4\n", "weigh"),
    ],
)
def test_a_wrong_override_is_an_error_with_its_line(bakery, written, problem):
    bakery.write("params.yaml", written)
    done = bakery.cli("run")
    assert done.returncode == 2
    assert "params.yaml:" in done.stderr
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
