"""The uploader against a real socket: nothing twice, nothing lost, whatever is cut."""

import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from ingest.client import Uploader, bind_payout
from ingest.folder import read_recordings
from ingest.localstate import open_state
from ingest.nodeclient import NodeClient, open_http
from ingest.outcome import Outcome
from ingest.planning import plan_recording
from ingest.settings import ReadSettings, ScreenSettings, UploadSettings
from roadcomb.canonical import Json, parse_json
from roadcomb.errors import (
    InvalidInput,
    NotFound,
    QuotaExceeded,
    RoadcombError,
    Unreachable,
    UsageError,
)
from roadcomb.keys import key_from_seed
from tests.ingest.fakenode import CUT, CUT_AFTER, LIMITS, FakeNode, Fault, problem
from tests.ingest.pictures import T0_MS, bee_folder, exif, gps, jpeg

KEY = key_from_seed(b"c" * 32)
PATIENT = UploadSettings(wait_max_s=0, attempts=30)
BATCH_BYTES = 6_000
"""Three or four of the drawn pictures."""


@dataclass
class Seen:
    """A progress display that remembers what it was told."""

    frames: list[int] = field(default_factory=list)
    events: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    def at(self, frames: int) -> None:
        self.frames.append(frames)

    def tell(self, event: str, facts: Mapping[str, Json]) -> None:
        self.events.append((event, facts))


def upload(
    node: FakeNode,
    path: Path,
    state: Path,
    settings: UploadSettings = PATIENT,
    progress: Seen | None = None,
) -> Outcome:
    reading, screening = ReadSettings(), ScreenSettings()
    plans = [plan_recording(r, screening, reading) for r in read_recordings(path, reading)]
    with open_state(state) as local, open_http(node.url, settings) as http:
        client = NodeClient(http, settings)
        info = client.info()
        display = progress or Seen()
        uploader = Uploader(client, info, KEY, local, display, BATCH_BYTES, screening.min_frames)
        outcome = uploader.upload(plans)
    assert outcome.settled == outcome.offered
    return outcome


def test_a_drive_goes_out_and_its_verified_receipt_is_kept(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", [*range(0, 80, 8), 73])
    seen = Seen()
    outcome = upload(node, tmp_path / "in", tmp_path / "state", progress=seen)
    (delivered,) = outcome.delivered
    assert (delivered.frames, outcome.sent) == (10, 10)
    assert [r.reason for r in outcome.rejected] == ["too-close"]
    assert delivered.receipt.read_bytes() == node.receipts[delivered.drive_id]
    manifest = node.drives[delivered.drive_id].manifest
    assert manifest.screened == {"too-close": 1}
    assert manifest.contributor == KEY.public
    assert seen.frames == sorted(seen.frames)
    assert seen.frames[-1] == 11


def test_a_cameras_name_goes_out_without_what_a_node_refuses(
    node: FakeNode, tmp_path: Path
) -> None:
    bee_folder(tmp_path / "in", range(0, 80, 8))
    (plan,) = [
        plan_recording(recording, ScreenSettings(), ReadSettings())
        for recording in read_recordings(tmp_path / "in", ReadSettings())
    ]
    named = replace(
        plan, drives=tuple(tuple(replace(s, model="Cam\0\x1b 7") for s in d) for d in plan.drives)
    )
    with open_state(tmp_path / "state") as local, open_http(node.url, PATIENT) as http:
        client = NodeClient(http, PATIENT)
        uploader = Uploader(client, client.info(), KEY, local, Seen(), BATCH_BYTES, 3)
        (delivered,) = uploader.upload([named]).delivered
    assert node.drives[delivered.drive_id].manifest.device.model == "Cam\\x00\\x1b 7"


def test_a_second_run_sends_nothing(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 80, 8))
    upload(node, tmp_path / "in", tmp_path / "state")
    node.requests.clear()
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.already) == (0, 10)
    assert node.requests == ["GET node"]


