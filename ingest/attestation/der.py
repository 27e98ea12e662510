"""DER (ITU-T X.690) as far as key attestations need it: tags, lengths, and the few types in them.

Law: any bytes give elements or InvalidInput, never another exception; nothing recurses by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from roadcomb.errors import InvalidInput

__all__ = ["BOOLEAN", "ENUMERATED", "INTEGER", "OCTET_STRING", "SEQUENCE", "SET", "Element", "only"]

BOOLEAN, INTEGER, OCTET_STRING, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31
_CONTEXT, _LONG_FORM = 0x80, 0x1F


@dataclass(frozen=True, slots=True)
class Element:
    """One value; `tag` is the identifier octet, or the number of a context tag as -1 - number."""

    tag: int
    content: bytes

    def parts(self) -> list["Element"]:
        """The elements inside."""
        return list(_elements(self.content))

    def integer(self, tag: int = INTEGER) -> int:
        """The number of an INTEGER or ENUMERATED."""
        return int.from_bytes(self.expect(tag), "big", signed=True)

    def boolean(self) -> bool:
        """The value of a BOOLEAN."""
        return self.expect(BOOLEAN) == b"\xff"

    def expect(self, tag: int) -> bytes:
        """The content, if the element is of this type. Raises InvalidInput."""
        if self.tag != tag:
            raise InvalidInput(f"a key attestation has {self.tag:#x} where {tag:#x} is asked for")
        return self.content

    def tagged(self) -> dict[int, "Element"]:
        """Of a sequence of explicitly tagged elements: number of the tag -> the element in it."""
        return {-1 - part.tag: only(part.content) for part in self.parts() if part.tag < 0}


def only(data: bytes) -> Element:
    """The one element that the bytes are. Raises InvalidInput for more or less."""
    elements = list(_elements(data))
    if len(elements) != 1:
        raise InvalidInput("a key attestation is no single DER element")
    return elements[0]


def _elements(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data):
            raise InvalidInput("a key attestation is truncated")
        yield Element(tag, data[at : at + length])
        at += length


def _tag(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    number, at = first & _LONG_FORM, at + 1
    if number == _LONG_FORM:
        number, at = _base_128(data, at)
    if first & 0xC0 != _CONTEXT:
        return first, at
    return -1 - number, at


def _base_128(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for index, octet in enumerate(data[at : at + 4], at + 1):
        number = number << 7 | octet & 0x7F
        if octet < 0x80:
            return number, index
    raise InvalidInput("a key attestation has a tag without end")


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise InvalidInput("a key attestation is truncated")
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    octets = first & 0x7F
    if not 1 <= octets <= 4 or at + octets > len(data):
        raise InvalidInput("a key attestation has a length without sense")
    return int.from_bytes(data[at : at + octets], "big"), at + octets
