"""What kinds of value a setting can have, and how each is read and checked.

A *kind* checks a value from a typed file (TOML, YAML) and parses a text (environment, command
line). What it does not allow, it refuses. Tests: tests/config/test_kinds.py.
"""

from __future__ import annotations

import re
from typing import Protocol

from pivot.frozen import frozen

# No number that a system has a use for is larger; of time, no system waits for longer.
_MOST = 2**63 - 1
_LONGEST = 1e9

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^?]+(?:\?.*)?")
# Two letters at least: a colon may well be part of a path.
_BROKEN_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?!//[^?])")


class RefusedError(ValueError):
    """A value that its setting does not allow; the message is what it expects."""


class CredentialError(RefusedError):
    """A value with a credential, which is not repeated; the message says what looks like one."""


class Kind(Protocol):
    """A set of allowed values."""

    @property
    def words(self) -> str:
        """The allowed values, in words, as they go after 'expected'."""
        ...

    def check(self, value: object) -> object:
        """Give the normalised value; raise `RefusedError` if it is not allowed."""
        ...

    def parse(self, text: str) -> object:
        """Give the value that a text stands for; raise `RefusedError` if there is none."""
        ...


@frozen
class Name:
    """A text that is not empty."""

    words: str = "a name"

    def check(self, value: object) -> str:
        """Give the name."""
        if not isinstance(value, str) or not value.strip():
            raise RefusedError(self.words)
        return value.strip()

    def parse(self, text: str) -> str:
        """Give the name."""
        return self.check(text)


@frozen
class RemoteName:
    """What a remote is called, for which its address may be taken."""

    words: str = "the name of a remote, not its address"

    def check(self, value: object) -> str:
        """Give the name."""
        name = Name(self.words).check(value)
        if "://" in name:
            raise RefusedError(self.words)
        return name

    def parse(self, text: str) -> str:
        """Give the name."""
        return self.check(text)


@frozen
class Address:
    """Where a remote is: a URL or a path. The file of settings is no place for a password."""

    words: str = "a URL such as s3://bucket/prefix, or a path"

    def check(self, value: object) -> str:
        """Give the address."""
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise RefusedError(self.words)
        # Late: most commands have nothing to do with remotes.
        from pivot.config.credentials import found_in

        address = value.strip()
        if found := found_in(address):
            raise CredentialError(found)
        if _BROKEN_URL.match(address) and not _URL.fullmatch(address):
            raise RefusedError(self.words)
        return address

    def parse(self, text: str) -> str:
        """Give the address."""
        return self.check(text)


@frozen
class Count:
    """A whole number that is at least 1."""

    words: str = "a whole number of at least 1"

    def check(self, value: object) -> int:
        """Give the number."""
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            raise RefusedError(self.words)
        return value

    def parse(self, text: str) -> int:
        """Give the number that is written in decimal digits."""
        try:
            number = int(text)
        except ValueError:
            raise RefusedError(self.words) from None
        return self.check(number)


@frozen
class Size:
    """A number of bytes, at least 1."""

    words: str = "a size such as 500MB, 2GiB or a number of bytes"

    def check(self, value: object) -> int:
        """Give the bytes; what is written with a unit is a text in a typed file, too."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            raise RefusedError(self.words)
        return value

    def parse(self, text: str) -> int:
        """Give the bytes that a text stands for: kB is 1000 of them, KiB 1024."""
        match = _SIZE.fullmatch(text.strip())
        if not match:
            raise RefusedError(self.words)
        number, prefix, binary = match.groups()
        unit = (1024 if binary else 1000) ** _POWERS[prefix.lower()]
        size = float(number) * unit
        if size > _MOST:
            raise RefusedError(self.words)
        return self.check(int(size))


@frozen
class Globs:
    """Patterns of files, at least one."""

    words: str = "a list of patterns such as **/*.py, at least one"

    def check(self, value: object) -> tuple[str, ...]:
        """Give the patterns; a text with commas is a list too."""
        if isinstance(value, str):
            value = [glob.strip() for glob in value.split(",")]
        if not isinstance(value, list | tuple) or not value:
            raise RefusedError(self.words)
        globs = tuple(glob for glob in value if isinstance(glob, str) and _is_glob(glob))
        if len(globs) != len(value):
            raise RefusedError(self.words)
        return globs

    def parse(self, text: str) -> tuple[str, ...]:
        """Give the patterns between the commas."""
        return self.check(text)


def _is_glob(text: str) -> bool:
    # Of git's patterns, these alone are wrong; one that names nothing would match nothing.
    return bool(text.strip(" !/")) and not text.startswith("#") and not text.endswith("\\")


@frozen
class Seconds:
    """A time, at least 0."""

    words: str = "a number of seconds, at least 0"

    def check(self, value: object) -> float:
        """Give the seconds."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise RefusedError(self.words)
        # Not a number is not less than 0 either; an endless wait can't be handed to the system.
        if not 0 <= value <= _LONGEST:
            raise RefusedError(self.words)
        return float(value)

    def parse(self, text: str) -> float:
        """Give the seconds that are written as a decimal number."""
        try:
            number = float(text)
        except ValueError:
            raise RefusedError(self.words) from None
        return self.check(number)


@frozen
class Switch:
    """On or off."""

    words: str = "true or false"

    def check(self, value: object) -> bool:
        """Give the state."""
        if not isinstance(value, bool):
            raise RefusedError(self.words)
        return value

    def parse(self, text: str) -> bool:
        """Give the state that a word stands for: true, yes, on, 1, or the opposite."""
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise RefusedError(self.words)
        return word in _TRUE


@frozen
class Choice:
    """One of a few words."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:
        """The choices."""
        return f"one of {', '.join(self.choices)}"

    def check(self, value: object) -> str:
        """Give the word."""
        if value is False:
            # What YAML makes of an `off` without quotes.
            value = "off"
        if not isinstance(value, str) or value not in self.choices:
            raise RefusedError(self.words)
        return value

    def parse(self, text: str) -> str:
        """Give the word."""
        return self.check(text.strip())


@frozen
class Preference:
    """Some of a few words, the most wanted first."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:
        """The choices."""
        return f"a list of {', '.join(self.choices)}, each at most once"

    def check(self, value: object) -> tuple[str, ...]:
        """Give the words; a text with commas is a list too."""
        if isinstance(value, str):
            value = [word.strip() for word in value.split(",")]
        if not isinstance(value, list | tuple):
            raise RefusedError(self.words)
        words = tuple(word for word in value if isinstance(word, str) and word in self.choices)
        if not words or len(words) != len(value) or len(set(words)) != len(words):
            raise RefusedError(self.words)
        return words

    def parse(self, text: str) -> tuple[str, ...]:
        """Give the words between the commas."""
        return self.check(text)