def test_a_second_run_does_not_even_read_the_pictures(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))
    upload(node, tmp_path / "in", tmp_path / "state")
    for path in paths:  # same size and time of change, no picture any more
        status = path.stat()
        path.write_bytes(b"\xff\xd8".ljust(status.st_size, b"\0"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert upload(node, tmp_path / "in", tmp_path / "state").already == 10


def test_moved_and_re_tagged_pictures_are_not_sent_again(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))
    upload(node, tmp_path / "in", tmp_path / "state")
    (tmp_path / "moved").mkdir()
    for n, path in enumerate(paths):
        tags = Image.Exif()
        tags[Base.Artist] = "somebody else"
        (tmp_path / "moved" / path.name).write_bytes(jpeg(n, tags))
    shutil.rmtree(tmp_path / "in")
    node.requests.clear()
    outcome = upload(node, tmp_path / "moved", tmp_path / "state")
    assert (outcome.sent, outcome.already) == (0, 10)
    assert node.requests == ["GET node"]


def test_pictures_added_to_a_folder_go_out_as_a_drive_of_their_own(
    node: FakeNode, tmp_path: Path
) -> None:
    bee_folder(tmp_path / "in", range(0, 80, 8))
    upload(node, tmp_path / "in", tmp_path / "state")
    bee_folder(tmp_path / "in", range(80, 120, 8), seed=50)
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.already) == (5, 10)
    assert node.frames_taken == 15


@pytest.mark.parametrize("seed", range(6))
def test_cuts_and_errors_of_the_server_cost_only_time(
    node: FakeNode, tmp_path: Path, seed: int
) -> None:
    bee_folder(tmp_path / "in", range(0, 240, 8))
    dice = random.Random(seed)
    busy = problem(503, "internal", "busy"), problem(429, "quota-exceeded", "slower", "0")
    faults: list[Fault] = [CUT, CUT_AFTER, *busy]
    node.fault = lambda what, number: dice.choice(faults) if dice.random() < 0.4 else None
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.sent == 30
    assert not outcome.troubles
    assert all(not node.missing(drive_id) for drive_id in node.drives)


def test_a_node_that_says_when_is_asked_no_earlier(node: FakeNode) -> None:
    told: list[float] = []
    slower = iter([problem(429, "quota-exceeded", "slower", "1")])
    node.fault = lambda what, number: next(slower, None)
    hurried = UploadSettings(wait_max_s=0)
    with open_http(node.url, hurried) as http:
        NodeClient(http, hurried, told=lambda error, pause_s: told.append(pause_s)).info()
    assert told == [1.0]


def test_what_arrived_before_a_cut_is_not_sent_again(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 240, 8))
    cuts = iter([CUT_AFTER, CUT_AFTER])
    node.fault = lambda what, number: next(cuts, None) if what == "POST frames" else None
    assert upload(node, tmp_path / "in", tmp_path / "state").sent == 30
    assert node.frames_taken == 30


def dead_from(first: int, what: str, number: int) -> Fault:
    return CUT_AFTER if number >= first else None


def test_a_killed_run_is_finished_with_the_same_manifest(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 240, 8))
    once = UploadSettings(wait_max_s=0, attempts=1)
    for dead_at in (2, 3, 4):
        node.requests.clear()
        node.fault = partial(dead_from, dead_at)
        outcome = upload(node, tmp_path / "in", tmp_path / "state", once)
        assert isinstance(outcome.stopped, Unreachable)
        # Later pictures do not change what was begun.
        bee_folder(tmp_path / "in", [240 + dead_at * 8], seed=900 + dead_at)
    node.fault = lambda what, number: None
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert sorted(drive.frames for drive in outcome.delivered) == [3, 30]
    assert (len(node.drives), node.frames_taken) == (2, 33)


