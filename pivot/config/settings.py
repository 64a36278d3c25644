"""Which settings there are. The table `SETTINGS` is the whole of it: nothing else is read.

A setting's *key* is what a person writes: `jobs`, `cache.link`; a dot leads into a section. The
environment's name for it is `PIVOT_JOBS`, `PIVOT_CACHE__LINK`. `pivot config list` and the docs are
made from the table. Tests: tests/config/test_settings.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pivot.config.kinds import Choice, Count, Kind, Name, Preference, Seconds, Switch
from pivot.errors import ConfigError
from pivot.hashing import ALGORITHMS, DEFAULT_ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.errors import Place
    from pivot.hashing import Algorithm


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of every setting, and where each comes from."""

    executor: str = "loky"
    jobs: int | None = None
    hash: Algorithm = DEFAULT_ALGORITHM
    cache_link: tuple[str, ...] = ("reflink", "hardlink", "copy")
    lock_timeout: float = 600.0
    keep_going: bool = False
    #: Key -> the layer that its value comes from: `default`, `pyproject.toml:12`,
    #: `.pivot/config.yaml:3`, `PIVOT_JOBS`, `command line`.
    origins: Mapping[str, str] = field(default_factory=dict[str, str], compare=False, repr=False)

    def value(self, key: str) -> object:
        """Give the value of one setting; raise `ConfigError` if there is none of this name."""
        return getattr(self, find_setting(key).field)


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of the table."""

    key: str
    kind: Kind
    description: str

    @property
    def field(self) -> str:
        """The name of the attribute of `Settings`."""
        return self.key.replace(".", "_")

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return f"PIVOT_{self.key.replace('.', '__').upper()}"

    @property
    def default(self) -> object:
        """The value if nobody says anything."""
        return getattr(Settings(), self.field)


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "executor", Name("the name of an executor"), "What runs stages: loky, inline, or a plugin's"
    ),
    Setting("jobs", Count(), "How many stages may run at once; unset: one for each usable CPU"),
    Setting("hash", Choice(ALGORITHMS), "The hash that names content in locks and in the cache"),
    Setting(
        "cache.link",
        Preference(("reflink", "hardlink", "copy")),
        "How outputs get into and out of the cache, the most wanted way first",
    ),
    Setting("lock_timeout", Seconds(), "How long to wait for a stage that another process runs"),
    Setting("keep_going", Switch(), "After a failure, go on with what doesn't depend on it"),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def find_setting(key: str, where: Place | None = None) -> Setting:
    """Give the table's entry for a key; raise `ConfigError` with the nearest keys if none."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    # Only a mistake needs it, and it costs start-up time.
    from difflib import get_close_matches

    near = get_close_matches(key, _BY_KEY, n=2)
    hint = (
        f"did you mean {' or '.join(repr(name) for name in near)}?"
        if near
        else f"the settings are {', '.join(_BY_KEY)}"
    )
    raise ConfigError(f"there is no setting {key!r}", where=where, hint=hint)


def wrong_value(
    setting: Setting, value: object, where: Place | None = None, source: str = ""
) -> ConfigError:
    """Give the error that says what the setting takes."""
    shown = f"{source} ({setting.key!r})" if source else f"the setting {setting.key!r}"
    return ConfigError(f"{shown} is {value!r}; expected {setting.kind.words}", where=where)
