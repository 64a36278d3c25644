"""Pairs of small files, and what is different between them by definition.

Each pair tries one thing. A row is told by its `id`; expected are the keys of rows that were added
and removed, and the cells that were modified. A number is what it stands for and not how it is
written, a text is what is written, an empty cell is no value. Tests: tests/benchmarks/.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """Two files and what is different; `cells` are `key column`, parted by commas."""

    name: str
    before: str | bytes
    after: str | bytes
    added: str = ""
    removed: str = ""
    cells: str = ""

    @property
    def expected(self) -> list[list[object]]:
        """What `diff_by_key.py` would print."""
        parts = [[word for word in text.split(",") if word] for text in (self.added, self.removed)]
        cells = [word.split(" ", 1) for word in self.cells.split(",") if word]
        return [sorted(part) for part in (*parts, cells)]


CASES = (
    Case(
        "rows added, removed, modified",
        "id,v,w\n1,a,x\n2,b,y\n3,c,z\n",
        "id,v,w\n1,a,X\n3,c,z\n4,d,q\n",
        added="4",
        removed="2",
        cells="1 w",
    ),
    Case("another order of rows", "id,v\n1,a\n2,b\n3,c\n", "id,v\n3,c\n1,a\n2,b\n"),
    Case(
        "another order of columns", "id,v,w\n1,a,x\n2,b,y\n", "w,id,v\nx,1,a\nY,2,b\n", cells="2 w"
    ),
    Case(
        "columns added and removed",
        "id,v,old\n1,a,x\n2,b,y\n",
        "id,new,v\n1,5,a\n2,5,B\n",
        cells="2 v",
    ),
    Case(
        "notations of a number",
        "id,v\n1,1.50\n2,1e3\n3,0.1\n",
        "id,v\n1,1.5\n2,1000\n3,0.2\n",
        cells="3 v",
    ),
    Case("keys as other numbers", "id,v\n1,a\n2.5,b\n", "id,v\n1.0,a\n2.50,B\n", cells="2.5 v"),
    Case("true and True", "id,v\n1,true\n2,false\n", "id,v\n1,True\n2,True\n", cells="2 v"),
    Case(
        "no value, before and after",
        "id,v,w\n1,,\n2,,x\n3,5,\n",
        "id,v,w\n1,,\n2,7,x\n3,,\n",
        cells="2 v,3 v",
    ),
    Case("NA is a text", "id,v\n1,NA\n2,n\n", "id,v\n1,\n2,n\n", cells="1 v"),
    Case(
        "whole numbers of 23 digits",
        "id,v\n1,12345678901234567890123\n2,7\n",
        "id,v\n1,12345678901234567890124\n2,7\n",
        cells="1 v",
    ),
    Case(
        "whole numbers of 17 digits, and a gap",
        "id,v\n1,10000000000000001\n2,\n",
        "id,v\n1,10000000000000000\n2,\n",
        cells="1 v",
    ),
    Case(
        "decimals of 20 digits",
        "id,v\n1,0.12345678901234567891\n",
        "id,v\n1,0.12345678901234567892\n",
        cells="1 v",
    ),
    Case("leading zeros", "id,v\n1,007\n2,08\n", "id,v\n1,7\n2,08\n", cells="1 v"),
    Case("numbers that became texts", "id,v\n1,1\n2,2\n", "id,v\n1,1\n2,n/a\n", cells="2 v"),
    Case("a space at the end", "id,v\n1,a\n2,b\n", "id,v\n1,a \n2,b\n", cells="1 v"),
    Case(
        "line ends in a cell",
        'id,v\n1,"a\nb"\n2,"c\nd"\n',
        'id,v\n1,"a\nb"\n2,"c\n\nd"\n',
        cells="2 v",
    ),
    Case("line ends of another system", "id,v\n1,a\n2,b\n", "id,v\r\n1,a\r\n2,B\r\n", cells="2 v"),
    Case(
        "quotes and commas",
        'id,v\n1,"say ""a"", b"\n2,->\n',
        'id,v\n1,"say ""a"", c"\n2,-->\n',
        cells="1 v,2 v",
    ),
    Case(
        "two columns of one name",
        "id,v,v\n1,a,x\n2,b,y\n",
        "id,v,v\n1,a,x\n2,b,Y\n",
        cells="2 v (2)",
    ),
    Case(
        "a key of two rows",
        "id,v\n1,a\n1,b\n2,c\n",
        "id,v\n1,a\n1,B\n2,c\n",
        cells="1 v",
    ),
    Case("rows of one key that are gone", "id,v\n1,a\n1,b\n2,c\n", "id,v\n1,b\n2,c\n", removed="1"),
    Case(
        "a byte-order mark",
        "id,v\n1,a\n2,b\n".encode("utf-8-sig"),
        "id,v\n1,a\n2,B\n",
        cells="2 v",
    ),
    Case(
        "UTF-8 instead of Latin-1",
        "id,v\n1,é\n2,b\n".encode("latin-1"),
        "id,v\n1,é\n2,B\n",
        cells="2 v",
    ),
    Case("rows of a file that had none", "id,v\n", "id,v\n1,a\n2,b\n", added="1,2"),
    Case("an empty file", "", "id,v\n1,a\n", added="1"),
    Case("short rows", "id,v,w\n1,a\n2,b,x\n", "id,v,w\n1,a,\n2,b,X\n", cells="2 w"),
)
