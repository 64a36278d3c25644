""".ci/packages: every distribution has what it should, and archives that are spoilt are noticed.

`make packages` looks at the archives that are released, and tests what they install. Here they are
built in this process.
"""

from __future__ import annotations

import io
import re
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

REPOSITORY = Path(__file__).parent.parent.parent
sys.path.insert(0, str(REPOSITORY / ".ci" / "packages"))
try:
    import building
    import content
    import environments
finally:
    sys.path.pop(0)

PROJECTS = {project.name: project for project in building.projects()}
ALL = pytest.mark.parametrize("name", PROJECTS)
SPOILT = "pivot-loaders-numpy"


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """A directory with an sdist and a wheel of each distribution."""
    directory = tmp_path_factory.mktemp("archives")
    for project in PROJECTS.values():
        for builder in (SdistBuilder, WheelBuilder):
            list(builder(str(project.directory)).build(directory=str(directory)))
    return directory


@ALL
def test_a_wheel_has_what_it_should(archives, name):
    assert list(content.wheel_problems(PROJECTS[name], PROJECTS[name].wheel(archives))) == []


@ALL
def test_an_sdist_has_what_it_should(archives, name):
    assert list(content.sdist_problems(PROJECTS[name], PROJECTS[name].sdist(archives))) == []


@ALL
def test_the_python_that_it_names_is_the_one_that_it_requires(name):
    assert list(content.python_problems(PROJECTS[name])) == []


def test_all_have_one_version_and_one_licence():
    assert len({project.table["version"] for project in PROJECTS.values()}) == 1
    licences = {(project.directory / "LICENSE").read_bytes() for project in PROJECTS.values()}
    assert licences == {(REPOSITORY / "LICENSE").read_bytes()}


def rewritten(wheel: Path, directory: Path, change) -> Path:
    """Copy a wheel: `change` gives each member's new content, or None to leave it out."""
    spoilt = directory / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            text = change(name, old.read(name).decode())
            if text is not None:
                new.writestr(name, text)
    return spoilt


@pytest.mark.parametrize(
    ("member", "old", "new", "told"),
    [
        (r"py\.typed$", "", None, "py.typed is missing: type checkers ignore it"),
        (r"licenses/LICENSE$", "", None, "licenses/LICENSE is missing"),
        ("METADATA$", "Requires-Python: >=3.13", "Requires-Python: >=3.9", "not '>=3.13'"),
        ("METADATA$", "numpy<3,>=2.1", "numpy>=2.1", "needs a lower and an upper bound"),
        ("METADATA$", "pivot<0.2", "pivot<0.1", "excludes the version beside it"),
        ("METADATA$", "Classifier: Typing :: Typed\n", "", "'Typing :: Typed' is missing"),
        ("METADATA$", "Name: ", "Provides-Extra: x\nName: ", "its extras are not those"),
        ("METADATA$", "\n# ", "\n", "would not begin with a title"),
        (r"entry_points\.txt$", "NumpyArrays = ", "Arrays = ", "its entry points are not those"),
        (r"entry_points\.txt$", "numpy:NumpyArrays", "nump:NumpyArrays", "leads to no module"),
    ],
)
def test_a_spoilt_wheel_is_noticed(archives, tmp_path, member, old, new, told):
    def change(name, text):
        if not re.search(member, name):
            return text
        assert old in text
        return None if new is None else text.replace(old, new)

    project = PROJECTS[SPOILT]
    wheel = rewritten(project.wheel(archives), tmp_path, change)
    assert told in "\n".join(content.wheel_problems(project, wheel))


def test_files_that_do_not_belong_into_an_archive_are_noticed(archives, tmp_path):
    project = PROJECTS[SPOILT]
    wheel = rewritten(project.wheel(archives), tmp_path, lambda name, text: text)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tests/test_array_file.py", "")
    sdist = tmp_path / "spoilt.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{project.stem}/notes.txt"), io.BytesIO())
    (problem,) = content.wheel_problems(project, wheel)
    assert problem.endswith("tests/test_array_file.py does not belong there")
    problems = list(content.sdist_problems(project, sdist))
    assert f"spoilt.tar.gz: {project.stem}/notes.txt does not belong there" in problems
    assert f"spoilt.tar.gz: {project.stem}/LICENSE is missing" in problems


def test_a_lower_bound_that_nothing_reaches_is_told():
    installed = "lmdb==1.6.2\nruamel-yaml==0.18.0\n"
    assert list(environments.untried(["lmdb>=1.6.2,<4", "ruamel.yaml>=0.18,<1"], installed)) == []
    (problem,) = environments.untried(["lmdb>=1.5,<4"], installed)
    assert problem == "lmdb<4,>=1.5 lets in less than 1.6.2, the least that can be installed"
