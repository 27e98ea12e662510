"""Law 4 at every door: no answer of any route holds a byte run of an unblurred frame or thumbnail.

The routes are read off the app's own OpenAPI document, so a new one is walked without being named
here; a parameter that nobody thought of fails the test.
"""

import io
import itertools
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from ingest.requests import authorization
from quality.judge import judge_pending
from quality.publishing.proof import MOST_DETAIL, detail
from quality.publishing.publisher import Publisher
from quality.publishing.settings import PublishSettings
from quality.thumbnails import packs_of, read_thumbnails
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.catalog.tables import decisions, drives, publications
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import DAY_MS, epoch_of
from roadcomb.keys import Key
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.serving import serving
from tests.drives import contributor, make_node
from tests.quality.deliveries import along, deliver
from tests.quality.pictures import decoded, drawn_frames
from tests.quality.publishing.detectors import Opens
from tests.quality.publishing.test_publisher import in_box
from tiles.live import LiveMap

KEYS = [contributor(n) for n in range(1, 5)]
RUN = 48
"""Bytes of a frame that no other file holds by chance."""


def shop(folder: Path) -> Node:
    """Drives that are published (their originals kept), partly waiting, unpublished, and held."""
    node = make_node(folder)
    frames = drawn_frames()
    kept = PublishSettings(retention_days=30, every=2)
    for key, kind in zip(KEYS[:2], ("plate", "raises"), strict=True):
        at = KEYS.index(key)
        own = [lat_e7 + 5_000_000 * at for lat_e7 in along(5)]
        deliver(node, key, frames[5 * at : 5 * at + 5], own)
        judge_pending(node, InlineEngine())
        Publisher(node, InlineEngine(), kept, Opens(kind)).publish_pending()
    deliver(node, KEYS[2], frames[10:15], [lat_e7 + 15_000_000 for lat_e7 in along(5)])
    deliver(node, KEYS[3], frames[:5], along(5))
    judge_pending(node, InlineEngine())
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(node.clock.now_ms() + DAY_MS)
    nightly(node, read_policy())
    return node


def secrets_of(node: Node) -> list[bytes]:
    """Byte runs out of every frame that was sent and every thumbnail that the judge made."""
    with node.catalog.reading() as connection:
        named = connection.scalars(sa.select(decisions.c.thumbnails)).all()
    packs = [key for value in named for key in packs_of(value)]
    small = [data for key in packs for data in read_thumbnails(node, key)]
    return [
        data[at : at + RUN]
        for data in (*drawn_frames()[:15], *small)
        for at in range(len(data) // 3, len(data) - RUN, len(data) // 4)
    ]


def values_of(node: Node, live: LiveMap) -> dict[str, list[Any]]:
    """What may stand in each place of a path or query."""
    with node.catalog.reading() as connection:
        known = connection.execute(sa.select(drives.c.drive_id, drives.c.public_id)).all()
        albums = connection.scalars(sa.select(publications.c.album)).all()
    cells = sorted({f"{cell:x}" for cell in live.state.pictures["cell"].to_pylist()})
    return {
        "drive_id": [row.drive_id for row in known],
        "public_id": [row.public_id for row in known],
        "n": [0, 1, 2, 3, 4, 5],
        "name": [row.public_id for row in known],
        "id_": [f"{row.public_id}-{n}" for row in known for n in range(3)],
        "key": [key.public for key in KEYS],
        "cell": cells[::8],
        "epoch": [epoch_of(node.clock.now_ms()) - 1],
        "file": ["manifest.json", "rows.parquet", "inputs.json", "accounts.json", "ledger.json"],
        "device": ["0" * 64],
        "digest": list(albums),
        "amount": [1],
        "index": [0, 1],
        "layers": ["cells", "drives", "frames"],
        "z": [0],
        "x": [0],
        "y": [0],
    }


def requests_of(app: Any, values: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """Every route with every choice of what may stand in its path: (method, path)."""
    for template, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            listed = operation.get("parameters", [])
            names = [one["name"] for one in listed if one["in"] == "path"]
            for choice in itertools.product(*(values[name] for name in names)):
                yield method.upper(), template.format(**dict(zip(names, choice, strict=True)))


def answers(node: Node, client: httpx.Client, method: str, path: str) -> Iterator[httpx.Response]:
    """As anybody asks, and as each contributor does (a deletion only unsigned)."""
    yield client.request(method, path)
    for key in KEYS if method in ("GET", "POST") else ():
        yield client.request(method, path, headers=_signed(node, key, method, path))


def _signed(node: Node, key: Key, method: str, path: str) -> dict[str, str]:
    return {"Authorization": authorization(key, method, path, node.clock.now_ms())}


def parts(answer: httpx.Response) -> Iterator[bytes]:
    yield answer.content
    if answer.headers.get("content-type") == "application/x-tar":
        with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
            files = [archive.extractfile(member) for member in archive.getmembers()]
            yield from (file.read() for file in files if file is not None)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return shop(tmp_path_factory.mktemp("shop") / "node")


def test_no_route_answers_with_bytes_of_an_unblurred_picture(node: Node) -> None:
    live = LiveMap(node)
    app = create_app(node, live, limits=LIMITS)
    secrets, asked, shown = secrets_of(node), set(), 0
    assert any(secret in node.blobs.get(key) for key in node.blobs.keys("") for secret in secrets)
    with serving(app) as client:
        for method, path in requests_of(app, values_of(node, live)):
            asked.add(path)
            for answer in answers(node, client, method, path):
                bodies = list(parts(answer))
                assert not [s for s in secrets for body in bodies if s in body], (method, path)
                for picture in (body for body in bodies if body.startswith(b"\xff\xd8")):
                    assert detail(in_box(decoded(picture))) <= MOST_DETAIL
                    shown += 1
    assert len(asked) > 50
    assert shown >= 6 + 6, "three frames, each full and small, on the map and in the export"
