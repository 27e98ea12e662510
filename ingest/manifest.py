"""The manifest: the signed, canonical description of a drive; its digest is the drive's id.

::

    {"v": 1, "contributor": <public key>, "device": {"model": ..., "attestation": "none",
     "focal_35mm": <only if known>},
     "screened": {<reason>: <count of frames that were recorded and not sent>},
     "frames": [[image_id, size, t_ms, lat_e7, lon_e7, heading_cdeg, speed_cmps, alt_cm,
                 hdop_centi, satellites, orientation], ...],
     "terms": {...}}   # may be missing: ingest/terms.py

Frames are in strictly increasing time and no image id stands twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from operator import attrgetter
from typing import Any

from ingest.terms import Terms, parse_terms
from roadcomb.canonical import Json, canonical_json, digest_of_bytes
from roadcomb.errors import InvalidInput
from roadcomb.keys import PUBLIC_KEY_HEX, Key, verify
from roadcomb.records import E7, Frame

__all__ = ["DOMAIN", "Device", "Manifest", "SignedManifest", "parse_signed", "sign_manifest"]

DOMAIN = "roadcomb manifest v1"
VERSION = 1
_HEX = set("0123456789abcdef")
_LAST_T_MS = 2**48
_RANGES = (
    ("size", 1, 2**31, False),
    ("t_ms", 0, _LAST_T_MS, False),
    ("lat_e7", -90 * E7, 90 * E7, False),
    ("lon_e7", -180 * E7, 180 * E7, False),
    ("heading_cdeg", 0, 35_999, True),
    ("speed_cmps", 0, 100_000, True),
    ("alt_cm", -1_000_000, 10_000_000, True),
    ("hdop_centi", 0, 1_000_000, True),
    ("satellites", 0, 1_000, True),
    ("orientation", 1, 8, False),
)
"""Name, lowest, highest and may-be-null of the integers of a frame, in their order."""
_ROW: Callable[[Frame], tuple[Json, ...]] = attrgetter(*(one.name for one in fields(Frame)))
"""A frame's values in the order of the module's law."""


@dataclass(frozen=True, slots=True)
class Device:
    """What recorded the drive; attestation: none, software-key or hardware-key.

    focal_35mm: focal length of the same angle of view on 35 mm film (36 mm wide), in mm, if known.
    """

    model: str
    attestation: str = "none"
    focal_35mm: int | None = None

    def to_json(self) -> dict[str, Json]:
        """As it stands in the manifest; what is not known is not said."""
        said: dict[str, Json] = {"model": self.model, "attestation": self.attestation}
        return said if self.focal_35mm is None else {**said, "focal_35mm": self.focal_35mm}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One drive of one contributor with one device (see the module's law)."""

    contributor: str
    device: Device
    frames: tuple[Frame, ...]
    screened: Mapping[str, int] = field(default_factory=dict)
    terms: Terms | None = None

    def to_json(self) -> Json:
        """The JSON value that is digested and signed."""
        return {
            "v": VERSION,
            "contributor": self.contributor,
            "device": self.device.to_json(),
            "screened": dict(self.screened),
            "frames": list(map(list, map(_ROW, self.frames))),
            **({} if self.terms is None else {"terms": self.terms.to_json()}),
        }


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest, its canonical bytes and the contributor's signature over them (hex).

    rotated: the public key that signed, where it is not the one the contributor is known by.
    """

    manifest: Manifest
    body: bytes
    signature: str
    rotated: str | None = None

    @property
    def signer(self) -> str:
        """The public key whose signature it is; whether it signs for them, only a node knows."""
        return self.rotated or self.manifest.contributor

    @property
    def drive_id(self) -> str:
        """Digest of the manifest: sending the same drive again is the same drive."""
        return digest_of_bytes(self.body)

    def to_json(self) -> Json:
        """The body of `POST /v1/drives`."""
        return {"manifest": self.manifest.to_json(), **self._beside()}

    def to_bytes(self) -> bytes:
        """The canonical JSON of it; the manifest's, most of it, is there already."""
        beside = {name: canonical_json(value) for name, value in self._beside().items()}
        members = sorted({**beside, "manifest": self.body}.items())
        return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members)

    def _beside(self) -> dict[str, Json]:
        """What stands beside the manifest."""
        signed: dict[str, Json] = {"signature": self.signature}
        return signed if self.rotated is None else {**signed, "signer": self.rotated}


