"""Which settings there are: the table `SETTINGS`, and the remotes, whose names a person chooses.

A setting's *key* is what a person writes: `jobs`, `cache.link`; a dot leads into a section. The
environment's name for it is `PIVOT_JOBS`, `PIVOT_CACHE__LINK`, `PIVOT_REMOTES__ORIGIN`. `pivot
config list` and the docs are made from the table. Tests: tests/config/test_settings.py.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from pivot.config.kinds import (
    Address,
    Choice,
    Count,
    CredentialError,
    Globs,
    Kind,
    Name,
    Preference,
    RefusedError,
    RemoteName,
    Seconds,
    Size,
    Switch,
)
from pivot.errors import ConfigError
from pivot.frozen import frozen
from pivot.hashing import ALGORITHMS, DEFAULT_ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.errors import Place
    from pivot.hashing import Algorithm
    from pivot.store.blobs import Verification

_REMOTES = "remotes."
_REMOTE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@frozen
class Settings:
    """The value of every setting, and where each comes from."""

    executor: str = "loky"
    jobs: int | None = None
    hash: Algorithm = DEFAULT_ALGORITHM
    cache_link: tuple[str, ...] = ("reflink", "hardlink", "copy")
    cache_verify: Verification = "stat"
    lock_timeout: float = 600.0
    keep_going: bool = False
    undeclared: str = "track"
    strict: bool = False
    fingerprint_packages: str = "version"
    history_runs: int = 100
    data_diff_memory: int = 500_000_000
    watch_globs: tuple[str, ...] = ("**",)
    watch_debounce: float = 0.05
    default_remote: str | None = None
    #: Name -> URL or path.
    remotes: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Key -> the layer that its value comes from: `default`, `pyproject.toml:12`,
    #: `.pivot/config.yaml:3`, `PIVOT_JOBS`, `command line`.
    origins: Mapping[str, str] = field(default_factory=dict[str, str], compare=False, repr=False)

    @property
    def on_undeclared(self) -> str:
        """What is done about files that a stage opens and doesn't declare."""
        return "error" if self.strict else self.undeclared

    def value(self, key: str) -> object:
        """Give the value of one setting; raise `ConfigError` if there is none of this name."""
        setting = find_setting(key)
        return self.remotes.get(setting.remote) if setting.remote else getattr(self, setting.field)

    @property
    def table(self) -> tuple[Setting, ...]:
        """The settings that there are, those of the remotes included."""
        return (*SETTINGS, *(remote_setting(name) for name in sorted(self.remotes)))


@frozen
class Setting:
    """One entry of the table."""

    key: str
    kind: Kind
    description: str
    #: The remote's name if it's where a remote is.
    remote: str | None = None

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
        "executor",
        Name("the name of an executor"),
        "What runs stages: loky, inline, interpreters, or a plugin's",
    ),
    Setting("jobs", Count(), "How many stages may run at once; unset: one for each usable CPU"),
    Setting("hash", Choice(ALGORITHMS), "The hash that names content in locks and in the cache"),
    Setting(
        "cache.link",
        Preference(("reflink", "hardlink", "copy")),
        "How outputs get into and out of the cache, the most wanted way first",
    ),
    Setting(
        "cache.verify",
        Choice(("stat", "sample", "full")),
        "When a file of the cache is hashed before it's used: if it looks changed (stat), then and "
        "in parts each time (sample), or each time (full)",
    ),
    Setting("lock_timeout", Seconds(), "How long to wait for a stage that another process runs"),
    Setting("keep_going", Switch(), "After a failure, go on with what doesn't depend on it"),
    Setting(
        "undeclared",
        Choice(("track", "warn", "error", "off")),
        "What to do about files that a stage opens and doesn't declare: track them like inputs and "
        "warn, only warn, fail, or nothing",
    ),
    Setting(
        "strict",
        Switch(),
        "Fail a stage that opens what it doesn't declare, and have the kernel refuse it (Linux)",
    ),
    Setting(
        "fingerprint.packages",
        Choice(("version", "minor", "off")),
        "How much of the versions of libraries counts: all, the first two numbers, or nothing",
    ),
    Setting("history.runs", Count(), "How many runs are kept for pivot history"),
    Setting(
        "data_diff.memory",
        Size(),
        "How much memory data diff may take for the rows of a file; of larger ones it counts them",
    ),
    Setting(
        "watch.globs",
        Globs(),
        "Which files are watched by run --watch, as in a .gitignore (where ! excepts)",
    ),
    Setting(
        "watch.debounce",
        Seconds(),
        "How long after a change nothing must follow before run --watch runs",
    ),
    Setting(
        "default_remote",
        RemoteName(),
        "Which remote push, fetch and pull use; unset: the only one there is",
    ),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


def remote_setting(name: str) -> Setting:
    """Give the setting that says where a remote is."""
    return Setting(f"{_REMOTES}{name}", Address(), f"Where the remote {name!r} is", name)


def remote_variables(environ: Iterable[str]) -> dict[str, str]:
    """Map the environment's variables for remotes to their keys."""
    prefix = remote_setting("").variable
    return {
        variable: f"{_REMOTES}{variable.removeprefix(prefix).lower()}"
        for variable in environ
        if variable.startswith(prefix)
    }


def find_setting(key: str, where: Place | None = None) -> Setting:
    """Give the table's entry for a key; raise `ConfigError` with the nearest keys if none."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    if key.startswith(_REMOTES):
        name = key.removeprefix(_REMOTES)
        if not _REMOTE_NAME.fullmatch(name):
            raise ConfigError(
                f"{name!r} can't be the name of a remote",
                where=where,
                hint="a name has lower-case letters, digits, '-' and '_'",
            )
        return remote_setting(name)
    # Only a mistake needs it, and it costs start-up time.
    from difflib import get_close_matches

    near = get_close_matches(key, _BY_KEY, n=2)
    hint = (
        f"did you mean {' or '.join(repr(name) for name in near)}?"
        if near
        else f"the settings are {', '.join(_BY_KEY)}, {_REMOTES}NAME"
    )
    raise ConfigError(f"there is no setting {key!r}", where=where, hint=hint)


def wrong_value(
    setting: Setting,
    value: object,
    refused: RefusedError,
    where: Place | None = None,
    source: str = "",
) -> ConfigError:
    """Give the error that says what the setting takes, or what its value must not hold."""
    # Late: only mistakes need it.
    from pivot.config.credentials import REMEDY, masked

    shown = f"{source} ({setting.key!r})" if source else f"the setting {setting.key!r}"
    if isinstance(refused, CredentialError):
        message = f"{shown} holds what looks like a credential: {refused}"
        return ConfigError(message, where=where, hint=REMEDY)
    if isinstance(value, str) and (setting.remote is not None or "://" in value):
        value = masked(value)
    return ConfigError(f"{shown} is {_short(value)}; expected {refused}", where=where)


def _short(value: object) -> str:
    import reprlib  # only mistakes need it

    try:
        return repr(value) if isinstance(value, str) and len(value) < 200 else reprlib.repr(value)
    except ValueError:  # from so many digits Python makes no text
        return "a number of thousands of digits"
