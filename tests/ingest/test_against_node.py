"""The uploader against the project's own node: the whole way from files to its answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from api.app import create_app
from ingest.client import Uploader, bind_payout
from ingest.folder import read_recordings
from ingest.intake import read_frames
from ingest.limits import IntakeSettings
from ingest.localstate import open_state
from ingest.nodeclient import NodeClient, open_http
from ingest.outcome import Outcome
from ingest.planning import Plan, plan_recording
from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
from ingest.status import states
from roadcomb.canonical import Json
from roadcomb.jpeg import canonical_jpeg
from roadcomb.keys import key_from_seed
from roadcomb.node import Node
from tests.api.serving import serving
from tests.drives import make_node
from tests.ingest.pictures import T0_MS, bee_folder

KEY = key_from_seed(b"w" * 32)
SENDING = UploadSettings(wait_max_s=0, attempts=2)


class Silent:
    """A progress display that shows nothing."""

    def at(self, frames: int) -> None:
        return

    def tell(self, event: str, facts: Mapping[str, Json]) -> None:
        return


def plans_of(path: Path) -> list[Plan]:
    reading = ReadSettings()
    return [
        plan_recording(recording, ScreenSettings(), reading)
        for recording in read_recordings(path, reading)
    ]


def send(http: httpx.Client, node: Node, plans: Sequence[Plan], state: Path) -> Outcome:
    with open_http(str(http.base_url), SENDING) as line, open_state(state) as local:
        client = NodeClient(line, SENDING)
        info = client.info()
        assert info.public == node.key.public
        bind_payout(client, info, KEY, local, "0x" + "ab" * 20)
        uploader = Uploader(client, info, KEY, local, Silent(), 20_000, min_frames=3)
        outcome = uploader.upload(plans)
        rows = list(states(local.drives(KEY.public), None, SENDING))
    assert all(row["trouble"] is None for row in rows)
    assert sum(row["pending"] for row in rows) == outcome.sent + outcome.already
    return outcome


def test_the_node_keeps_the_very_pictures_of_the_files(tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 240, 8))
    node = make_node(tmp_path / "node", now_ms=T0_MS + 86_400_000)
    with serving(create_app(node, limits=IntakeSettings(reserve_bytes=0))) as http:
        outcome = send(http, node, plans_of(tmp_path / "in"), tmp_path / "state")
        again = send(http, node, plans_of(tmp_path / "in"), tmp_path / "state")
    (drive,) = outcome.delivered
    stored = [data for _, data in read_frames(node, drive.drive_id)]
    assert stored == [canonical_jpeg(path.read_bytes()) for path in paths]
    assert (again.sent, again.already) == (0, 30)
    node.catalog.close()


def test_the_bee_in_tokyo_is_delivered_as_two_drives(real_data: Path, tmp_path: Path) -> None:
    plans = plans_of(real_data / "bee_tokyo")
    node = make_node(tmp_path / "node", now_ms=1_767_830_000_000)
    with serving(create_app(node, limits=IntakeSettings(reserve_bytes=0))) as http:
        outcome = send(http, node, plans, tmp_path / "state")
    assert [drive.frames for drive in outcome.delivered] == [13, 54]
    assert not outcome.troubles
    node.catalog.close()
