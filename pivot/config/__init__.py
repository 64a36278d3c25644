"""The settings of a project: what they are, who says what, and how a person changes them.

`settings` is the table of all settings; `kinds` knows what each may be; `toml_layer` and
`yaml_layer` read files, `layers` puts everything together; `editing` and `local` change the local
file. Example::

    load_settings(root, {"jobs": 2}).jobs  # 2

Tests: tests/config/.
"""

from pivot.config.layers import load_settings
from pivot.config.local import get_setting, set_setting, unset_setting
from pivot.config.settings import SETTINGS, Setting, Settings, find_setting

__all__ = [
    "SETTINGS",
    "Setting",
    "Settings",
    "find_setting",
    "get_setting",
    "load_settings",
    "set_setting",
    "unset_setting",
]
