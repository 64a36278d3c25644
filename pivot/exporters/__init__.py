"""A plan in other notations: `mermaid` and `dot` diagrams of who feeds whom.

Each format is found by its name in the entry-point group `pivot.exporters`.
Tests: tests/exporters/.
"""
