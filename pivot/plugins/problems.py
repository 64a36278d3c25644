"""What can be wrong with a plugin, told so that its user can mend it.

A *problem* is something that stops nobody: it is kept, shown by `pivot plugins`, and told once to
the run that meets it. What the user asked for and can't get is an error. Example::

    acme-notify: pivot_run_started raised KeyError: 'URL' (acme_notify.py:12)

Tests: tests/plugins_host/test_problems.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.errors import PluginError
from pivot.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What may go wrong in a plugin's code and must not stop others. `SystemExit` is among them: a
#: plugin that ends the process for want of a setting would take every pipeline with it.
FAILURES = (Exception, SystemExit)

#: (group, name) -> the distribution that provides it, and the extra of Pivot that installs it.
_KNOWN = {
    ("pivot.commands", "data diff"): ("pivot-data-diff", "diff"),
    ("pivot.commands", "plots"): ("pivot-plots", "plots"),
    ("pivot.displays", "tui"): ("pivot-tui", "tui"),
    ("pivot.exporters", "dvc"): ("pivot-dvc-export", "dvc"),
    ("pivot.loaders", "CSV"): ("pivot-loaders-pandas", "pandas"),
    ("pivot.loaders", "Excel"): ("pivot-loaders-pandas", "pandas"),
    ("pivot.loaders", "Feather"): ("pivot-loaders-pandas", "pandas"),
    ("pivot.loaders", "JSONLines"): ("pivot-loaders-pandas", "pandas"),
    ("pivot.loaders", "MatplotlibFigure"): ("pivot-loaders-matplotlib", "matplotlib"),
    ("pivot.loaders", "NumpyArray"): ("pivot-loaders-numpy", "numpy"),
    ("pivot.loaders", "NumpyArrays"): ("pivot-loaders-numpy", "numpy"),
    ("pivot.loaders", "Parquet"): ("pivot-loaders-pandas", "pandas"),
    ("pivot.remotes", "abfs"): ("pivot-fsspec", "azure"),
    ("pivot.remotes", "az"): ("pivot-fsspec", "azure"),
    ("pivot.remotes", "gcs"): ("pivot-fsspec", "gcs"),
    ("pivot.remotes", "gs"): ("pivot-fsspec", "gcs"),
    ("pivot.remotes", "http"): ("pivot-fsspec", "http"),
    ("pivot.remotes", "https"): ("pivot-fsspec", "http"),
    ("pivot.remotes", "memory"): ("pivot-fsspec", "fsspec"),
    ("pivot.remotes", "s3"): ("pivot-s3", "s3"),
    ("pivot.remotes", "sftp"): ("pivot-fsspec", "ssh"),
    ("pivot.remotes", "ssh"): ("pivot-fsspec", "ssh"),
    ("pivot.remotes", "webdav"): ("pivot-fsspec", "webdav"),
    ("pivot.remotes", "webdavs"): ("pivot-fsspec", "webdav"),
}
_NOUNS = {
    "pivot.commands": "command",
    "pivot.displays": "display",
    "pivot.executors": "executor",
    "pivot.exporters": "exporter",
    "pivot.hooks": "hooks",
    "pivot.loaders": "loader",
    "pivot.remotes": "remote scheme",
}


@frozen
class Problem:
    """Something wrong with one plugin, which the others don't notice."""

    #: The distribution, or what stands for it when an application registered an object.
    distribution: str
    group: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.distribution}: {self.message}"


class MissingPluginError(PluginError):
    """No installed distribution provides `wanted` in the entry-point group `group`."""

    def __init__(self, message: str, *, group: str, wanted: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.group = group
        # Not `name`: `AttributeError` has a field of that name, which pickle would lose.
        self.wanted = wanted


class MissingLoaderError(MissingPluginError, AttributeError):
    """`pivot.loaders` has no such loader; an `AttributeError`, so that `hasattr` says False."""


def noun(group: str) -> str:
    """Say what the entry points of a group are."""
    return _NOUNS.get(group, group)


def spell(group: str, name: str) -> str:
    """Give a name as the user writes it: `loaders.CSV`, `executor 'slurm'`."""
    return f"loaders.{name}" if group == "pivot.loaders" else f"{noun(group)} {name!r}"


def provider(group: str, name: str) -> str | None:
    """Say which distribution provides a name, and how to install it, if that is known."""
    if (group, name) not in _KNOWN:
        return None
    distribution, extra = _KNOWN[group, name]
    return f"{spell(group, name)} is provided by {distribution}: pip install 'pivot[{extra}]'"


def missing(
    group: str, name: str, *, names: Iterable[str], off: str | None, problems: Iterable[Problem]
) -> MissingPluginError:
    """Make the error for a name that nobody answers to.

    `names` are those that would be answered to, `off` is the distribution that provides `name` but
    is switched off, `problems` are those of plugins which might have known the answer.
    """
    kind = MissingLoaderError if group == "pivot.loaders" else MissingPluginError
    message = f"there is no {noun(group)} {name!r}"
    known = provider(group, name)
    available = sorted(names)
    lower = {other.lower(): other for other in available}
    import difflib  # only for a name that nobody has

    nearest = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, cutoff=0.6)]
    if off:
        message = f"{spell(group, name)} is provided by {off}, which is switched off"
        hint = "remove it from the environment variable PIVOT_DISABLE_PLUGINS"
    elif known:
        message = f"{spell(group, name)} is not installed"
        hint = known
    elif not available:
        hint = "Pivot's own entry points are not installed: install it, also from a source tree"
    else:
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else None
        hint = hint or f"there are: {', '.join(available)}"
    broken = "".join(f"\n  {problem}" for problem in problems)
    return kind(message, group=group, wanted=name, hint=hint + broken)


def describe(error: BaseException) -> str:
    """Give an exception in one line, with the place in the plugin's code that raised it."""
    import traceback  # only for a plugin that is broken

    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    places = [
        f"{frame.f_code.co_filename}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not _is_machinery(frame.f_globals.get("__name__", ""))
    ]
    return f"{text} ({places[-1]})" if places else text


def _is_machinery(module: str) -> bool:
    return f"{module}.".startswith(("importlib.", "stevedore.", "pivot.plugins."))
