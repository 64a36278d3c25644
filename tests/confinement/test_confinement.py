import sys
import tempfile

from pivot.confinement import Confinement


def test_what_is_declared_is_permitted_and_nothing_else():
    confinement = Confinement(
        "/p",
        reads=("in.csv", "data/"),
        files=("model.pkl",),
        directories=("plots/",),
        free=("log",),
    )
    reads = {
        path: confinement.permits(path, writing=False)
        for path in (
            "in.csv",
            "data/a/b",
            "data",
            "model.pkl",
            "plots/a",
            "log/x",
            "in.csv2",
            "dat",
        )
    }
    assert [path for path, permitted in reads.items() if not permitted] == ["in.csv2", "dat"]
    writes = {
        path: confinement.permits(path, writing=True)
        for path in ("in.csv", "data/a", "model.pkl", "plots/a", "plots", "log/x")
    }
    assert [path for path, permitted in writes.items() if not permitted] == ["in.csv", "data/a"]


def test_the_libraries_of_an_environment_in_the_project_can_be_read(monkeypatch, tmp_path):
    root = tmp_path.resolve()
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(root / "lib/site-packages")])
    confinement = Confinement(str(root))
    assert confinement.permits(".venv/lib/x.so", writing=False)
    assert confinement.permits("lib/site-packages/x.py", writing=False)
    assert not confinement.permits(".venv/lib/x.so", writing=True)
    assert not confinement.permits("lib/x.py", writing=False)


def test_temporary_files_need_a_place_of_their_own_above_the_project_only(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert Confinement(f"{tmp_path.resolve()}/project").needs_scratch()
    assert not Confinement("/somewhere/else").needs_scratch()
