"""The first difference between what should stand in a published file and what stands there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from roadcomb.errors import IntegrityError

__all__ = ["NOTHING", "Difference", "refuse_different", "refuse_unlike", "unlike"]

_SHOWN = 80
NOTHING = "nothing"
"""What is found where something should stand."""


class Difference(IntegrityError):
    """A published value is not what it should be: which file, which field, expected and found."""

    def __init__(self, file: str, field: str, expected: object, found: object) -> None:
        self.file, self.field = file, field
        self.expected, self.found = str(expected)[:_SHOWN], str(found)[:_SHOWN]
        super().__init__(f"{file}: {field}: expected {self.expected}, found {self.found}")


def refuse_different(file: str, field: str, expected: object, found: object) -> None:
    """Raise Difference unless the two values are equal."""
    if expected != found:
        raise Difference(file, field, expected, found)


def refuse_unlike(file: str, expected: Any, found: Any) -> None:
    """Raise Difference for the first place in which two JSON values are not alike."""
    for field, wanted, there in unlike(expected, found):
        raise Difference(file, field, wanted, there)


def unlike(expected: Any, found: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path such as `rows.count` or `tree[3]`, expected, found) of all places that differ."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in sorted(expected.keys() | found.keys()):
            inner = f"{path}.{key}" if path else key
            yield from unlike(expected.get(key, NOTHING), found.get(key, NOTHING), inner)
    elif _is_list(expected) and _is_list(found) and len(expected) == len(found):
        for index, (wanted, there) in enumerate(zip(expected, found, strict=True)):
            yield from unlike(wanted, there, f"{path}[{index}]")
    elif type(expected) is not type(found) or expected != found:
        yield path or "the document", expected, found


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