def test_a_node_that_is_not_there_is_named(tmp_path: Path) -> None:
    with open_http("http://127.0.0.1:9", UploadSettings(attempts=2, wait_max_s=0)) as http:
        client = NodeClient(http, UploadSettings(attempts=2, wait_max_s=0))
        with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:9"):
            client.info()


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://x", "http://", "http://x:y"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        open_http(url, PATIENT)


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [(404, "not-found", NotFound), (418, "unheard-of", RoadcombError)],
)
def test_a_refusal_is_shown_in_the_nodes_words_and_not_repeated(
    node: FakeNode, status: int, kind: str, error: type[RoadcombError]
) -> None:
    node.fault = lambda what, number: problem(status, kind, "no such thing here")
    with open_http(node.url, PATIENT) as http, pytest.raises(error, match="no such thing here"):
        NodeClient(http, PATIENT).drive("0" * 64)
    assert len(node.requests) == 1


def test_an_answer_of_some_other_server_is_said_to_be_one(node: FakeNode) -> None:
    node.fault = lambda what, number: problem(200, "x", "x")
    with (
        open_http(node.url, PATIENT) as http,
        pytest.raises(RoadcombError, match="not answer like a Roadcomb node"),
    ):
        NodeClient(http, PATIENT).info()


@pytest.mark.parametrize(
    "odd",
    [
        {"node": "../../../outside"},
        {"node": "\x1b[31m"},
        {"now_ms": 0},
        {"limits": LIMITS | {"drive_frames": -4}},
        {"limits": LIMITS | {"batch_bytes": 0}},
        {"limits": {}},
        {"limits": None},
    ],
)
def test_a_node_that_says_impossible_things_of_itself_is_not_believed(
    node: FakeNode, tmp_path: Path, odd: dict[str, Json]
) -> None:
    told: Json = {"node": node.key.public, "now_ms": node.now_ms, "limits": LIMITS, **odd}
    node.fault = lambda what, number: (200, {}, told)
    bee_folder(tmp_path / "in", range(0, 80, 8))
    with pytest.raises(InvalidInput, match="does not answer like a Roadcomb node"):
        upload(node, tmp_path / "in", tmp_path / "state")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_what_is_no_node_is_told_from_a_node_that_refuses(node: FakeNode, status: int) -> None:
    node.fault = lambda what, number: (status, {}, "<html>nginx</html>")
    with (
        open_http(node.url, PATIENT) as http,
        pytest.raises(InvalidInput, match="no node's words: check the address"),
    ):
        NodeClient(http, PATIENT).info()
    node.fault = lambda what, number: problem(404, "not-found", "GET /v1/v1/node: Not Found")
    with (
        open_http(node.url, PATIENT) as http,
        pytest.raises(InvalidInput, match="does not answer like a Roadcomb node"),
    ):
        NodeClient(http, PATIENT).info()


def test_an_answer_without_end_fills_no_memory(node: FakeNode) -> None:
    node.fault = lambda what, number: (200, {}, "x" * 2**25)
    with (
        open_http(node.url, PATIENT) as http,
        pytest.raises(InvalidInput, match="does not answer like a Roadcomb node"),
    ):
        NodeClient(http, PATIENT).info()


def test_a_drive_the_node_refuses_does_not_stop_the_others(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in" / "a", range(0, 80, 8))
    bee_folder(tmp_path / "in" / "b", range(0, 80, 8), seed=100, t0_ms=T0_MS + 10**7)
    refusal = problem(422, "invalid-input", "the camera's clock is wrong")
    node.fault = lambda what, number: refusal if (what, number) == ("POST drives", 2) else None
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.failed) == (10, 10)
    assert "the camera's clock is wrong" in outcome.troubles[0]
    assert upload(node, tmp_path / "in", tmp_path / "state").sent == 10


