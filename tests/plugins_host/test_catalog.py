"""What is installed is found, attributed to its distribution, and imported only when wanted."""

from __future__ import annotations

import sys

import pytest

from pivot.errors import PluginError
from pivot.plugins import MissingPluginError, PluginHost
from pivot.plugins.catalog import Catalog

LOADERS = "[pivot.loaders]\nAcmeOne = acme_one:One\nAcmeTwo = acme_two:Two\n"
CLASS = "class {}:\n    def load(self, path): ...\n    def save(self, data, path): ...\n"


def test_the_built_in_drivers_are_entry_points_of_pivot_itself():
    catalog = Catalog()
    assert {"JSON", "PathOnly", "Pickle", "YAML"} <= set(catalog.names("pivot.loaders"))
    assert catalog.pick("pivot.executors", "inline").distribution == "pivot"


def test_an_entry_point_knows_its_distribution(install):
    install("acme-loaders", LOADERS, version="2.3")
    found = Catalog().pick("pivot.loaders", "AcmeOne")
    assert (found.distribution, found.version) == ("acme-loaders", "2.3")
    assert found.target == "acme_one:One"
    assert str(found) == "acme-loaders 2.3 (acme_one:One)"


def test_only_the_wanted_driver_is_imported(install):
    modules = {"acme_one": CLASS.format("One"), "acme_two": CLASS.format("Two")}
    install("acme-loaders", LOADERS, modules)
    catalog = Catalog()
    catalog.load(catalog.pick("pivot.loaders", "AcmeOne"))
    assert "acme_one" in sys.modules
    assert "acme_two" not in sys.modules


def test_two_distributions_with_one_name_are_an_error_that_names_both(install):
    install("acme-loaders", LOADERS)
    install("other-loaders", LOADERS, version="7.1")
    with pytest.raises(PluginError) as caught:
        Catalog().pick("pivot.loaders", "AcmeOne")
    assert "acme-loaders 1.0" in caught.value.message
    assert "other-loaders 7.1" in caught.value.message


def test_a_conflict_imports_neither(install):
    modules = {"acme_one": CLASS.format("One")}
    install("acme-loaders", LOADERS, modules)
    install("other-loaders", LOADERS)
    with pytest.raises(PluginError):
        PluginHost(disabled="").loader("AcmeOne")
    assert "acme_one" not in sys.modules


def test_a_conflict_ends_when_one_of_the_two_is_switched_off(install):
    install("acme-loaders", LOADERS)
    install("other-loaders", LOADERS)
    found = Catalog("other-loaders").pick("pivot.loaders", "AcmeOne")
    assert found.distribution == "acme-loaders"


def test_of_two_versions_of_one_distribution_the_first_on_the_path_counts(install):
    install("acme-loaders", LOADERS, version="1.0")
    install("Acme_Loaders", LOADERS, version="2.0")
    assert Catalog().pick("pivot.loaders", "AcmeOne").version == "2.0"


def test_a_distribution_with_half_written_metadata_hides_no_other(install):
    install("broken", "[pivot.loaders]\nthis is not an entry point\n")
    install("acme-loaders", LOADERS)
    assert "AcmeOne" in Catalog().names("pivot.loaders")


def test_a_distribution_without_a_name_is_listed_as_such(install):
    install("broken", LOADERS, metadata="Metadata-Version: 2.1\n")
    found = Catalog().pick("pivot.loaders", "AcmeOne")
    assert found.distribution == "a distribution without a name"
    assert found.version == "of an unknown version"


def test_groups_that_are_not_pivots_are_left_alone(install):
    install("acme-loaders", "[pivot.loaders]\nA = a:A\n[pivot.of.others]\nB = b:B\n")
    assert {plugin.group for plugin in Catalog().everything()} <= {
        "pivot.commands",
        "pivot.displays",
        "pivot.executors",
        "pivot.exporters",
        "pivot.hooks",
        "pivot.loaders",
        "pivot.remotes",
    }


