"""Small worlds for the tests of the map: judgements, and nodes with judged drives, all real."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from hypothesis import strategies as st
from numpy.typing import NDArray

from quality import judgement as judgements
from roadcomb.canonical import digest_of_bytes
from roadcomb.catalog.tables import (
    contributors,
    decisions,
    drives,
    epoch_drives,
    epochs,
    packs,
)
from roadcomb.cells import Cells, cells_of
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.jpeg import canonical_jpeg, image_id
from roadcomb.keys import account_of, key_from_seed
from roadcomb.node import Node, open_node
from roadcomb.packs import encode_pack
from roadcomb.records import e7
from roadcomb.settings import CaptureTime, NodeSettings
from tests.databases import ready_folder
from tiles.fold import ROWS, fold

AT_SEA = (0.5, -25.0)
"""Where the drives of these tests go: open water, nobody lives there."""
STEP_DEG = 8 / 111_195
"""8 m of latitude."""
MONDAY_MS = 1_767_571_200_000
"""2026-01-05, 00:00 UTC."""


@dataclass(frozen=True)
class Drive:
    """One drive to put on a node: north from `start`, a frame each second, 8 m apart."""

    name: str
    contributor: str = "alice"
    start: tuple[float, float] = AT_SEA
    t_ms: int = MONDAY_MS + 8 * 3_600_000
    grades: Sequence[int] = (500, 700, 600)
    verdicts: Sequence[str] = field(default=())
    pictures: Sequence[bytes] = field(default=())
    licence: str | None = None

    @property
    def drive_id(self) -> str:
        return digest_of_bytes(self.name.encode())

    @property
    def lat(self) -> NDArray[np.float64]:
        return np.float64(self.start[0]) + STEP_DEG * np.arange(len(self.grades))

    def judgement(self) -> pa.Table:
        n = len(self.grades)
        lon = np.full(n, self.start[1])
        return self._whole(
            {
                "n": np.arange(n, dtype=np.int32),
                "image_id": pa.array(self._image_ids(), pa.binary(32)),
                "t_ms": self.t_ms + 1000 * np.arange(n),
                "lat_e7": pa.array([e7(lat) for lat in self.lat], pa.int32()),
                "lon_e7": pa.array([e7(x) for x in lon], pa.int32()),
                "heading_cdeg": pa.array([0] * n, pa.int32()),
                "cell": cells_of(self.lat, lon),
                "verdict": list(self.verdicts) or ["accepted"] * n,
                "reason": pa.array([None] * n, pa.string()),
                "grade": pa.array(self.grades, pa.int32()),
                "grade_reasons": pa.array([[]] * n, pa.list_(pa.string())),
                "sharpness": np.ones(n, np.float32),
                "exposure": np.ones(n, np.float32),
                "contrast": np.ones(n, np.float32),
                "fingerprint": pa.array([bytes(32)] * n, pa.binary(32)),
                "width": np.full(n, 64, np.int32),
                "height": np.full(n, 48, np.int32),
            }
        )

    def _whole(self, columns: dict[str, object]) -> pa.Table:
        """Of the schema; what these columns do not say is null."""
        nothing = pa.nulls(len(self.grades))
        named = {name: columns.get(name, nothing) for name in judgements.SCHEMA.names}
        return pa.table(named).cast(judgements.SCHEMA)

    def _image_ids(self) -> list[bytes]:
        pictures = self.pictures or [self.name.encode() + bytes([n]) for n in range(256)]
        return [bytes.fromhex(image_id(p)) for p in pictures][: len(self.grades)]


def a_node(folder: Path, catalog: str | None = None, times: CaptureTime = CaptureTime.DAY) -> Node:
    """A node in a folder whose clock stands at noon of 2026-01-05."""
    folder.mkdir(exist_ok=True)
    if catalog is None:
        ready_folder(folder)
    clock_file = folder / "clock"
    FileClock(clock_file).set_ms(MONDAY_MS + DAY_MS // 2)
    return open_node(
        NodeSettings(
            data=folder,
            catalog=catalog,
            clock_file=clock_file,
            key_seed="tiles",
            capture_time=times,
        )
    )


def a_picture(seed: int) -> bytes:
    """A small canonical JPEG."""
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), np.uint8)
    return canonical_jpeg(cv2.imencode(".jpg", pixels)[1].tobytes())


def seal(node: Node, drive: Drive) -> None:
    """Put the drive and its frames on the node, not yet judged."""
    public = key_from_seed(drive.contributor.encode().ljust(32)[:32]).public
    with node.catalog.writing() as connection:
        known = sa.select(contributors.c.key).where(contributors.c.key == public)
        if connection.execute(known).first() is None:
            account = account_of(public)
            values = {"key": public, "account": account, "first_seen_ms": drive.t_ms}
            connection.execute(contributors.insert().values(values))
        connection.execute(
            drives.insert().values(
                drive_id=drive.drive_id,
                public_id=f"public-{drive.name}",
                contributor=public,
                device="drawn",
                licence=drive.licence,
                frames=len(drive.grades),
                bytes=1,
                started_ms=drive.t_ms,
                ended_ms=drive.t_ms + 1000 * len(drive.grades),
                opened_ms=node.clock.now_ms(),
                sealed_ms=node.clock.now_ms(),
            )
        )
        if drive.pictures:
            _pack(node, connection, drive)


def decide(node: Node, drive: Drive, verdict: str = "accepted") -> None:
    """A new decision on the drive, with its judgement and thumbnails (the pictures themselves)."""
    judgement = judgements.store(node.blobs, drive.judgement())
    thumbnails = None
    if drive.pictures:
        thumbnails = f"thumbnails/{drive.drive_id}"
        node.blobs.put(thumbnails, encode_pack(drive.pictures)[0])
    with node.catalog.writing() as connection:
        made = connection.execute(
            decisions.insert().values(
                drive_id=drive.drive_id,
                verdict=verdict,
                judgement=judgement,
                thumbnails=thumbnails,
                accepted=len(drive.grades),
                held=0,
                rejected=0,
                evidence="{}",
                decided_ms=node.clock.now_ms(),
                epoch=epoch_of(node.clock.now_ms()),
                decided_by="test",
            )
        )
        assert made.inserted_primary_key is not None
        [decision] = made.inserted_primary_key
        update = drives.update().where(drives.c.drive_id == drive.drive_id)
        connection.execute(update.values(decision=decision))


def commit_epoch(node: Node, epoch: int, coverage: str, counted: Sequence[Drive]) -> None:
    """A committed epoch whose manifest names a coverage, and the drives that went into it."""
    manifest = f'{{"manifest":{{"coverage":"{coverage}"}}}}'
    with node.catalog.writing() as connection:
        connection.execute(
            epochs.insert().values(
                epoch=epoch,
                manifest_digest=digest_of_bytes(f"{epoch}".encode()),
                manifest=manifest,
                committed_ms=node.clock.now_ms(),
            )
        )
        for drive in counted:
            values = {"drive_id": drive.drive_id, "epoch": epoch}
            connection.execute(epoch_drives.insert().values(values))


def rows_at(cells: Cells, seed: int = 0) -> pa.Table:
    """ROWS of one random pass through each of n cells."""
    draw, n = np.random.default_rng(seed), len(cells)
    columns = {
        "cell": cells,
        "day": draw.integers(20_000, 20_500, n),
        "sectors": draw.integers(0, 256, n),
        "best_grade": draw.integers(0, 1001, n),
        "grade_sum": draw.integers(0, 100_000, n),
        "frames": draw.integers(1, 100, n),
        "sketch": draw.integers(0, 64, n),
        "visit": draw.integers(0, 9, n),
        "commitment": pa.array([bytes(32)] * n, pa.binary(32)),
    }
    return pa.table(columns).cast(ROWS)


def coverage_at(cells: Cells, seed: int = 0) -> pa.Table:
    """COVERAGE of one random pass through each of n cells of one resolution."""
    return fold(None, rows_at(cells, seed))


def scattered(n: int, seed: int = 0, spread_deg: float = 0.5) -> Cells:
    """n paid cells, some of them equal, around one place."""
    draw = np.random.default_rng(seed)
    lat, lon = AT_SEA
    return cells_of(lat + spread_deg * draw.random(n), lon + spread_deg * draw.random(n))


PLACES = st.tuples(st.floats(-84, 84), st.floats(-180, 179.99))


def _pack(node: Node, connection: sa.Connection, drive: Drive) -> None:
    pack, index = encode_pack(drive.pictures)
    key = f"packs/{drive.drive_id}"
    node.blobs.put(key, pack)
    connection.execute(
        packs.insert().values(drive_id=drive.drive_id, key=key, size=len(pack), index=index)
    )
