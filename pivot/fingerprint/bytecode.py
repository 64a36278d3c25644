"""What does code do that has no source, being made by `exec`? The answer is a text to be hashed.

It holds all that a code object does, and neither lines nor paths. Unlike that of source, the text
differs between versions of Python. Tests: tests/fingerprint/test_bytecode.py.
"""

from __future__ import annotations

from types import CodeType

from pivot.fingerprint.syntax import scalar_text


def code_text(code: CodeType) -> str:
    """Give the text that two code objects share exactly when they do the same."""
    signature = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    body = (code.co_code, code.co_exceptiontable)
    constants = [_constant_text(constant) for constant in code.co_consts]
    return scalar_text((code.co_name, signature, names, body, constants))


def code_names(code: CodeType) -> set[str]:
    """Give the names that code, or a function within it, looks up as globals or attributes."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(code_names, inner))


def _constant_text(constant: object) -> str:
    if isinstance(constant, CodeType):
        return code_text(constant)
    if isinstance(constant, frozenset):
        return f"frozenset {sorted(map(scalar_text, constant))}"
    return scalar_text(constant)
