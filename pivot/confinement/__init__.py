"""Keeping a stage to the files that it declares: `pivot run --strict`.

The audit hook of `tracing` sees what Python opens; libraries that open files by themselves (Arrow,
DuckDB, HDF5) are not seen by it. Here the kernel refuses them: `run_confined` calls a stage in a
forked child that Landlock lets read and write nothing below the project's root but what a
`Confinement` names, and says which file was refused. Tests: tests/confinement/.
"""

from pivot.confinement.child import Confined, run_confined
from pivot.confinement.confinement import Confinement
from pivot.confinement.landlock import require

__all__ = ["Confined", "Confinement", "require", "run_confined"]
