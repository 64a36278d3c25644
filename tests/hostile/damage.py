"""Sound files, and how they are damaged: by a person, a merge, a disk or an enemy.

A *tree* is what a sound file of JSON, YAML or TOML says. `damaged(tree, encode)` is a strategy of
hypothesis that gives the bytes of such a file with some of its values replaced, left out, nested,
repeated or renamed, and its text cut, glued, sprinkled with bytes, or given what YAML does more
than it says with. Run by runpy, from test_readers.py.
"""

from __future__ import annotations

import json

import yaml
from hypothesis import strategies as st

#: What is put where something else is expected.
ODD = st.one_of(
    st.sampled_from(
        [
            None,
            True,
            "",
            "\0",
            "\ud800",
            "/etc/passwd",
            "../outside",
            "a/../../outside",
            ".pivot/x",
            "a\nb",
            "x" * 70_000,
            "${x",
            "${" * 50,
            "!!",
            "*",
            "&",
            -1,
            0,
            1,
            2**31,
            2**63,
            2**64,
            10**400,
            -(10**5000),
            1e308,
            5e-324,
            float("inf"),
            float("nan"),
            [],
            {},
            [[]],
            [{}],
            {"": ""},
            {"<<": None},
            ["x"] * 5000,
            "999999999999999h",
            "1" * 5000,
            "s3://u:p@h/x",
            "2024-02-31",
            "12:30:45.5",
            "0o17",
            "1_000",
            "on",
            "=",
            "~",
            "\ufeff",
            "a" * 255,
            "a/",
            "@huge@",
            "@alias@",
            "0123456789abcdef",
            "__class__",
            "{0.__class__}",
            "%s%n",
            "\uff41",
            "\u202e",
        ]
    ),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
)
#: Lines that make YAML do more than it says.
LINES = [
    b"x: !!python/object/apply:os.system ['touch evaluated']\n",
    b"!!python/object/new:pathlib.Path [evaluated]\n",
    b"x: !!python/name:os.system\n",
    b"x: !!binary '*'\n",
    b"x: !!set {a, b}\n",
    b"x: !!timestamp 99999\n",
    b"x: !!int 'zzz'\n",
    b"x: !!float ''\n",
    b"x: !!omap [1]\n",
    b"x: !!pairs [[1]]\n",
    b"x: &a [*a]\n",
    b"x: &a {<<: *a}\n",
    b"x: &a {*a : 1}\n",
    b"? [a, b]\n: 1\n",
    b"? {a: b}\n: 1\n",
    b"%YAML 9.9\n---\n",
    b"%TAG ! tag:x,2000:\n---\n",
    b"---\n",
    b"...\n",
    b"\t\n",
    b"<<<<<<< HEAD\n",
    b"[tool.pivot]\n",
    b"a.b.c = 1\n",
    b"<<: [1]\n",
    b"<<: {a: 1}\n",
    b"12:30: 2024-02-31\n",
    b"x: 1e999999999\n",
    b"x: 0x" + b"f" * 9000 + b"\n",
    b"x: " + b"9" * 9000 + b"\n",
    b"x: |\n  " + b"z" * 100_000 + b"\n",
    b"x: " + b"[" * 700 + b"\n",
    b"x: " + b"[" * 300 + b"]" * 300 + b"\n",
    b"- " * 3000 + b"\n",
    b"x: 1:" + b"59:" * 3000 + b"1\n",
]
BYTES = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x1f\x8b",
    b"\r",
    b"\n",
    b'"',
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"&a ",
    b"*a ",
    b"!!x ",
    b"\\u0000",
    b"\\ud800",
    b"1e999",
    b"#",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\x1a",
    b"\\",
    b"-",
    b"${",
    b"%",
]


def bomb(levels: int, join: str) -> bytes:
    """Lists of lists of lists, or mappings that merge ones that merge: all of ten of the last."""
    if join == "list":
        first, each = "a0: &a0 [x, x]", "a{n}: &a{n} [{many}]"
    else:
        first, each = "a0: &a0 {x: 1, y: 2}", "a{n}: &a{n} {{<<: [{many}]}}"
    lines = [first]
    lines += [each.format(n=n, many=", ".join([f"*a{n - 1}"] * 10)) for n in range(1, levels)]
    return "\n".join(lines).encode()


BOMBS = [bomb(levels, join) for levels in (4, 12, 25) for join in ("list", "merge")]


def nested(depth: int, value: object, *, mapping: bool) -> object:
    for _ in range(depth):
        value = {"x": value} if mapping else [value]
    return value


