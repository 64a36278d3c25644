"""Commands of plugins are known by their words and imported when they are used."""

from __future__ import annotations

import sys

import pytest

from pivot.errors import PluginError
from pivot.plugins import PluginHost

POINTS = "[pivot.commands]\nacme sync = acme_sync:sync\nhello = acme_hello:hello\n"


def test_a_command_is_found_by_its_words_without_importing_it(install):
    install("acme-commands", POINTS, {"acme_sync": "sync = 'the command'\n"})
    commands = PluginHost(disabled="").commands()
    assert {("acme", "sync"), ("hello",)} <= set(commands)
    assert commands["acme", "sync"].words == ("acme", "sync")
    assert commands["acme", "sync"].distributions == ("acme-commands",)
    assert "acme_sync" not in sys.modules


def test_loading_a_command_imports_that_one(install):
    modules = {"acme_sync": "sync = 'the command'\n", "acme_hello": "hello = 'another'\n"}
    install("acme-commands", POINTS, modules)
    assert PluginHost(disabled="").commands()["acme", "sync"].load() == "the command"
    assert "acme_hello" not in sys.modules


def test_a_broken_command_breaks_when_it_is_used(install):
    install("acme-commands", POINTS, {"acme_hello": "hello = 1\n"})
    commands = PluginHost(disabled="").commands()
    assert commands[("hello",)].load() == 1
    with pytest.raises(PluginError, match=r"acme-commands 1.0 is broken.*acme_sync"):
        commands["acme", "sync"].load()


def test_a_command_that_two_distributions_provide_names_both_when_it_is_used(install):
    install("acme-commands", POINTS)
    install("other-commands", POINTS)
    command = PluginHost(disabled="").commands()[("hello",)]
    assert command.distributions == ("acme-commands", "other-commands")
    with pytest.raises(PluginError, match=r"command 'hello' is provided by two.*acme.*other"):
        command.load()


def test_commands_that_are_switched_off_are_not_there(install):
    install("acme-commands", POINTS)
    assert ("hello",) not in PluginHost(disabled="all").commands()
