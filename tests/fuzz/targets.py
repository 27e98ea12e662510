"""Where damaged files go in: each of our doors, as cards and networks reach it.

A target takes the path of one damaged file, in a folder with what lies beside it. Law: it returns
the reason why the file is refused ("" where it is read) or raises a RoadcombError; anything else
is a crash of ours.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """kind: how its files are damaged; share: how many of 1,000 inputs are its."""

    run: Callable[[Path], str]
    kind: str
    share: int


def _card(path: Path) -> str:
    """A contributor's card: read, planned, and each picture's bytes asked for."""
    from ingest.containers import ContainerReader
    from ingest.folder import read_recordings
    from ingest.planning import plan_recording
    from ingest.settings import ReadSettings, ScreenSettings
    from ingest.video.reading import VideoReader
    from ingest.video.settings import VideoSettings
    from roadcomb.errors import NotAJpeg
    from roadcomb.jpeg import identify
    from roadcomb.printable import printable

    reading, screening = ReadSettings(), ScreenSettings(min_frames=1, standing_m=0)
    limits = VideoSettings(base_s=10, most_s=20, memory_bytes=2 * 2**30)
    videos = VideoReader(path.parent.parent / "cache", limits, screening, reading)
    said: list[str] = []
    for recording in read_recordings(path.parent, reading, ContainerReader(videos, reading)):
        plan = plan_recording(recording, screening, reading)
        said += [gone.reason for gone in plan.rejected if path in (gone.item, gone.item.parent)]
        said += [printable(words) for words in plan.troubles]
        for shot in (shot for drive in plan.drives for shot in drive[:2]):
            try:
                identify(shot.read())
            except (NotAJpeg, OSError):  # ingest/pictures.py makes rejections of both
                said.append("not-a-jpeg")
            shot.discard()
    return said[0] if said else ""


def _named(path: Path) -> str:
    """A picture whose name is the file's content, and a table that speaks of it."""
    from roadcomb.printable import printable
    from tests.ingest.pictures import jpeg

    raw = path.read_bytes().replace(b"\0", b"").replace(b"/", b"")[:200].strip(b".")
    folder = path.parent / "card"
    folder.mkdir(exist_ok=True)
    picture = folder / (os.fsdecode(raw + b".jpg"))
    table = folder / "frames.csv"
    picture.write_bytes(jpeg(1))
    table.write_bytes(b"file,t_ms,lat,lon\n" + raw + b".jpg,1767600000000,0.5,-25\n")
    try:
        said = _card(picture)
        shown = printable(str(picture))
        shown.encode()
        if not shown.isprintable():
            raise AssertionError("a terminal would obey this name")
        return said
    finally:
        picture.unlink()
        table.unlink(missing_ok=True)


def _judged(path: Path) -> str:
    """A frame's pixels; also those of bytes that intake would refuse before."""
    from quality.examine import FrameTask, examine
    from quality.settings import QualitySettings
    from roadcomb.jpeg import canonical_jpeg

    data = path.read_bytes()
    seen = examine(FrameTask(data, 1 + len(data) % 8, QualitySettings()))
    canonical_jpeg(data)
    return seen.grade.rejected_for or ""


def _manifest(path: Path) -> str:
    from ingest.manifest import parse_manifest, parse_signed
    from roadcomb.canonical import parse_json

    value = parse_json(path.read_bytes())
    if isinstance(value, Mapping) and "manifest" in value:
        parse_manifest(value["manifest"])
    parse_signed(value)
    return ""


def _batch(path: Path) -> str:
    """A body in chunks of chance, each frame of it looked at."""
    from ingest.batches import BatchReader
    from roadcomb.jpeg import canonical_jpeg

    data = path.read_bytes()
    chance, at = Random(len(data)), 0
    reader = BatchReader(2**20, 4 * 2**20)
    while at < len(data):
        size = chance.randrange(1, 2**16)
        reader.feed(data[at : at + size])
        at += size
    reader.close()
    for frame in reader.frames:
        canonical_jpeg(frame)
    return ""


def _pack(path: Path) -> str:
    from roadcomb.packs import decode_index, index_of, read_entry

    data = path.read_bytes()
    for entry in decode_index(index_of(data)):
        read_entry(data, entry)
    return ""


