"""What artifacts were at a revision of git, who made them from what, and getting them back.

A *revision* is a commit with its locks; the *content* that a lock names is in git, in the cache or
in a remote. Tests: tests/past/.
"""
