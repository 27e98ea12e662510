"""Three short roads on a real node, driven 0, 3 and 20 days before its "now", and judged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from ingest.intake import add_frames, open_drive, seal
from ingest.limits import IntakeSettings
from ingest.manifest import Device, Manifest, SignedManifest, sign_manifest
from quality import judgement as judgements
from roadcomb.blobs import open_blobs
from roadcomb.catalog import open_catalog
from roadcomb.catalog.tables import decisions, drives
from roadcomb.cells import cell_of
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.jpeg import canonical_jpeg, image_id
from roadcomb.node import Node
from roadcomb.packs import encode_pack
from roadcomb.records import Frame, e7
from roadcomb.settings import NodeSettings
from tests.databases import ready_folder
from tests.drives import NOW_MS, contributor
from tests.quality.publishing.showing import show

__all__ = ["ROADS", "TWICE", "Road", "empty_node", "node_with_roads"]

LAT_DEG, LON_DEG = 0.5, -25.0
"""In the Atlantic, where nobody lives."""

METRE_DEG = 1 / 111_195
FRAMES = 12
SPACING_M = 8
LIMITS = IntakeSettings(reserve_bytes=0)


@dataclass(frozen=True, slots=True)
class Road:
    """A drive going north, `east_m` east of the first; every frame has the same grade."""

    age_days: int
    east_m: int
    grade: int
    heading_cdeg: int = 0

    @property
    def t_ms(self) -> int:
        """When its first frame was taken."""
        return NOW_MS - self.age_days * DAY_MS - 60_000

    def place(self, n: int) -> tuple[float, float]:
        """Latitude and longitude of its n-th frame, degrees."""
        return LAT_DEG + n * SPACING_M * METRE_DEG, LON_DEG + self.east_m * METRE_DEG

    def cells(self) -> set[int]:
        """The cells that it went through."""
        return {cell_of(*self.place(n)) for n in range(FRAMES)}


ROADS = (Road(0, 0, 912), Road(3, 60, 640), Road(20, 120, 388))
TWICE = (Road(0, 0, 912), Road(3, 0, 640))
"""One road, driven on two days."""


def empty_node(folder: Path) -> Node:
    """A real node that nobody has sent anything to."""
    clock = FileClock(ready_folder(folder) / "clock")
    clock.set_ms(NOW_MS)
    settings = NodeSettings(data=folder)
    blobs = open_blobs(settings.blobs_url)
    return Node(settings, open_catalog(settings.catalog_url), blobs, clock, contributor(999))


def node_with_roads(folder: Path, shown: bool, roads: Sequence[Road] = ROADS) -> Node:
    """A real node that took and accepted every frame of roads; shown: they are published, too."""
    node = empty_node(folder)
    for number, road in enumerate(roads):
        pictures = [_picture(number, n) for n in range(FRAMES)]
        signed = _manifest(road, number, pictures)
        open_drive(node, signed, LIMITS)
        add_frames(node, signed.drive_id, pictures, LIMITS)
        seal(node, signed.drive_id)
        _accept(node, road, signed, pictures)
        if shown:
            show(node, signed.drive_id, dict(enumerate(pictures)))
    return node


def _picture(number: int, n: int) -> bytes:
    shade = np.full((180, 320, 3), (40 + 60 * number, 120, 200 - 12 * n), np.uint8)
    cv2.putText(shade, f"{number}/{n}", (90, 110), cv2.FONT_HERSHEY_SIMPLEX, 2, (255,) * 3, 3)
    return canonical_jpeg(cv2.imencode(".jpg", shade)[1].tobytes())


def _manifest(road: Road, number: int, pictures: list[bytes]) -> SignedManifest:
    frames = tuple(
        Frame(image_id(picture), len(picture), road.t_ms + 1000 * n, e7(lat), e7(lon), 0)
        for n, picture in enumerate(pictures)
        for lat, lon in [road.place(n)]
    )
    key = contributor(number)
    return sign_manifest(Manifest(key.public, Device("tests"), frames), key)


def _accept(node: Node, road: Road, signed: SignedManifest, pictures: list[bytes]) -> None:
    judgement = judgements.store(node.blobs, _judgement(road, signed))
    thumbnails = f"thumbnails/{signed.drive_id}"
    node.blobs.put(thumbnails, encode_pack(pictures)[0])
    now_ms = node.clock.now_ms()
    verdict = {
        "drive_id": signed.drive_id,
        "verdict": "accepted",
        "judgement": judgement,
        "thumbnails": json.dumps([thumbnails]),
        "accepted": FRAMES,
        "held": 0,
        "rejected": 0,
        "evidence": "{}",
        "decided_ms": now_ms,
        "epoch": epoch_of(now_ms),
        "decided_by": "tests",
    }
    with node.catalog.writing() as connection:
        decision = connection.execute(
            sa.insert(decisions).values(verdict).returning(decisions.c.id)
        ).scalar_one()
        own = drives.c.drive_id == signed.drive_id
        connection.execute(sa.update(drives).where(own).values(decision=decision))


def _judgement(road: Road, signed: SignedManifest) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "n": n,
            "image_id": bytes.fromhex(frame.image_id),
            "t_ms": frame.t_ms,
            "lat_e7": frame.lat_e7,
            "lon_e7": frame.lon_e7,
            "heading_cdeg": frame.heading_cdeg,
            "cell": cell_of(*road.place(n)),
            "verdict": "accepted",
            "reason": None,
            "grade": road.grade,
            "grade_reasons": [],
            "fingerprint": bytes(32),
        }
        for n, frame in enumerate(signed.manifest.frames)
    ]
    measures = {"sharpness": 0.5, "exposure": 0.5, "contrast": 0.5, "width": 320, "height": 180}
    complete = [
        {name: row.get(name, measures.get(name)) for name in judgements.SCHEMA.names}
        for row in rows
    ]
    return pa.Table.from_pylist(complete, schema=judgements.SCHEMA)
