"""A plan in other notations: `mermaid` and `dot` diagrams of who feeds whom, `json`, `make`.

Each format is found by its name in the entry-point group `pivot.exporters`, whoever provides it.
`planning` says what an exporter is told, `export` what becomes of its text. Tests:
tests/exporters/.
"""
