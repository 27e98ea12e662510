"""The canonical JPEG and the image id: re-tagging a picture does not make a new one.

Canonical = the file without APPn segments (but APP14, which tells decoders the colour transform),
without COM segments, and without bytes after EOI. Source: ITU-T T.81 annex B (marker syntax).
"""

import hashlib
import re
from collections.abc import Iterator

from roadcomb.errors import NotAJpeg

__all__ = [
    "Runs",
    "canonical_jpeg",
    "canonical_runs",
    "headers",
    "identify",
    "image_id",
    "segments",
]

Runs = tuple[tuple[int, int], ...]
"""Where the bytes of a canonical JPEG stand in a file: as few runs [start, end) as possible."""

_SOI, _EOI, _SOS, _COM, _APP14 = 0xD8, 0xD9, 0xDA, 0xFE, 0xEE
_APPS = range(0xE0, 0xF0)
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_MOST_SEGMENTS = 10_000
"""Cameras write tens, a metadata-laden photo some hundreds; each costs time, even an empty one."""
_STANDALONE = {0x01, *range(0xD0, 0xD8)}


def image_id(canonical: bytes) -> str:
    """SHA-256 of the canonical JPEG, lower-case hex."""
    return hashlib.sha256(canonical).hexdigest()


def canonical_jpeg(data: bytes) -> bytes:
    """The picture's bytes alone (see the module's law). Raises NotAJpeg for anything else.

    Idempotent: canonical_jpeg(canonical_jpeg(x)) == canonical_jpeg(x).
    """
    runs = canonical_runs(data)
    if runs == ((0, len(data)),):
        return data  # a node sees millions of canonical ones: nothing is copied
    return b"".join(data[start:end] for start, end in runs)


def identify(data: bytes) -> tuple[str, Runs]:
    """(image id, where it stands) of the canonical JPEG of a picture, without making it.

    Raises NotAJpeg.
    """
    digest, view = hashlib.sha256(), memoryview(data)
    runs = canonical_runs(data)
    for start, end in runs:
        digest.update(view[start:end])
    return digest.hexdigest(), runs


def canonical_runs(data: bytes) -> Runs:
    """Where the bytes of the canonical JPEG of a picture stand. Raises NotAJpeg."""
    if data[:2] != b"\xff\xd8":
        raise NotAJpeg("no JPEG: it does not begin with the SOI marker")
    runs = [(0, 2)]
    for marker, start, end in segments(data):
        if marker == _COM or (marker in _APPS and marker != _APP14):
            continue
        if start == runs[-1][1]:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    return tuple(runs)


def headers(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment after SOI up to the first scan's header, which ends
    where its data begin: nothing of these is read. Raises NotAJpeg."""
    return _walk(data, scans=False)


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment after SOI, start at the marker itself; a scan reaches up
    to its next marker. Raises NotAJpeg."""
    return _walk(data, scans=True)


def _walk(data: bytes, scans: bool) -> Iterator[tuple[int, int, int]]:
    """Up to EOI, or only to the header of the first scan."""
    at, scanned = 2, False
    for _ in range(_MOST_SEGMENTS):
        at, marker = _marker_at(data, at)
        if marker == _EOI and scanned:
            yield marker, at - 2, at
            return
        if marker == _EOI or marker in _STANDALONE:
            raise NotAJpeg(f"no JPEG: marker {marker:#04x} where picture data are expected")
        end = at + _length_at(data, at)
        if marker == _SOS:
            scanned = True
            end = _scan_end(data, end) if scans else end
        yield marker, at - 2, end
        if scanned and not scans:
            return
        at = end
    raise NotAJpeg(f"no JPEG: more than {_MOST_SEGMENTS} segments")


def _marker_at(data: bytes, at: int) -> tuple[int, int]:
    if data[at : at + 1] != b"\xff":
        raise NotAJpeg(f"truncated or damaged JPEG: no marker at byte {at}")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise NotAJpeg("truncated JPEG: it ends within a marker")
    return at + 1, data[at]


def _length_at(data: bytes, at: int) -> int:
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise NotAJpeg(f"truncated or damaged JPEG: segment at byte {at} overruns the file")
    return length


def _scan_end(data: bytes, at: int) -> int:
    """Index of the next marker that is neither a stuffed 0xFF00 nor a restart marker."""
    found = _MARKER_IN_SCAN.search(data, at)
    if found is None:
        raise NotAJpeg("truncated JPEG: no end-of-image marker")
    return found.start()
