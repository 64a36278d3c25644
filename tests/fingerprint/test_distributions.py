import json

import pytest

from pivot.fingerprint.distributions import Distribution, Distributions


@pytest.fixture
def site(tmp_path):
    """Give a site directory, and a function that installs something into it."""
    directory = tmp_path / "lib" / "site-packages"
    directory.mkdir(parents=True)

    def install(name, version, *files, url=None, kind="dist-info", listing="RECORD"):
        for file in files:
            (directory / file).parent.mkdir(parents=True, exist_ok=True)
            (directory / file).touch()
        metadata = directory / f"{name.replace('-', '_')}-{version}.{kind}"
        metadata.mkdir()
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nVersion: none\n"
        (metadata / ("METADATA" if kind == "dist-info" else "PKG-INFO")).write_text(head)
        if listing == "RECORD":
            lines = [f"{file},sha256=x,1\n" for file in [*files, f"{metadata.name}/RECORD"]]
            (metadata / "RECORD").write_text("".join(lines))
        elif listing == "top_level.txt":
            (metadata / listing).write_text("\n".join({file.split("/")[0] for file in files}))
        if url:
            (metadata / "direct_url.json").write_text(json.dumps({"url": url}))
        return metadata

    return {"install": install, "path": directory}


def owner(site, file):
    return Distributions().of_file(site["path"] / file)


def test_package_of_the_distributions_name(site):
    site["install"]("numpy", "2.5", "numpy/__init__.py", "numpy/core/x.py")
    assert owner(site, "numpy/core/x.py") == Distribution("numpy", "2.5")


def test_package_of_another_name(site):
    site["install"]("scikit-learn", "1.9", "sklearn/__init__.py", "sklearn/svm.py")
    assert owner(site, "sklearn/svm.py") == Distribution("scikit-learn", "1.9")


def test_single_module_and_extension(site):
    site["install"]("PyThing", "1", "thing.py", "_thing.cpython-313-x86_64-linux-gnu.so")
    assert owner(site, "thing.py") == Distribution("pything", "1")
    assert owner(site, "_thing.cpython-313-x86_64-linux-gnu.so") == Distribution("pything", "1")


def test_distribution_of_the_packages_name_that_does_not_own_it(site):
    site["install"]("yaml", "9", "other/__init__.py")
    site["install"]("pyyaml", "6", "yaml/__init__.py")
    assert owner(site, "yaml/__init__.py") == Distribution("pyyaml", "6")


def test_namespace_package_of_two_distributions(site):
    site["install"]("cloud-a", "1", "cloud/a/__init__.py")
    site["install"]("cloud-b", "2", "cloud/b/__init__.py")
    assert owner(site, "cloud/b/__init__.py") == Distribution("cloud-b", "2")
    assert owner(site, "cloud/a/__init__.py") == Distribution("cloud-a", "1")
    assert owner(site, "cloud/c/__init__.py") is None


def test_namespace_package_of_one_distribution(site):
    site["install"]("cloud-a", "1", "cloud/a/__init__.py")
    assert owner(site, "cloud/a/made_later.py") == Distribution("cloud-a", "1")


def test_older_metadata(site):
    metadata = site["install"](
        "old", "0.1", "older/__init__.py", kind="egg-info", listing="top_level.txt"
    )
    assert owner(site, "older/__init__.py") == Distribution("old", "0.1")
    (metadata / "PKG-INFO").unlink()
    assert owner(site, "older/__init__.py") == Distribution("old", "0.1")


def test_version_nobody_states(site):
    (site["path"] / "bare.dist-info").mkdir()
    (site["path"] / "bare.dist-info" / "RECORD").write_text("bare.py,,\n")
    assert owner(site, "bare.py") == Distribution("bare", "unknown")


def test_file_that_nobody_installed(site):
    assert owner(site, "loose.py") is None


def test_file_outside_of_a_site_directory(tmp_path):
    assert Distributions().of_file(tmp_path / "loose.py") is None


def test_site_directory_that_can_not_be_read(tmp_path):
    assert Distributions().of_file(tmp_path / "site-packages" / "loose.py") is None


@pytest.mark.parametrize(
    ("url", "local"),
    [("file:///src/mine", True), ("https://host/mine.whl", False), (None, False)],
)
def test_installed_from_a_directory(site, url, local):
    site["install"]("mine", "1", "mine/__init__.py", url=url)
    assert owner(site, "mine/__init__.py") == Distribution("mine", "1", local)


@pytest.mark.parametrize("text", ["[]", "{", '{"url": 3}'])
def test_odd_direct_url(site, text):
    metadata = site["install"]("mine", "1", "mine/__init__.py")
    (metadata / "direct_url.json").write_text(text)
    assert owner(site, "mine/__init__.py") == Distribution("mine", "1")
