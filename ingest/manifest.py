"""The manifest: the signed, canonical description of a drive; its digest is the drive's id.

::

    {"v": 1, "contributor": <public key>, "device": {"model": ..., "attestation": "none",
     "focal_35mm": <only if known>, "key": <public key of the device, only if it has one>},
     "screened": {<reason>: <count of frames that were recorded and not sent>},
     "frames": [[image_id, size, t_ms, lat_e7, lon_e7, heading_cdeg, speed_cmps, alt_cm,
                 hdop_centi, satellites, orientation], ...],
     "terms": {...},   # may be missing: ingest/terms.py
     "blurred": {...}} # only of pictures that their sender blurred: ingest/blurred.py

Frames are in strictly increasing time and no image id stands twice.

`attestation` is the sender's word. What counts is what the node's registry says of `key`, and only
where `device_signature`, beside the contributor's signature, is that key's over the drive's id
(ingest/attestation/devicekey.py) or a receiver's signed positions were shown (ingest/evidence.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from operator import attrgetter
from typing import Any

from ingest.attestation.devicekey import DRIVING, device_of, sign_drive, verify_device
from ingest.blurred import Blurred, parse_blurred
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
    key: the device's public key, SubjectPublicKeyInfo in hex.
    """

    model: str
    attestation: str = "none"
    focal_35mm: int | None = None
    key: str | None = None

    def to_json(self) -> dict[str, Json]:
        """As it stands in the manifest; what is not known is not said."""
        said: dict[str, Json] = {"model": self.model, "attestation": self.attestation}
        known: dict[str, Json] = {
            "focal_35mm": self.focal_35mm,
            "key": self.key,
        }
        return said | {name: value for name, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Manifest:
    """One drive of one contributor with one device (see the module's law)."""

    contributor: str
    device: Device
    frames: tuple[Frame, ...]
    screened: Mapping[str, int] = field(default_factory=dict)
    terms: Terms | None = None
    blurred: Blurred | None = None

    def to_json(self) -> Json:
        """The JSON value that is digested and signed."""
        return {
            "v": VERSION,
            "contributor": self.contributor,
            "device": self.device.to_json(),
            "screened": dict(self.screened),
            "frames": list(map(list, map(_ROW, self.frames))),
            **({} if self.terms is None else {"terms": self.terms.to_json()}),
            **({} if self.blurred is None else {"blurred": self.blurred.to_json()}),
        }


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest, its canonical bytes and the contributor's signature over them (hex).

    rotated: the public key that signed, where it is not the one the contributor is known by.
    device_signature: of the device's own key over the drive's id (hex), if it has one.
    """

    manifest: Manifest
    body: bytes
    signature: str
    rotated: str | None = None
    device_signature: str | None = None

    @property
    def signer(self) -> str:
        """The public key whose signature it is; whether it signs for them, only a node knows."""
        return self.rotated or self.manifest.contributor

    @property
    def device(self) -> str | None:
        """Id of the device that signed for the drive (`parse_signed` checks it), if one did."""
        key = self.manifest.device.key
        return None if key is None or self.device_signature is None else device_of(key)

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
        others = {"signer": self.rotated, "device_signature": self.device_signature}
        known: dict[str, Json] = {name: value for name, value in others.items() if value}
        return {"signature": self.signature, **known}


def sign_manifest(manifest: Manifest, key: Key, device: Key | None = None) -> SignedManifest:
    """Sign with the contributor's key, and with the device's own if it has one."""
    body = canonical_json(manifest.to_json())
    rotated = None if key.signer == manifest.contributor else key.signer
    vouched = None if device is None else sign_drive(device, digest_of_bytes(body))
    return SignedManifest(manifest, body, key.sign(DOMAIN, body), rotated, vouched)


def parse_signed(value: Json) -> SignedManifest:
    """Check shape, ranges, order and signature of a `POST /v1/drives` body.

    Raises InvalidInput naming the field, Unauthorised for a wrong signature, also the device's.
    """
    others = frozenset({"signer", "device_signature"})
    envelope = _object(value, "body", {"manifest", "signature"}, others)
    manifest = _manifest(envelope["manifest"])
    signature = _text(envelope["signature"], "signature", 128)
    body = canonical_json(manifest.to_json())
    rotated = _hex(envelope["signer"], "signer", PUBLIC_KEY_HEX) if "signer" in envelope else None
    vouched = None
    if "device_signature" in envelope:
        vouched = _text(envelope["device_signature"], "device_signature", 256)
    signed = SignedManifest(manifest, body, signature, rotated, vouched)
    verify(signed.signer, DOMAIN, body, signature)
    _check_device(signed)
    return signed


def _check_device(signed: SignedManifest) -> None:
    if signed.device_signature is None:
        return
    key = signed.manifest.device.key
    if key is None:
        raise InvalidInput("device_signature: the manifest's device names no key")
    verify_device(key, DRIVING, signed.drive_id.encode(), signed.device_signature)


def parse_manifest(value: Json) -> Manifest:
    """The manifest inside stored canonical JSON. Raises InvalidInput naming the field."""
    return _manifest(value)


def _manifest(value: Json) -> Manifest:
    names = {"v", "contributor", "device", "screened", "frames"}
    raw = _object(value, "manifest", names, frozenset({"terms", "blurred"}))
    if raw["v"] != VERSION:
        version = str(raw["v"])[:40]
        raise InvalidInput(f"manifest version {version!r} is not {VERSION}: update your client")
    return Manifest(
        _hex(raw["contributor"], "contributor", PUBLIC_KEY_HEX),
        _device(raw["device"]),
        _frames(raw["frames"]),
        _screened(raw["screened"]),
        parse_terms(raw["terms"]) if "terms" in raw else None,
        parse_blurred(raw["blurred"]) if "blurred" in raw else None,
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
    others = frozenset({"focal_35mm", "key"})
    raw = _object(value, "device", {"model", "attestation"}, others)
    focal: Any = raw.get("focal_35mm")  # checked here
    if "focal_35mm" in raw and (type(focal) is not int or not 1 <= focal <= 2_000):
        raise InvalidInput("device.focal_35mm: an integer 1..2000 is asked for")
    model = _text(raw["model"], "device.model", 200)
    key = _device_key(raw["key"]) if "key" in raw else None
    return Device(model, _attestation(raw["attestation"]), focal, key)


def _device_key(value: Json) -> str:
    text = _text(value, "device.key", 512)
    if not set(text) <= _HEX or len(text) % 2:
        raise InvalidInput("device.key: lower-case hex digits are asked for")
    return text


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