def paths(tree: object, path: tuple = ()) -> list[tuple]:
    found = [path]
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in items:
        found += paths(value, (*path, key))
    return found


def changed(tree: object, path: tuple, change) -> object:
    if not path:
        return change(tree)
    first, *rest = path
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    if not rest and change is None:
        del copy[first]
        return copy
    copy[first] = changed(copy[first], tuple(rest), change)
    return copy


@st.composite
def trees(draw, tree):
    """A tree with up to three changes."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(tree)))
        kind = draw(st.sampled_from(["odd", "drop", "deep", "copy", "rename", "add"]))
        if kind == "drop" and path:
            tree = changed(tree, path, None)
        elif kind == "deep":
            depth, mapping = draw(st.sampled_from([1, 30, 90, 400])), draw(st.booleans())
            tree = changed(tree, path, lambda v, d=depth, m=mapping: nested(d, v, mapping=m))
        elif kind == "copy":
            source = tree
            for key in draw(st.sampled_from(paths(tree))):
                source = source[key]
            tree = changed(tree, path, lambda _, s=source: s)
        elif kind == "rename" and path and isinstance(path[-1], str):
            name, above = draw(st.text(max_size=5)), path[:-1]
            tree = changed(tree, above, lambda v, n=name, k=path[-1]: _renamed(v, k, n))
        elif kind == "add":
            item = draw(ODD)
            tree = changed(tree, path, lambda v, i=item: _with(v, i))
        else:
            item = draw(ODD)
            tree = changed(tree, path, lambda _, i=item: i)
    return tree


def _renamed(mapping: dict, old: str, new: str) -> dict:
    return {new if key == old else key: value for key, value in mapping.items()}


def _with(value: object, item: object) -> object:
    if isinstance(value, list):
        return [*value, item]
    if isinstance(value, dict):
        return {**value, str(item)[:50]: item}
    return [value, item]


def as_json(tree: object) -> bytes:
    return json.dumps(tree).encode()


def as_lines(tree: object) -> bytes:
    return b"\n".join(map(as_json, tree)) if isinstance(tree, list) else as_json(tree)


def as_yaml(tree: object) -> bytes:
    # What PyYAML doesn't write, JSON does, which is nearly YAML.
    try:
        return yaml.safe_dump(tree, sort_keys=False).encode()
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError):
        return as_json(tree)


def as_toml(tree: object) -> bytes:
    lines = ["[tool.pivot]"]
    for key, value in tree.items() if isinstance(tree, dict) else ():
        lines.append(f"{json.dumps(str(key))} = {json.dumps(value)}".replace(": ", " = "))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


#: What no encoder writes: a number without end, and an alias of more than there is.
HUGE = b"0x" + b"f" * 9000


def _spelt(data: bytes, encode) -> bytes:
    for quote in (b'"', b"'", b""):
        huge = b"9" * 5000 if encode is as_json else HUGE
        data = data.replace(quote + b"@huge@" + quote, huge)
        if b"@alias@" in data and encode is as_yaml:
            data = BOMBS[2] + b"\n" + data.replace(quote + b"@alias@" + quote, b"*a11")
    return data


@st.composite
def damaged(draw, tree, encode):
    """The bytes of a file: of a changed tree, or with changed bytes, or both."""
    try:
        data = encode(draw(trees(tree)) if draw(st.booleans()) else tree)
    except (ValueError, RecursionError):  # digits that no text of Python's may have
        data = encode(tree)
    data = _spelt(data, encode)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["cut", "bytes", "line", "flip", "bomb", "twice", "random"])):
            case "cut":
                data = data[:place]
            case "bytes":
                data = data[:place] + draw(st.sampled_from(BYTES)) + data[place:]
            case "line":
                start = data.rfind(b"\n", 0, place) + 1
                data = data[:start] + draw(st.sampled_from(LINES)) + data[start:]
            case "flip" if data:
                place = min(place, len(data) - 1)
                flipped = data[place] ^ (1 << draw(st.integers(0, 7)))
                data = data[:place] + bytes([flipped]) + data[place + 1 :]
            case "bomb":
                data = draw(st.sampled_from(BOMBS)) + b"\n" + data
                data = data.replace(b"0.5", b"*a3").replace(b": 2\n", b": *a3\n")
            case "twice":
                data = data + data[place:]
            case _:
                data = data[:place] + draw(st.binary(max_size=20)) + data[place:]
    return data
