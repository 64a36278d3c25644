"""The README does what it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pivot_data_diff import FormatError
from pivot_data_diff.cli import diff
from pivot_data_diff.rendering.json_document import FileDocument, ReportDocument

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def namespace(source):
    names = {}
    exec(compile(source, "README.md", "exec"), names)
    return names


def test_the_format_of_another_package(tmp_path):
    (entry,) = blocks("toml")
    (target,) = tomllib.loads(entry)["project"]["entry-points"]["pivot_data_diff.formats"].values()
    open_ini = namespace(blocks("python")[0])[target.partition(":")[2]]
    file = tmp_path / "x"
    file.write_text("[a]\nb = 1\n")
    assert list(open_ini(file).rows()) == [("a", "b", "1")]
    file.write_text("nonsense")
    with pytest.raises(FormatError, match="not an INI file"):
        open_ini(file)


def test_the_use_from_python(project):
    project.commit(prices_csv="id,price\n1,2\n7,1.5\n")
    project.write("prices.csv", "id,price\n1,2\n7,1.75\n")
    assert namespace(blocks("python")[1])["changed_prices"](project.root) == [7]


def test_all_options_are_told():
    options = {name for parameter in diff.params for name in parameter.opts if name.startswith("-")}
    told = set(re.findall(r"`(--[a-z-]+)", README.partition("## Options")[2]))
    assert told == options


def test_all_keys_of_the_json_are_told():
    section = README.partition("## JSON")[2]
    told = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert told == {*ReportDocument.__annotations__, *FileDocument.__annotations__} - {
        "path",
        "kind",
    }