def sign_manifest(manifest: Manifest, key: Key) -> SignedManifest:
    """Sign with the contributor's key."""
    body = canonical_json(manifest.to_json())
    rotated = None if key.signer == manifest.contributor else key.signer
    return SignedManifest(manifest, body, key.sign(DOMAIN, body), rotated)


def parse_signed(value: Json) -> SignedManifest:
    """Check shape, ranges, order and signature of a `POST /v1/drives` body.

    Raises InvalidInput naming the field, Unauthorised for a wrong signature.
    """
    envelope = _object(value, "body", {"manifest", "signature"}, frozenset({"signer"}))
    manifest = _manifest(envelope["manifest"])
    signature = _text(envelope["signature"], "signature", 128)
    body = canonical_json(manifest.to_json())
    rotated = _hex(envelope["signer"], "signer", PUBLIC_KEY_HEX) if "signer" in envelope else None
    signed = SignedManifest(manifest, body, signature, rotated)
    verify(signed.signer, DOMAIN, body, signature)
    return signed


def parse_manifest(value: Json) -> Manifest:
    """The manifest inside stored canonical JSON. Raises InvalidInput naming the field."""
    return _manifest(value)


def _manifest(value: Json) -> Manifest:
    names = {"v", "contributor", "device", "screened", "frames"}
    raw = _object(value, "manifest", names, frozenset({"terms"}))
    if raw["v"] != VERSION:
        version = str(raw["v"])[:40]
        raise InvalidInput(f"manifest version {version!r} is not {VERSION}: update your client")
    return Manifest(
        _hex(raw["contributor"], "contributor", PUBLIC_KEY_HEX),
        _device(raw["device"]),
        _frames(raw["frames"]),
        _screened(raw["screened"]),
        parse_terms(raw["terms"]) if "terms" in raw else None,
    )


def _frames(value: Json) -> tuple[Frame, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InvalidInput("frames: a list of at least one frame is asked for")
    frames = tuple(_frame(item, index) for index, item in enumerate(value))
    if any(a.t_ms >= b.t_ms for a, b in pairwise(frames)):
        raise InvalidInput("frames: their times do not increase")
    if len({frame.image_id for frame in frames}) != len(frames):
        raise InvalidInput("frames: an image id stands twice")
    return frames


def _frame(value: Json, index: int) -> Frame:
    name = f"frames[{index}]"
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 1 + len(_RANGES):
        raise InvalidInput(f"{name}: a list of {1 + len(_RANGES)} values is asked for")
    image_id, *rest = value
    numbers: list[Any] = rest  # each is checked below
    for number, (field_name, low, high, nullable) in zip(numbers, _RANGES, strict=True):
        if number is None and nullable:
            continue
        if type(number) is not int or not low <= number <= high:
            raise InvalidInput(f"{name}.{field_name}: an integer {low}..{high} is asked for")
    return Frame(_hex(image_id, f"{name}.image_id", 64), *numbers)


def _screened(value: Json) -> dict[str, int]:
    if not isinstance(value, Mapping) or len(value) > 40:
        raise InvalidInput("screened: an object of reasons and counts is asked for")
    counts: dict[str, Any] = dict(value)  # each is checked here
    if any(type(n) is not int or n < 0 for n in counts.values()):
        raise InvalidInput("screened: counts are integers of 0 or more")
    for reason in counts:
        _text(reason, "screened", 60)
    return counts


def _device(value: Json) -> Device:
    raw = _object(value, "device", {"model", "attestation"}, frozenset({"focal_35mm"}))
    focal: Any = raw.get("focal_35mm")  # checked here
    if "focal_35mm" in raw and (type(focal) is not int or not 1 <= focal <= 2_000):
        raise InvalidInput("device.focal_35mm: an integer 1..2000 is asked for")
    model = _text(raw["model"], "device.model", 200)
    return Device(model, _attestation(raw["attestation"]), focal)


def _attestation(value: Json) -> str:
    if value not in ("none", "software-key", "hardware-key"):
        raise InvalidInput("device.attestation: none, software-key or hardware-key")
    return str(value)


def _object(
    value: Json, name: str, keys: set[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or set(value) - optional != keys:
        raise InvalidInput(f"{name}: an object with exactly {sorted(keys)} is asked for")
    return value


def _text(value: Json, name: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise InvalidInput(f"{name}: a text of at most {longest} printable characters is asked for")
    return value


def _hex(value: Json, name: str, length: int) -> str:
    if not isinstance(value, str) or len(value) != length or not set(value) <= _HEX:
        raise InvalidInput(f"{name}: {length} lower-case hex digits are asked for")
    return value
