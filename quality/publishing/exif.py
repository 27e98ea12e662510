"""The EXIF that a picture keeps when it is blurred at home: what an upload needs, and no preview.

Law: only the tags named here are written, so no thumbnail, maker's note or XMP in which the
unblurred picture may live on. Tags: CIPA DC-008 (EXIF 2.32), sections 4.6.4 to 4.6.6.
"""

import io
import struct

from PIL import Image

__all__ = ["with_exif_of"]

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAIN = (0x010F, 0x0110, 0x0132)
"""Make, Model, DateTime. Not Orientation: the blurred picture is upright."""
_DETAIL = (0x9003, 0x9004, 0x9010, 0x9011, 0x9290, 0x9291, 0x829D, 0x920A, 0xA405)
"""DateTimeOriginal and -Digitized, OffsetTime and -Original, SubSecTime and -Original, FNumber,
FocalLength, FocalLengthIn35mmFilm."""
_LONGEST = 0xFFFF - 2


def with_exif_of(original: bytes, blurred: bytes) -> bytes:
    """The blurred JPEG with the original's tags of time, place and lens; without, where these
    cannot be read."""
    try:
        payload = _kept(original)
    except Exception:  # a damaged header breaks its parser in any way; a sidecar may place it
        return blurred
    if not payload or len(payload) > _LONGEST:
        return blurred
    segment = b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload
    return blurred[:2] + segment + blurred[2:]


def _kept(original: bytes) -> bytes:
    with Image.open(io.BytesIO(original)) as picture:
        tags = picture.getexif()
        kept = Image.Exif()
        kept.update({tag: tags[tag] for tag in _MAIN if tag in tags})
        detail, place = tags.get_ifd(_EXIF_IFD), tags.get_ifd(_GPS_IFD)
        kept.get_ifd(_EXIF_IFD).update({tag: detail[tag] for tag in _DETAIL if tag in detail})
        kept.get_ifd(_GPS_IFD).update(place)
    payload: bytes = kept.tobytes() if kept or detail or place else b""
    return payload
