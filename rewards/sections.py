"""Sections of a TOML file that must hold exactly the entries that are known; pure.

The law: an unknown, missing or misfit entry is refused with its line, so a misspelt one never falls
back to anything silently.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from roadcomb.errors import InvalidInput

__all__ = ["Section", "sections_of"]

_LONGEST = 80


@dataclass(slots=True)
class Section:
    """A table of the file. Every entry that is asked for is struck off; `end` refuses the rest."""

    source: str
    path: tuple[str, ...]
    entries: Mapping[str, Any]
    _left: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._left = set(self.entries)

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """An integer low..high."""
        value = self._take(name, default)
        if type(value) is not int or not low <= value <= high:
            raise self.refused(name, f"an integer {low}..{high} is asked for")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """One line that a terminal prints and an account of the ledger can be named by."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self.refused(name, "a text is asked for")
        if not value or len(value) > _LONGEST or not value.isprintable():
            raise self.refused(name, f"one line of 1 to {_LONGEST} characters is asked for")
        return value

    def one_of(self, name: str, choices: Mapping[str, Any], default: str | None = None) -> Any:
        """What one of the names of `choices` stands for."""
        value = self.text(name, default)
        if value not in choices:
            raise self.refused(name, f"one of {', '.join(sorted(choices))} is asked for")
        return choices[value]

    def decimal(self, name: str, low: Decimal, high: Decimal) -> Decimal:
        """A decimal number low..high, written as a text: floats differ between machines."""
        try:
            value = Decimal(self.text(name))
        except InvalidOperation as error:
            raise self.refused(name, 'a decimal number in quotes, "0.25", is asked for') from error
        if not (value.is_finite() and low <= value <= high):
            raise self.refused(name, f"a number {low}..{high} is asked for")
        return value

    def pairs(self, name: str) -> tuple[tuple[int, int], ...]:
        """A list of pairs of integers, [[0, 5], [10, 3]]."""
        value = self._take(name, None)
        try:
            pairs = tuple((first, second) for first, second in value)
        except (TypeError, ValueError) as error:
            raise self.refused(name, "a list of pairs of integers is asked for") from error
        if not pairs or any(type(part) is not int for pair in pairs for part in pair):
            raise self.refused(name, "a list of pairs of integers is asked for")
        return pairs

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, all different."""
        value = self._take(name, None)
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.refused(name, "a list of texts is asked for")
        if len(set(value)) != len(value):
            raise self.refused(name, "one text stands twice")
        return tuple(value)

    def section(self, name: str) -> "Section":
        """A table inside."""
        value = self._take(name, None)
        if not isinstance(value, dict):
            raise self.refused(name, "a table is asked for")
        return Section(self.source, (*self.path, name), value)

    def optional(self, name: str) -> "Section | None":
        """A table inside that may be left out."""
        return self.section(name) if name in self.entries else None

    def each(self, name: str) -> Iterator["Section"]:
        """Tables of a list, [[name]]; none where it is left out."""
        value = self._take(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.refused(name, "a list of tables is asked for")
        for entry in value:
            yield Section(self.source, (*self.path, name), entry)

    def end(self) -> None:
        """Refuse what nobody asked for."""
        for name in sorted(self._left):
            raise self.refused(name, "unknown")

    def refused(self, name: str, why: str) -> InvalidInput:
        """The error for an entry, with its line where the file has one."""
        line = _line_of(self.source, self.path, name)
        where = f"line {line}: " if line else ""
        return InvalidInput(f"policy: {where}{'.'.join((*self.path, name))}: {why}")

    def _take(self, name: str, default: Any) -> Any:
        if name not in self.entries and default is None:
            raise self.refused(name, "missing")
        self._left.discard(name)
        return self.entries.get(name, default)


def sections_of(data: bytes) -> Section:
    """The whole file as a section. Raises InvalidInput when it is not TOML."""
    try:
        text = data.decode()
        return Section(text, (), tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"policy: not TOML: {error}") from error


def _line_of(source: str, path: tuple[str, ...], name: str) -> int | None:
    """The line of an entry or, when it is missing, of its table's header."""
    header = re.compile(rf"\s*\[+\s*{re.escape('.'.join(path))}\s*\]+") if path else None
    entry = re.compile(rf"\s*(\[+\s*)?{re.escape(name)}\s*[=\].]")
    inside, found = header is None, None
    for number, line in enumerate(source.splitlines(), start=1):
        if header is not None and line.lstrip().startswith("["):
            inside = bool(header.match(line))
            found = number if inside and found is None else found
        if inside and entry.match(line):
            return number
    return found