def test_a_used_up_quota_stops_the_run_and_says_so(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in" / "a", range(0, 80, 8))
    bee_folder(tmp_path / "in" / "b", range(0, 80, 8), seed=100)
    full = problem(429, "quota-exceeded", "come back tomorrow", "50000")
    node.fault = lambda what, number: full if number > 4 else None
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert isinstance(outcome.stopped, QuotaExceeded)
    assert "come back tomorrow" in str(outcome.stopped)


def test_a_receipt_that_says_something_else_is_not_believed(node: FakeNode, tmp_path: Path) -> None:
    bee_folder(tmp_path / "in", range(0, 80, 8))
    truth = node.seal

    def one_frame_less(drive_id: str) -> tuple[int, Json]:
        truth(drive_id)
        return 200, parse_json(node.receipts[drive_id].replace(b'"frames":10', b'"frames":9'))

    node.seal = one_frame_less  # type: ignore[method-assign]
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.sent == 0
    assert outcome.stopped is not None
    node.seal = truth  # type: ignore[method-assign]
    assert upload(node, tmp_path / "in", tmp_path / "state").sent == 10


def test_a_picture_that_is_broken_inside_costs_only_itself(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))
    paths[4].write_bytes(paths[4].read_bytes()[:200])
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.sent == 9
    assert [(r.item, r.reason) for r in outcome.rejected] == [(paths[4], "not-a-jpeg")]


def test_a_nodes_limits_are_kept(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))
    node.limits = {"frame_bytes": 3_000, "batch_bytes": 3_500, "drive_frames": 100}
    paths[4].write_bytes(jpeg(900, size=64))
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.sent == 9
    assert [(r.item, r.reason) for r in outcome.rejected] == [(paths[4], "too-large")]
    assert node.requests.count("POST frames") == 5


def test_a_picture_that_stands_twice_is_sent_once(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))
    paths[4].write_bytes(paths[2].read_bytes())
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.sent == 9
    assert [(r.item, r.reason) for r in outcome.rejected] == [(paths[4], "duplicate-picture")]


def test_a_picture_that_changes_meanwhile_is_noticed(node: FakeNode, tmp_path: Path) -> None:
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))

    def changes(what: str, number: int) -> None:
        if what == "POST drives":
            paths[5].write_bytes(jpeg(77))

    node.fault = changes
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert outcome.failed == 10
    assert paths[5].name in outcome.troubles[0]
    node.fault = lambda what, number: None
    assert upload(node, tmp_path / "in", tmp_path / "state").sent == 10


def test_a_picture_that_a_node_refuses_as_another_is_read_again_and_named(
    node: FakeNode, tmp_path: Path
) -> None:
    """As after a change that left the file's seal whole: the node's check is what finds it."""
    paths = bee_folder(tmp_path / "in", range(0, 80, 8))

    def refuses(what: str, number: int) -> Fault:
        if what != "POST frames":
            return None
        paths[1].write_bytes(jpeg(77))
        return problem(422, "digest-mismatch", "a picture is not in the manifest")

    node.fault = refuses
    outcome = upload(node, tmp_path / "in", tmp_path / "state")
    assert (outcome.sent, outcome.failed) == (0, 10)
    assert outcome.troubles == [f"{paths[1]} changed while it was sent: run the upload again"]
    node.fault = lambda what, number: None
    assert upload(node, tmp_path / "in", tmp_path / "state").sent == 10


def test_a_payout_address_is_told_to_a_node_once(node: FakeNode, tmp_path: Path) -> None:
    address = "0x" + "ab" * 20
    with open_state(tmp_path) as state, open_http(node.url, PATIENT) as http:
        client = NodeClient(http, PATIENT)
        info = client.info()
        told = [bind_payout(client, info, KEY, state, address) for _ in range(2)]
    assert told == [True, False]
    assert len(node.bindings) == 1


@pytest.mark.parametrize(("lenses", "said"), [((28,), 28), ((28, 50), None)])
def test_a_lens_goes_out_where_all_pictures_name_the_same(
    node: FakeNode, tmp_path: Path, lenses: tuple[int, ...], said: int | None
) -> None:
    for n in range(10):
        camera = {Base.DateTimeOriginal: f"2026:01:05 10:00:{n:02}"}
        header = exif(gps(8 * n), {**camera, Base.FocalLengthIn35mmFilm: lenses[n % len(lenses)]})
        (tmp_path / f"{n}.jpg").write_bytes(jpeg(n, header))
    (delivered,) = upload(node, tmp_path, tmp_path / "state").delivered
    assert node.drives[delivered.drive_id].manifest.device.focal_35mm == said
