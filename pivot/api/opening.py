"""Which project a call of the library means: its root, its settings, and a session for it.

Example: `open_session(None, None, {"jobs": 2})` is for the project around the working directory.
Tests: tests/test_api.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.paths import find_root
from pivot.session import Session

if TYPE_CHECKING:
    from pivot.discovery.singles import Settings as ParamSettings
    from pivot.plugins import PluginHost
    from pivot.registry import Registry

type Root = str | os.PathLike[str] | None


def open_session(
    root: Root,
    registry: Registry | None,
    overrides: dict[str, object],
    host: PluginHost | None = None,
    params: ParamSettings = (),
) -> Session:
    """Give a session, to be entered; `overrides` are settings; a None overrides nothing.

    `params` overrides parameters of stages.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    start = Path(root) if root is not None else Path.cwd()
    # With a registry of its own, a host application may use any directory as the project.
    found = find_root(start) if registry is None else start.resolve()
    return Session(found, registry=registry, overrides=given, host=host, params=params)
