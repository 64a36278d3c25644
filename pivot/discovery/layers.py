"""All that overrides the parameters of a pipeline, in order.

From the weakest: the code, `pivot.yaml`, `params.yaml`, environment variables, and what was set for
this very command. Example: `parametrised(root, stages, ["train.rate=0.05"])`.

Tests: tests/discovery/test_layers.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pivot.discovery.overrides import (
    Override,
    Parametrised,
    apply_overrides,
    families,
    for_variants,
)
from pivot.paths import PARAMS_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pivot.discovery.singles import Settings
    from pivot.errors import PivotError
    from pivot.stage import Stage

_VARIABLES = "PIVOT_PARAMS__"


def parametrised(
    root: Path,
    stages: tuple[Stage, ...],
    given: Settings = (),
    *,
    below: Sequence[Override] = (),
    environ: Mapping[str, str] | None = None,
) -> Parametrised:
    """Give the stages of a project with all layers applied; `below` are those of `pivot.yaml`.

    `environ` is the environment, the process's own if it is None. Raises `DefinitionErrors` with
    all that is wrong in any layer.
    """
    overrides: Sequence[Override] = ()
    errors: list[PivotError] = []
    if os.path.lexists(root / PARAMS_FILE):
        # Late, as below: few have any.
        from pivot.discovery.params_file import read_params_file

        overrides, errors = read_params_file(root)
    layers = [*below, *for_variants(overrides, stages)]
    around = os.environ if environ is None else environ
    variables = {name: around[name] for name in around if name.startswith(_VARIABLES)}
    if variables:
        from pivot.discovery.variables import read_variables

        found, wrong = read_variables(variables, (*stages, *families(stages)))
        layers += for_variants(found, stages)
        errors += wrong
    found, wrong = _settings(given, stages)
    layers += found
    errors += wrong
    return apply_overrides(stages, layers, errors)


def with_settings(stages: tuple[Stage, ...], given: Settings) -> Parametrised:
    """Give stages that no project has, so that nothing but what was set overrides them."""
    return apply_overrides(stages, *_settings(given, stages))


def _settings(
    given: Settings, stages: tuple[Stage, ...]
) -> tuple[list[Override], list[PivotError]]:
    if not given:
        return [], []
    from pivot.discovery.singles import read_settings

    overrides, errors = read_settings(given, (*stages, *families(stages)))
    return for_variants(overrides, stages), errors
