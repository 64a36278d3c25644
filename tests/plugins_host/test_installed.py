"""Entry points of what is installed, read where they lie."""

from __future__ import annotations

import importlib.metadata
import sys
import zipfile

import pytest

from pivot.plugins.installed import declared, entry_points

POINTS = "[pivot.loaders]\nFoo = acme.foo:Foo\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A directory that modules are looked for in, first."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def install(site, name="acme", points=POINTS, header="Name: Acme\nVersion: 1.2\n\nVersion: 3\n"):
    directory = site / f"{name}-1.2.dist-info"
    directory.mkdir()
    (directory / "METADATA").write_text(header)
    (directory / "entry_points.txt").write_text(points)
    return directory


def found(mark="[pivot.loaders]\nFoo"):
    return [(one.name, one.version, one.text) for one in declared(mark)]


def test_a_distribution_says_its_name_its_version_and_its_entry_points(site):
    install(site)
    assert found() == [("Acme", "1.2", POINTS)]


def test_one_without_the_mark_is_left_out(site):
    install(site, points="[console_scripts]\nacme = acme:main\n")
    assert found() == []


def test_what_is_half_written_says_nothing_of_itself(site):
    (install(site) / "METADATA").unlink()
    assert found() == [(None, None, POINTS)]


def test_entry_points_that_are_no_text_are_none(site):
    (install(site) / "entry_points.txt").write_bytes(POINTS.encode("utf-16"))
    assert found() == []


def test_a_distribution_in_an_archive_is_found(tmp_path, monkeypatch):
    archive = tmp_path / "acme.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("acme-1.2.dist-info/METADATA", "Name: Acme\nVersion: 1.2\n")
        file.writestr("acme-1.2.dist-info/entry_points.txt", POINTS)
    monkeypatch.syspath_prepend(archive)
    assert found() == [("Acme", "1.2", POINTS)]


def test_a_distribution_of_a_finder_is_found(site, monkeypatch):
    directory = install(site)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(site)])

    class Finder:
        def find_spec(self, *_):
            return None

        def find_distributions(self, *_):
            return [importlib.metadata.Distribution.at(directory)]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert found() == [("Acme", "1.2", POINTS)]


def test_it_finds_what_importlib_finds():
    ours = {one.name: set(entry_points(one.text)) for one in declared("[console_scripts]")}
    theirs = {
        one.name: {
            # Extras mean nothing, see below.
            (point.group, point.name, point.value.partition("[")[0].rstrip())
            for point in one.entry_points
        }
        for one in importlib.metadata.distributions()
        if any(point.group == "console_scripts" for point in one.entry_points)
    }
    assert ours == theirs


def test_comments_blanks_and_extras_mean_nothing():
    text = "# one\n\n[ a.b ]\nx = m:f [extra]\n; two\n y=n\n[c]\nz = o.p:q.r\n"
    assert list(entry_points(text)) == [
        ("a.b", "x", "m:f"),
        ("a.b", "y", "n"),
        ("c", "z", "o.p:q.r"),
    ]


def test_a_line_that_is_neither_is_an_error():
    with pytest.raises(ValueError, match="what is this"):
        list(entry_points("[a]\nwhat is this\n"))
