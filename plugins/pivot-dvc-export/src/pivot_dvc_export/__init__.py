"""A Pivot pipeline as a `dvc.yaml`, which DVC itself accepts, shows and runs.

Found by the name `dvc` in the entry-point group `pivot.exporters`. How it comes about, from the
bottom up:

    names        what a stage is called in DVC
    notation     plain values as YAML that DVC reads as they are meant
    document     a plan as the content of a dvc.yaml
    structure    whether that content is what DVC takes, and means the plan
    judgement    what DVC itself makes of it, in a repository of its own
    exporter     what Pivot calls

Tests: plugins/pivot-dvc-export/tests/.
"""

from pivot_dvc_export.exporter import DvcExporter

__all__ = ["DvcExporter"]
