"""The pipeline for Dagster: assets with code versions; what it calls stale is materialized.

A code version is what the user says it is: it stays as it is in the short form, and is a hash of
the files that are listed in the other one. `update.py` does what a sensor does that gives
`RunRequest(stale_assets_only=True)`, again and again: it asks for the status of all assets, and
materializes those that aren't fresh, until all are.
"""

from __future__ import annotations

from benchmarks.comparison.forms.form import Form, function
from benchmarks.comparison.project import (
    CODE,
    DATA,
    IMPORTS,
    STAGES,
    TITLE,
)

REQUIREMENTS = ("dagster==1.13.27",)
_ASSET = """{imports}from assets.base import CleanConfig, TrainConfig, asset
from assets.base import content, params, versioned


{function}

@asset(name="{stage}", code_version={version})
def make({arguments}):
    return {result}
"""
_BASE = """import hashlib
import os
from pathlib import Path

from dagster import (
    Config,
    ConfigurableIOManager,
    DataVersion,
    Output,
    asset,
    observable_source_asset,
)
from steps.files import load, params, save

FILES = {
    "raw": "data/raw.json",
    "clean": "out/clean.json",
    "train": "out/model.json",
    "summary": "out/summary.json",
    "report": "out/report.json",
}


def content(*paths, values=()):
    texts = [Path(path).read_text() for path in paths]
    return hashlib.sha256(repr([texts, values]).encode()).hexdigest()


def versioned(value):
    version = hashlib.sha256(repr(value).encode()).hexdigest()
    return Output(value, data_version=DataVersion(version))


class JsonFiles(ConfigurableIOManager):
    def handle_output(self, context, obj):
        save(obj, FILES[context.asset_key.path[-1]])

    def load_input(self, context):
        return load(FILES[context.asset_key.path[-1]])


class CleanConfig(Config):
    minimum: int


class TrainConfig(Config):
    rate: int
    method: str


@observable_source_asset
def raw():
    return DataVersion(content(FILES["raw"]))
"""
_DEFINITIONS = """from assets.base import JsonFiles, raw
from dagster import Definitions

from assets import clean, report, summary, train

ASSETS = [clean.make, train.make, summary.make, report.make]
defs = Definitions(assets=[raw, *ASSETS], resources={"io_manager": JsonFiles()})
"""
_UPDATE = """from assets.base import CleanConfig, TrainConfig, params, raw
from dagster import DagsterInstance, RunConfig, materialize
from dagster._core.definitions.observe import observe
from dagster._utils.test.data_versions import get_stale_status_resolver
from definitions import ASSETS, defs

CONFIGS = {"clean": CleanConfig, "train": TrainConfig}


def stale(instance):
    resolver = get_stale_status_resolver(instance, defs.assets)
    found = [asset.key for asset in ASSETS]
    return [key for key in found if resolver.get_status(key).value != "FRESH"]


with DagsterInstance.get() as instance:
    observe([raw], instance=instance)
    while keys := stale(instance):
        names = [key.to_user_string() for key in keys]
        given = {name: make(**params()[name]) for name, make in CONFIGS.items() if name in names}
        materialize(
            defs.assets,
            selection=keys,
            instance=instance,
            run_config=RunConfig(ops=given),
            resources=defs.resources,
        )
"""
_READ = {
    "clean": "config: CleanConfig, raw",
    "train": "config: TrainConfig, clean",
    "summary": "clean",
    "report": "train",
}
_CALLS = {
    "clean": "clean(raw, config.minimum)",
    "train": "train(clean, config.rate, config.method)",
    "summary": "summary(clean)",
    "report": "report(train)",
}


def _asset(stage: str, listed: bool) -> str:
    version = '"1"'
    if listed:
        paths = (f"assets/{stage}.py", "assets/base.py", *CODE[stage], *DATA[stage])
        values = {
            "clean": 'params()["clean"]',
            "train": 'params()["train"]',
            "report": f'os.environ.get("{TITLE}", "")',
        }.get(stage, "()")
        written = ", ".join(f'"{path}"' for path in paths)
        version = f"content({written}, values={values})"
    result = _CALLS[stage]
    if listed:
        result = f"versioned({result})"
    return _ASSET.format(
        stage=stage,
        imports=IMPORTS[stage],
        function=function(stage),
        version=version,
        arguments=_READ[stage],
        result=result,
    )


def _form(listed: bool) -> Form:
    assets = {f"assets/{stage}.py": _asset(stage, listed) for stage in STAGES}
    return Form(
        tool="Dagster",
        requirements=REQUIREMENTS,
        files={
            **assets,
            "assets/__init__.py": "",
            "assets/base.py": _BASE,
            "definitions.py": _DEFINITIONS,
            "update.py": _UPDATE,
            ".dagster/dagster.yaml": "telemetry:\n  enabled: false\n",
        },
        command=("python", "update.py"),
        listed=listed,
        variables={"DAGSTER_HOME": "{root}/.dagster"},
    )


FORMS = (_form(listed=False), _form(listed=True))
