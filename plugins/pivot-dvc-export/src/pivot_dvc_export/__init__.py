"""A Pivot pipeline as a `dvc.yaml`, which DVC itself accepts, shows and runs; and the way back.

Found by the name `dvc` in the entry-point group `pivot.exporters`, and by `import-dvc` among the
commands. How an export comes about, from the bottom up:

    names            what a stage is called in DVC
    notation         plain values as YAML that DVC reads as they are meant
    document         a plan as the content of a dvc.yaml
    structure        whether that content is what DVC takes, and means the plan
    digests          what a file or a directory is to DVC
    repository       where DVC keeps what was made
    judgement        what DVC itself makes of it, in a repository of its own
    record           a dvc.lock for what is up to date
    exporter         what Pivot calls

And an import:

    templates        what stands for something else in a dvc.yaml
    project          the stages of a project, expanded
    pipeline_text    the pipeline.py with these stages
    adoption         what DVC has made, as if Pivot had made it
    import_command   what Pivot calls

Tests: plugins/pivot-dvc-export/tests/.
"""

from pivot_dvc_export.exporter import DvcExporter

__all__ = ["DvcExporter"]
