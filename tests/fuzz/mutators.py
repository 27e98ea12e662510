"""What chance does to a file on its way: it is cut, flipped, repeated, and says the impossible.

Law: the same seed and the same bytes give the same damage, on every machine; no result is larger
than the file and a megabyte. Pure.
"""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any

__all__ = ["KINDS", "giant_header", "mutate"]

Mutator = Callable[[Random, bytes], bytes]
_MOST_MORE = 2**20
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_FOUR = re.compile(rb"moov|trak|mdia|mvhd|mdhd|tkhd|stsz|stco|stsc|stts|stsd|free|gps |meta|udta")
_WORDS = (b"NaN", b"-inf", b"1e999", b"-0", b"1e308", b"", b"9" * 400, b"\xff", b"\0", b"1_0", b"?")
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**53 + 1, 10**400, 1e308, float("nan"), "", "x" * 5_000,
    "\ud800", "\x1b[2J", [], {}, [[]], {"": None},
)  # fmt: skip
_NAMES = (
    b"../",
    b"~",
    b"-rf ",
    b"\n",
    b"\x1b]0;x\x07",
    b"\xe2\x80\xae",
    b"\xff\xfe",
    b"%00",
    b"$(",
)
_BOMB = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a0 "lol">',
        *(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)),
        b"]><gpx><trk><name>&a11;</name></trk></gpx>",
    ]
)
_OUTSIDE = b'<!DOCTYPE gpx [<!ENTITY e SYSTEM "file:///etc/hostname">]><gpx><name>&e;</name></gpx>'


def _cut(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(chance: Random, data: bytes) -> bytes:
    """One to forty bits, more often few."""
    changed = bytearray(data)
    for _ in range(int(40 ** chance.random())):
        at = chance.randrange(len(data) * 8)
        changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def _integer(chance: Random, data: bytes) -> bytes:
    """A whole number of 1 to 8 bytes becomes one at the edge of what fits."""
    size = chance.choice((1, 2, 4, 8))
    edge = chance.choice((0, 1, 2 ** (8 * size - 1) - 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1))
    at = chance.randrange(len(data))
    return data[:at] + edge.to_bytes(size, chance.choice(("big", "little"))) + data[at + size :]


def _part(chance: Random, data: bytes) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + int(len(data) ** chance.random()))


def _repeat(chance: Random, data: bytes) -> bytes:
    start, end = _part(chance, data)
    often = min(int(1000 ** chance.random()), _MOST_MORE // (end - start))
    return data[:end] + data[start:end] * often + data[end:]


def _remove(chance: Random, data: bytes) -> bytes:
    start, end = _part(chance, data)
    return data[:start] + data[end:]


def _noise(chance: Random, data: bytes) -> bytes:
    start, end = _part(chance, data)
    return data[:start] + chance.randbytes(min(end - start, 4096)) + data[end:]


def _blank(chance: Random, data: bytes) -> bytes:
    start, end = _part(chance, data)
    return data[:start] + bytes(end - start) + data[end:]


def _number(chance: Random, data: bytes) -> bytes:
    """A number of a text becomes a word that is none, or none that fits."""
    found = list(islice(_NUMBER.finditer(data), 2_000))
    if not found:
        return _noise(chance, data)
    match = chance.choice(found)
    return data[: match.start()] + chance.choice(_WORDS) + data[match.end() :]


def _value(chance: Random, data: bytes) -> bytes:
    """A value within JSON becomes another; what is no JSON is flipped."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return _flip(chance, data)
    holder: Any = [document]
    key: Any = 0
    for _ in range(chance.randrange(1, 7)):
        inner = holder[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        holder = inner
        key = (
            chance.choice(list(inner)) if isinstance(inner, dict) else chance.randrange(len(inner))
        )
    top = [document] if holder == [document] and key == 0 else None
    (top or holder)[key] = chance.choice(_VALUES)
    return json.dumps(top[0] if top else document).encode()


def _deep(chance: Random, data: bytes) -> bytes:
    """JSON within JSON, deeper than any reader's stack."""
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    depth = int(10 ** (1 + 4 * chance.random()))
    return opening * depth + data[:1000] + closing * depth


def _entities(chance: Random, data: bytes) -> bytes:
    """XML entities that grow to gigabytes, or that ask for a file of the machine."""
    document = data.partition(b"?>")[2]
    return chance.choice((_BOMB, _OUTSIDE, _BOMB[: _BOMB.index(b"]>") + 2] + document))


def _nested(chance: Random, data: bytes) -> bytes:
    """Elements within elements within the document."""
    at = data.rfind(b"</trk>")
    depth = int(10 ** (1 + 4 * chance.random()))
    return data[:at] + b"<extensions>" * depth + b"</extensions>" * depth + data[at:]


def giant_header(chance: Random, data: bytes) -> bytes:
    """The JPEG says that it is 40,000 x 40,000 pixels, or another impossible size."""
    at = next((i for i in (data.find(b"\xff\xc0"), data.find(b"\xff\xc2")) if i >= 0), -1)
    if at < 0:
        return data
    width, height = chance.choice(((40_000, 40_000), (65_535, 65_535), (40_000, 1), (0, 0)))
    return data[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 9 :]


def _segment(chance: Random, data: bytes) -> bytes:
    """A JPEG's segment says another length, or stands there a thousand times."""
    at = data.find(b"\xff", chance.randrange(2, max(3, min(len(data), 4000))))
    if at < 0:
        return data
    if chance.random() < 0.5:
        return data[: at + 2] + chance.randbytes(2) + data[at + 4 :]
    return data[:2] + b"\xff\xfe\x00\x02" * int(20_000 * chance.random()) + data[2:]


def _box(chance: Random, data: bytes) -> bytes:
    """A box of a video says another size, or a field near its head something impossible."""
    found = [match.start() for match in islice(_FOUR.finditer(data), 500)]
    if not found:
        return _integer(chance, data)
    at = chance.choice(found)
    field = chance.choice((-4, -4, 0, *range(4, 40, 4)))
    edge = chance.choice((0, 1, 7, 2**31 - 1, 2**31, 2**32 - 1)).to_bytes(4, "big")
    start = max(0, at + field)
    return data[:start] + edge + data[start + 4 :]


def _packed(chance: Random, data: bytes) -> bytes:
    """Gzip: whole, cut, or a little that becomes a lot."""
    plain = chance.choice((data, bytes(50 * 2**20), b"[" * 2**20))
    packed = gzip.compress(plain, 6, mtime=0)
    return packed if chance.random() < 0.7 else _flip(chance, packed)


def _name(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_NAMES) + data[at:]


_ANY: tuple[Mutator, ...] = (_cut, _flip, _integer, _repeat, _remove, _noise, _blank)
_TEXT: tuple[Mutator, ...] = (*_ANY, _number, _number, _number)
_JSON: tuple[Mutator, ...] = (*_TEXT, _deep, *[_value] * 6)
KINDS: Mapping[str, Sequence[Mutator]] = {
    "cut": (_cut,),
    "any": _ANY,
    "text": _TEXT,
    "json": _JSON,
    "xml": (*_TEXT, _entities, _nested),
    "jpeg": (*_ANY, giant_header, _segment),
    "video": (*_ANY, *[_box] * 6),
    "body": (*_JSON, _packed),
    "name": (*_ANY, _name, _name, _name),
}
"""Mutators by the kind of a file."""


def mutate(chance: Random, data: bytes, kind: str) -> bytes:
    """The bytes after one to three kinds of damage."""
    limit = len(data) + _MOST_MORE
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        data = chance.choice(KINDS[kind])(chance, data or b"\0")[:limit]
    return data
