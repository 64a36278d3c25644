"""An installed library counts by its version, as exactly as the setting says."""

from __future__ import annotations

import sys

import pytest

import pivot

PIPELINE = """
import thing

def stage() -> Annotated[int, outputs.Out("out.json", loaders.JSON())]:
    return thing.work()

REGISTRY.register(stage)
"""


class Installed:
    """A library in a site directory of its own."""

    def __init__(self, site):
        self.site = site
        site.mkdir(parents=True)
        (site / "thing.py").write_text("def work():\n    return 1\n")
        self.version("1.2.3")

    def version(self, number):
        for old in self.site.glob("*.dist-info"):
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        metadata = self.site / f"thing-{number}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: thing\nVersion: {number}\n")
        (metadata / "RECORD").write_text("thing.py,,\n")


@pytest.fixture
def thing(tmp_path, monkeypatch):
    installed = Installed(tmp_path / "site-packages")
    monkeypatch.syspath_prepend(str(installed.site))
    yield installed
    sys.modules.pop("thing", None)


@pytest.fixture
def ran(project, thing, monkeypatch):
    """Give a function that runs the project under a setting."""
    project.pipeline(PIPELINE)

    def run(packages):
        monkeypatch.setenv("PIVOT_FINGERPRINT__PACKAGES", packages)
        return project.run()["stage"]

    return run


@pytest.mark.parametrize(
    ("packages", "version", "status"),
    [
        ("version", "1.2.3", "unchanged"),
        ("version", "1.2.4", "ran"),
        ("minor", "1.2.4", "unchanged"),
        ("minor", "1.3.0", "ran"),
        ("off", "2.0", "unchanged"),
    ],
)
def test_a_library_counts_as_exactly_as_the_setting_says(ran, thing, packages, version, status):
    assert ran(packages) == "ran"
    thing.version(version)
    assert ran(packages) == status


@pytest.mark.parametrize("first", ["version", "minor", "off"])
@pytest.mark.parametrize("second", ["version", "minor", "off"])
def test_another_setting_alone_runs_nothing(ran, first, second):
    ran(first)
    assert ran(second) == "unchanged"


def test_under_another_setting_the_version_of_the_last_run_is_compared(ran, thing):
    ran("minor")
    thing.version("1.2.4")
    assert ran("minor") == "unchanged"
    assert ran("version") == "ran"
    assert ran("version") == "unchanged"


def test_an_earlier_result_is_restored_by_what_counts_of_the_version(ran, thing, project):
    ran("minor")
    thing.version("1.3.0")
    assert ran("minor") == "ran"
    thing.version("1.2.9")
    assert ran("minor") == "restored"


def test_the_explanation_shows_what_counts(ran, thing, project):
    ran("minor")
    thing.version("1.3.0")
    (explanation,) = pivot.explain(project.root)
    (change,) = explanation.changes
    assert (change.name, change.old, change.new) == ("dist:thing", "1.2", "1.3")


def test_the_lock_holds_the_whole_version_in_any_case(ran, project):
    ran("off")
    assert '"dist:thing": "1.2.3"' in project.read(".pivot/stages/stage.lock")
