"""What an archive holds, and what it says of itself, beside what it should.

Each function gives the problems that it finds, as sentences; none if all is well.

Tests: tests/ci/test_packages.py, also with archives that are spoilt on purpose.
"""

from __future__ import annotations

import configparser
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from email.message import Message
    from pathlib import Path

    from building import Project

#: What a wheel holds beside the package, in its directory of metadata.
_INFO = ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE")
#: What an sdist holds beside the package. hatchling adds .gitignore unasked.
_BESIDE = (".gitignore", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml")
_CLASSIFIERS = ("Programming Language :: Python :: 3.13", "Typing :: Typed")


def wheel_problems(project: Project, file: Path) -> Iterator[str]:
    """Find what is wrong with a wheel."""
    info = f"{project.stem}.dist-info"
    with zipfile.ZipFile(file) as archive:
        points = [f"{info}/entry_points.txt"] if _entry_points(project) else []
        wanted = {f"{project.package}/{name}" for name in _package_files(project)}
        wanted |= {f"{info}/{name}" for name in _INFO} | set(points)
        yield from _differing(file.name, wanted, archive.namelist())
        if f"{project.package}/py.typed" not in archive.namelist():
            yield f"{file.name}: {project.package}/py.typed is missing: type checkers ignore it"
        yield from metadata_problems(project, message_from_bytes(archive.read(f"{info}/METADATA")))
        for name in points:
            if name in archive.namelist():
                text = archive.read(name).decode()
                yield from _entry_point_problems(project, text, set(archive.namelist()))


def sdist_problems(project: Project, file: Path) -> Iterator[str]:
    """Find what is wrong with an sdist."""
    within = project.source.relative_to(project.directory).as_posix()
    wanted = {f"{project.stem}/{name}" for name in _BESIDE}
    wanted |= {f"{project.stem}/{within}/{name}" for name in _package_files(project)}
    with tarfile.open(file) as archive:
        yield from _differing(file.name, wanted, archive.getnames())


def metadata_problems(project: Project, found: Message) -> Iterator[str]:
    """Find what is wrong with the metadata of a distribution."""
    table = project.table
    expected = {
        "Name": project.name,
        "Version": table["version"],
        "Summary": table["description"],
        "Requires-Python": table["requires-python"],
        "License-Expression": "Apache-2.0",
        "License-File": "LICENSE",
        "Description-Content-Type": "text/markdown",
    }
    for name, value in expected.items():
        if found[name] != value:
            yield f"{project.name}: {name} is {found[name]!r}, and not {value!r}"
    if not str(found.get_payload()).startswith("# "):
        yield f"{project.name}: its page on an index would not begin with a title"
    for classifier in _CLASSIFIERS:
        if classifier not in found.get_all("Classifier", []):
            yield f"{project.name}: the classifier {classifier!r} is missing"
    if set(found.get_all("Provides-Extra", [])) != set(project.extras):
        yield f"{project.name}: its extras are not those of pyproject.toml"
    yield from requirement_problems(project, found.get_all("Requires-Dist", []))


def requirement_problems(project: Project, lines: Iterable[str]) -> Iterator[str]:
    """Find requirements without a lower or an upper bound, or that miss this very version."""
    for requirement in map(Requirement, lines):
        operators = {specifier.operator for specifier in requirement.specifier}
        own = requirement.name.startswith("pivot")
        if requirement.name != project.name and not operators >= {">=", "<"}:
            yield f"{project.name}: {requirement} needs a lower and an upper bound"
        elif own and not requirement.specifier.contains(project.table["version"]):
            yield f"{project.name}: {requirement} excludes the version beside it"


def python_problems(project: Project) -> Iterator[str]:
    """Find a requirement of Python that excludes what the classifiers name."""
    allowed = SpecifierSet(project.table["requires-python"])
    for classifier in project.table.get("classifiers", []):
        version = classifier.rpartition(" :: ")[2]
        if classifier.startswith("Programming Language") and version not in allowed:
            yield f"{project.name}: {classifier!r} is not what requires-python allows"


def _package_files(project: Project) -> set[str]:
    return {
        file.relative_to(project.source).as_posix()
        for file in project.source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def _differing(archive: str, wanted: set[str], found: list[str]) -> Iterator[str]:
    for name in sorted(wanted - set(found)):
        yield f"{archive}: {PurePosixPath(name)} is missing"
    for name in sorted(set(found) - wanted):
        yield f"{archive}: {PurePosixPath(name)} does not belong there"


def _entry_points(project: Project) -> dict[str, dict[str, str]]:
    groups = dict(project.table.get("entry-points", {}))
    scripts = project.table.get("scripts")
    return {**groups, "console_scripts": scripts} if scripts else groups


def _entry_point_problems(project: Project, text: str, names: set[str]) -> Iterator[str]:
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]  # as the docs say
    parser.read_string(text)
    found = {group: dict(parser[group]) for group in parser.sections()}
    if found != _entry_points(project):
        yield f"{project.name}: its entry points are not those of pyproject.toml"
    for target in (target for points in found.values() for target in points.values()):
        module = target.partition(":")[0].replace(".", "/")
        if not names & {f"{module}.py", f"{module}/__init__.py"}:
            yield f"{project.name}: the entry point {target} leads to no module"