def _novatek(path: Path) -> str:
    """The one parser of videos that is ours, outside of the process that holds the others."""
    from ingest.video.novatek import read_novatek
    from ingest.video.refusals import Refused

    try:
        with path.open("rb") as file:
            return "" if read_novatek(file) is not None else "another camera's"
    except Refused as refused:
        return refused.reason


def _attestation(path: Path) -> str:
    """What vouches for a device: a chain, an application, or a receiver's signed blocks."""
    from ingest.attestation.agreement import agree
    from ingest.attestation.blocks import fixes_of, signed_blocks, verify_blocks, whole_blocks
    from tests.drives import drive_of, pictures
    from tests.fuzz.vouchers import NOW_MS, RECEIVER, TRUST, applied

    data = path.read_bytes()
    if path.suffix != ".ubx":
        return applied(data, path.suffix == ".json", TRUST, NOW_MS)
    fixes_of(whole_blocks(data))
    blocks = signed_blocks(data)
    verify_blocks(blocks, RECEIVER.public_key, RECEIVER.session)
    agree(drive_of(pictures(3)).manifest.frames, fixes_of(blocks))
    return ""


def _dashcam(path: Path) -> str:
    """A camera's download pipe, cut anywhere."""
    from ingest.odcstream import PipeReader

    data = path.read_bytes()
    chance, at, reader = Random(len(data)), 0, PipeReader()
    while at < len(data):
        size = chance.randrange(1, 2**12)
        for part in reader.feed(data[at : at + size]):
            if not isinstance(part, dict | bytes):
                raise AssertionError(f"the pipe gave a {type(part)}")
        at += size
    return ""


def _exiftool(path: Path) -> str:
    """What a program of others says of a video."""
    from ingest.video.exiftool import parse_xml

    return "" if parse_xml(path.read_bytes()).fixes else "no fixes"


def _zones(path: Path) -> str:
    """A contributor's or an operator's privacy zones: understood whole, or nothing is sent."""
    from ingest.zones import parse_zones

    parse_zones(path.read_bytes(), 25.0).hide(0.5, -25.0)
    return ""


def _service(path: Path) -> str:
    """The doors of a node over HTTP; every other manifest is signed anew and so gets further in."""
    from tests.fuzz.service import answered

    data = path.read_bytes()
    manifest, drive = "/v1/drives", "/v1/drives/{drive}/frames"
    if path.suffix == ".json":
        return answered(path.parent, manifest, _resigned(data), "application/json")
    if path.suffix == ".gz":
        return answered(path.parent, manifest, data, "application/json", "gzip")
    kind = "image/jpeg" if path.suffix == ".jpg" else "application/vnd.roadcomb.frames"
    return answered(path.parent, drive, data, kind)


def _resigned(data: bytes) -> bytes:
    from ingest.manifest import DOMAIN
    from roadcomb.canonical import canonical_json
    from roadcomb.errors import InvalidInput
    from tests.drives import contributor

    try:
        value = json.loads(data)
        signature = contributor().sign(DOMAIN, canonical_json(value["manifest"]))
    except (ValueError, RecursionError, TypeError, KeyError, InvalidInput):
        return data
    return json.dumps({**value, "signature": signature}).encode() if len(data) % 2 else data


TARGETS: Mapping[str, Target] = {
    "picture": Target(_card, "jpeg", 120),
    "judged": Target(_judged, "jpeg", 100),
    "gpx": Target(_card, "xml", 70),
    "nmea": Target(_card, "text", 60),
    "ubx": Target(_card, "any", 70),
    "csv": Target(_card, "text", 60),
    "geojson": Target(_card, "json", 60),
    "description": Target(_card, "json", 50),
    "framekm-json": Target(_card, "json", 40),
    "framekm-pictures": Target(_card, "jpeg", 40),
    "video": Target(_card, "video", 10),
    "novatek": Target(_novatek, "video", 40),
    "manifest": Target(_manifest, "json", 50),
    "attestation": Target(_attestation, "any", 40),
    "dashcam": Target(_dashcam, "json", 20),
    "exiftool": Target(_exiftool, "xml", 20),
    "zones": Target(_zones, "json", 30),
    "batch": Target(_batch, "jpeg", 40),
    "pack": Target(_pack, "any", 20),
    "service": Target(_service, "body", 30),
    "names": Target(_named, "name", 30),
}
"""Videos are few: each costs the start of a process."""
