"""The remotes that come with Pivot: a directory that other machines see, too.

They enter through the entry-point group `pivot.remotes`, like those of plugins. Tests:
tests/remotes/.
"""
