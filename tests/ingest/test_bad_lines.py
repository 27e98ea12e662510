"""The uploader against the real node over bad lines: nothing lost, hardly anything sent twice."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from ingest.client import Uploader
from ingest.folder import read_recordings
from ingest.intake import read_frames
from ingest.limits import IntakeSettings
from ingest.localstate import open_state
from ingest.nodeclient import NodeClient, open_http
from ingest.outcome import Outcome
from ingest.planning import plan_recording
from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
from ingest.status import states
from roadcomb.jpeg import canonical_jpeg
from roadcomb.keys import key_from_seed
from roadcomb.node import Node
from tests.api.serving import serving
from tests.drives import make_node
from tests.ingest.pictures import T0_MS, bee_folder
from tests.ingest.proxy import CUT, SILENT, Fault, bad_line
from tests.ingest.test_against_node import Silent

KEY = key_from_seed(b"l" * 32)
CONNECTIONS = 4
SENDING = UploadSettings(wait_max_s=0.2, attempts=12, timeout_s=1.5, connections=CONNECTIONS)
LIMITS = IntakeSettings(reserve_bytes=0)
BATCH_BYTES = 600_000


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = make_node(tmp_path / "node", now_ms=T0_MS + 86_400_000)
    yield made
    made.catalog.close()


def upload(url: str, folder: Path, state: Path) -> Outcome:
    reading, screening = ReadSettings(), ScreenSettings()
    plans = [plan_recording(r, screening, reading) for r in read_recordings(folder, reading)]
    with open_state(state) as local, open_http(url, SENDING) as http:
        client = NodeClient(http, SENDING)
        info = client.info()
        uploader = Uploader(
            client, info, KEY, local, Silent(), BATCH_BYTES, 3, connections=CONNECTIONS
        )
        return uploader.upload(plans)


@pytest.mark.parametrize("kind", [CUT, SILENT])
def test_after_a_cut_at_most_one_frame_of_a_connection_is_sent_again(
    node: Node, tmp_path: Path, kind: str
) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 480, 8), size=250)
    sizes = [len(canonical_jpeg(path.read_bytes())) for path in paths]
    dice = random.Random(7)
    fates = {number: (kind, dice.randrange(100_000, 400_000)) for number in (1, 2, 3)}
    with serving(create_app(node, limits=LIMITS)) as http:
        upstream = (http.base_url.host, http.base_url.port or 0)
        with bad_line(upstream, fates.get) as line:
            outcome = upload(line.url, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.troubles) == (60, [])
    (drive,) = outcome.delivered
    stored = [data for _, data in read_frames(node, drive.drive_id)]
    assert stored == [canonical_jpeg(path.read_bytes()) for path in paths]
    assert line.faults >= 2
    words = 12_000  # of a connection: its requests, and the manifest to ask what is missing
    assert line.bytes_up - sum(sizes) <= line.faults * max(sizes) + line.connections * words


def test_a_line_that_is_cut_again_and_again_is_survived(node: Node, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 240, 8), size=120)
    dice = random.Random(11)

    def fate(number: int) -> Fault:
        return (CUT, dice.randrange(2_000, 90_000)) if number < 14 and number % 3 else None

    with serving(create_app(node, limits=LIMITS)) as http:
        upstream = (http.base_url.host, http.base_url.port or 0)
        with bad_line(upstream, fate) as line:
            outcome = upload(line.url, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.failed, outcome.troubles) == (30, 0, [])


def test_a_node_that_moved_is_found_at_its_new_address(node: Node, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 160, 8))
    with serving(create_app(node, limits=LIMITS)) as http:
        upstream = (http.base_url.host, http.base_url.port or 0)
        with bad_line(upstream, lambda number: None) as first:
            assert upload(first.url, tmp_path / "in", tmp_path / "state").sent == 20
        bee_folder(tmp_path / "in", range(160, 240, 8), seed=400)
        with bad_line(upstream, lambda number: None) as second:
            again = upload(second.url, tmp_path / "in", tmp_path / "state")
            with open_state(tmp_path / "state") as local:
                rows = list(states(local.drives(KEY.public), None, SENDING))
    assert (again.sent, again.already) == (10, 20)
    assert [row["trouble"] for row in rows] == [None, None]
