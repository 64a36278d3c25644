"""Names of `pivot.loaders`: the built-in ones, those of plugins, and those that nobody has."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from pivot import loaders
from pivot.errors import PluginError
from pivot.plugins import MissingLoaderError, PluginHost, hookimpl, using_host
from pivot.plugins.problems import missing


def in_a_new_process(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


HEAVY = "print(*sorted({'yaml', 'stevedore', 'pluggy', 'pandas', 'importlib.metadata'} & set(sys.modules)))"


def test_importing_loaders_loads_nothing_heavy():
    assert in_a_new_process(f"import sys, pivot.loaders; {HEAVY}") == ""


def test_a_built_in_loader_asks_no_plugin():
    code = f"import sys; from pivot import loaders; loaders.JSON(), loaders.YAML(); {HEAVY}"
    assert in_a_new_process(code) == ""


def test_naming_the_csv_loader_does_not_load_pandas():
    code = f"import sys; from pivot import loaders; loaders.CSV(); {HEAVY}"
    assert in_a_new_process(code) == "importlib.metadata stevedore"


def test_the_csv_loader_comes_from_its_plugin():
    assert loaders.CSV.__module__.startswith("pivot_loaders_pandas")
    assert pickle.loads(pickle.dumps(loaders.CSV(sep=";"))) == loaders.CSV(sep=";")


@pytest.mark.parametrize(
    ("name", "distribution"),
    [
        ("Excel", "pandas"),
        ("Feather", "pandas"),
        ("JSONLines", "pandas"),
        ("MatplotlibFigure", "matplotlib"),
        ("NumpyArray", "numpy"),
        ("NumpyArrays", "numpy"),
        ("Parquet", "pandas"),
    ],
)
def test_each_loader_comes_from_its_plugin_and_says_which_when_it_is_missing(name, distribution):
    assert getattr(loaders, name).__module__.startswith(f"pivot_loaders_{distribution}.")
    error = missing("pivot.loaders", name, names=["JSON"], off=None, problems=[])
    wanted = f"provided by pivot-loaders-{distribution}: pip install 'pivot[{distribution}]'"
    assert str(error.hint).endswith(wanted)


def test_a_plugins_loader_can_be_imported_by_name():
    from pivot.loaders import CSV

    assert CSV is loaders.CSV


def test_an_object_of_the_application_answers_first():
    class Answers:
        @hookimpl
        def pivot_get_loader(self, name: str) -> type | None:
            return loaders.JSON if name == "CSV" else None

    host = PluginHost()
    host.register(Answers())
    with using_host(host):
        assert loaders.CSV is loaders.JSON
    assert loaders.CSV is not loaders.JSON


def test_a_loader_that_is_switched_off_says_so():
    with (
        using_host(PluginHost(disabled="pivot-loaders-pandas")),
        pytest.raises(PluginError, match="provided by pivot-loaders-pandas, which is switched off"),
    ):
        _ = loaders.CSV


def test_an_unknown_name_is_an_attribute_error_with_the_nearest_names():
    with pytest.raises(MissingLoaderError) as caught:
        _ = loaders.Pikle
    assert isinstance(caught.value, AttributeError)
    assert str(caught.value) == "there is no loader 'Pikle'\n  did you mean Pickle?"


def test_the_error_survives_pickling():
    with pytest.raises(MissingLoaderError) as caught:
        _ = loaders.Pikle
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.group, again.wanted) == (
        str(caught.value),
        "pivot.loaders",
        "Pikle",
    )


def test_hasattr_answers():
    assert hasattr(loaders, "JSON")
    assert hasattr(loaders, "CSV")
    assert not hasattr(loaders, "NoSuchLoader")


def test_private_names_are_not_asked_of_plugins():
    code = (
        "import sys; from pivot import loaders;"
        f"assert not hasattr(loaders, '_x') and not hasattr(loaders, '__wrapped__'); {HEAVY}"
    )
    assert in_a_new_process(code) == ""


def test_dir_lists_built_in_and_installed_loaders():
    names = dir(loaders)
    assert {"CSV", "JSON", "Loader", "LoaderError", "PathOnly", "Pickle", "YAML"} <= set(names)
    assert names == sorted(names)
