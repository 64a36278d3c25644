"""One pass of `pivot run`: observe, decide, execute, commit, announce.

`forecast` and `Runner` share one `Judge`, so that what is explained is what is done. Nothing here
prints, installs signal handlers, or knows where its services come from: a `Workspace` is given.
Tests: tests/engine/.
"""