@pytest.mark.parametrize("disabled", ["1", "all", "acme-loaders", " Acme_Loaders , other "])
def test_what_is_switched_off_provides_nothing(install, disabled):
    install("acme-loaders", LOADERS)
    catalog = Catalog(disabled)
    assert "AcmeOne" not in catalog.names("pivot.loaders")
    with pytest.raises(
        MissingPluginError, match=r"provided by acme-loaders, which is switched off"
    ):
        catalog.pick("pivot.loaders", "AcmeOne")


@pytest.mark.parametrize("disabled", ["1", "all", "pivot"])
def test_pivots_own_drivers_cannot_be_switched_off(disabled):
    assert "JSON" in Catalog(disabled).names("pivot.loaders")


def test_a_name_that_one_of_pivots_plugins_provides_gets_the_command_that_installs_it(
    install, bare
):
    install("pivot", "[pivot.loaders]\nJSON = pivot.loaders:JSON\n")
    with pytest.raises(MissingPluginError) as caught:
        Catalog().pick("pivot.loaders", "CSV")
    assert caught.value.message == "loaders.CSV is not installed"
    expected = "loaders.CSV is provided by pivot-loaders-pandas: pip install 'pivot[pandas]'"
    assert caught.value.hint == expected


@pytest.mark.parametrize(
    ("typed", "meant"), [("Jsn", "JSON"), ("yml", "YAML"), ("pickel", "Pickle")]
)
def test_a_misspelt_name_gets_the_nearest(typed, meant):
    with pytest.raises(MissingPluginError) as caught:
        Catalog().pick("pivot.loaders", typed)
    assert caught.value.hint == f"did you mean {meant}?"


def test_a_name_like_no_other_gets_all_names():
    with pytest.raises(MissingPluginError) as caught:
        Catalog("all").pick("pivot.executors", "zzz")
    assert caught.value.message == "there is no executor 'zzz'"
    assert caught.value.hint == "there are: inline, interpreters, loky"


def test_without_pivots_own_entry_points_the_hint_is_to_install_it(bare):
    with pytest.raises(MissingPluginError, match="entry points are not installed"):
        Catalog().pick("pivot.executors", "inline")


def test_a_driver_that_cannot_be_imported_is_named_with_its_distribution_and_place(install):
    site = install("acme-loaders", LOADERS, {"acme_one": "\n\nraise RuntimeError('no licence')\n"})
    catalog = Catalog()
    with pytest.raises(PluginError) as caught:
        catalog.load(catalog.pick("pivot.loaders", "AcmeOne"))
    assert caught.value.message == (
        "acme-loaders 1.0 is broken: importing loaders.AcmeOne from acme_one:One raised "
        f"RuntimeError: no licence ({site / 'acme_one.py'}:3)"
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_driver_whose_module_lacks_the_attribute_is_an_error(install):
    install("acme-loaders", LOADERS, {"acme_one": "Two = 2\n"})
    catalog = Catalog()
    with pytest.raises(PluginError, match=r"acme_one:One raised AttributeError"):
        catalog.load(catalog.pick("pivot.loaders", "AcmeOne"))


def test_a_driver_that_exits_when_it_is_imported_ends_nothing(install):
    install("acme-loaders", LOADERS, {"acme_one": "raise SystemExit(3)\n"})
    catalog = Catalog()
    with pytest.raises(PluginError, match="SystemExit: 3"):
        catalog.load(catalog.pick("pivot.loaders", "AcmeOne"))


def test_a_distribution_that_is_installed_anew_is_seen_by_the_next_catalog(install):
    site = install("acme-loaders", LOADERS)
    assert "AcmeThree" not in Catalog().names("pivot.loaders")
    points = next(site.glob("*.dist-info")) / "entry_points.txt"
    points.write_text("[pivot.loaders]\nAcmeThree = acme_one:One\n")
    assert "AcmeThree" in Catalog().names("pivot.loaders")
