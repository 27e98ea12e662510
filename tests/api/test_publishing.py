"""A running node publishes by itself, and says what waits and why."""

import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.app import create_app
from api.state import report_trouble
from quality.judge import judge_pending
from quality.masking.settings import MaskingSettings
from quality.publishing.publisher import Publisher
from roadcomb.catalog.tables import drives
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from tests.api.conftest import LIMITS
from tests.api.processes import Served, run_cli
from tests.api.serving import serving
from tests.api.test_metrics import figures
from tests.drives import contributor, make_node
from tests.quality.deliveries import deliver
from tests.quality.pictures import drawn_frames
from tests.quality.publishing.detectors import Opens


def accepted(node: Node) -> str:
    drive_id = deliver(node, contributor(1), drawn_frames()[:3])
    judge_pending(node, InlineEngine())
    return drive_id


def test_what_waits_is_counted_told_in_readiness_and_to_its_contributor(node: Node) -> None:
    drive = accepted(node)
    app = create_app(node, limits=LIMITS)
    with serving(app) as client:
        assert figures(client)["roadcomb_unpublished_drives"] == 1
        assert client.get(f"/v1/drives/{drive}").json()["pictures"] is None
        Publisher(node, InlineEngine(), None, Opens("crowd")).publish_pending()
        found = figures(client)
        assert found["roadcomb_unpublished_drives"] == found["roadcomb_published_frames"] == 0
        assert found["roadcomb_waiting_frames reason=blur-too-large"] == 3
        assert client.get("/readyz").json()["waiting"] == {"blur-too-large": 3}
        told = client.get(f"/v1/drives/{drive}").json()["pictures"]
        assert told == {"published": 0, "waiting": {"blur-too-large": 3}}


def test_a_node_without_a_detector_serves_and_says_that_it_publishes_nothing(node: Node) -> None:
    accepted(node)
    publisher = Publisher(node, InlineEngine(), None, Opens("missing"))
    app = create_app(node, limits=LIMITS)
    report_trouble(app, lambda: publisher.trouble)
    with serving(app) as client:
        assert figures(client)["roadcomb_publishing_blocked"] == 0
        publisher.publish_pending()
        assert figures(client)["roadcomb_publishing_blocked"] == 1
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["degraded"] == ["nothing is published: no weights to blur with"]


def pictures_of(client: httpx.Client, drive: str) -> dict[str, object]:
    for _ in range(600):
        told = client.get(f"/v1/drives/{drive}").json()["pictures"]
        if told is not None:
            found: dict[str, object] = told
            return found
        time.sleep(0.1)
    raise AssertionError("not published within 60 s")


def test_a_served_node_blurs_with_the_real_network_and_reblurs_on_demand(tmp_path: Path) -> None:
    if not MaskingSettings().weights.is_file():
        pytest.skip("no weights: `make` installs them")
    node = make_node(tmp_path / "node")
    drive = accepted(node)
    node.catalog.close()
    (tmp_path / "node" / "node.pem").write_bytes(node.key.to_pem())
    with Served(tmp_path / "node") as served, served.client() as client:
        assert pictures_of(client, drive) == {"published": 3, "waiting": {}}
        public_id = picture_id(node)
        url = f"/v1/pictures/{public_id}/0/full.jpg"
        first = client.get(url).raise_for_status().content
        where = ["--data", str(tmp_path / "node")]
        added = run_cli(["reblur", *where, "--frame", f"{public_id}/0", "--add", "5,5,200,90"])
        assert (added.returncode, added.stderr) == (0, "")
        assert client.get(url).raise_for_status().content != first
        assert run_cli(["fsck", *where]).returncode == 0


def picture_id(node: Node) -> str:
    with node.catalog.reading() as connection:
        return str(connection.scalar(sa.select(drives.c.public_id)))
