import json


def test_what_is_installed_is_listed(invoke):
    rows = [line.split() for line in invoke("plugins").out.splitlines()]
    assert ["loaders", "JSON", "pivot", "0.1.0", "pivot.loaders:JSON"] in rows
    assert any(row[:3] == ["executors", "inline", "pivot"] for row in rows)


def test_json_has_the_same(invoke):
    found = json.loads(invoke("plugins", "--json").out)
    [loader] = [p for p in found if (p["group"], p["name"]) == ("pivot.loaders", "JSON")]
    assert loader["distribution"] == "pivot"
    assert loader["problem"] is None


def test_a_broken_plugin_is_shown_with_its_problem(invoke, tmp_path, monkeypatch):
    info = tmp_path / "site/acme_loaders-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-loaders\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pivot.loaders]\nAcme = acme_missing:Acme\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    out = invoke("plugins").out
    assert "acme-loaders 1.0" in out
    assert "  problem: acme-loaders 1.0 is broken: importing loaders.Acme" in out


def test_without_plugins_it_says_so(invoke, monkeypatch):
    import sys

    monkeypatch.setattr(sys, "path", [p for p in sys.path if "site-packages" not in p])
    assert invoke("plugins").out == "No plugins are installed.\n"
