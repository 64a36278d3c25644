"""What pipeline a project has: import what `pipeline.py` and `pivot.yaml` are about.

This is the only place of the parent process that runs the project's code. Project modules are
imported by a loader that compares content, never time stamps, so that an edit is never answered by
stale bytecode, and that remembers what it read. Example::

    with importing(root) as importer:
        pipeline = discover(root, importer)

Tests: tests/discovery/.
"""

from pivot.discovery.importer import ProjectImporter, importing
from pivot.discovery.layers import with_settings
from pivot.discovery.pipeline import PIPELINE_FILE, Pipeline, discover

__all__ = [
    "PIPELINE_FILE",
    "Pipeline",
    "ProjectImporter",
    "discover",
    "importing",
    "with_settings",
]
