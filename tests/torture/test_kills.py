"""kill -9 at any moment: every acknowledged manifest, frame and receipt is there afterwards.

ROADCOMB_KILLS sets how often (5; `make torture` asks for 500, and for 10,000 frames).
"""

import os
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ingest.batches import CONTENT_TYPE, encode_batch
from ingest.intake import drive_state, open_drive, read_frames
from ingest.limits import IntakeSettings
from ingest.logtree import LogTree
from ingest.receipts import leaf_of, verify_receipt
from roadcomb.canonical import parse_json
from roadcomb.jpeg import image_id
from roadcomb.node import open_node
from roadcomb.settings import NodeSettings
from tests.api.processes import Served
from tests.drives import contributor, drive_of, pictures

KILLS = int(os.environ.get("ROADCOMB_KILLS", "5"))
FRAMES, BATCH = 9, 3
PATIENCE_S = 600
"""A start is slow beside other work; slowness is not what is tested."""


@dataclass
class Acknowledged:
    """What the node said yes to: drive -> its manifest's number, image ids, receipt."""

    manifests: dict[str, int] = field(default_factory=dict)
    frames: dict[str, set[str]] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    sent: int = 0


@dataclass
class Uploader:
    """Sends one drive after the other to whatever answers at `url`, resuming after each cut."""

    number: int
    acknowledged: Acknowledged
    url: str = ""
    stop: bool = False

    def run(self) -> None:
        drive = 0
        with httpx.Client(timeout=10, trust_env=False) as client:
            while not self.stop:
                try:
                    self._upload(client, self.number * 10_000 + drive)
                    drive += 1
                except (httpx.TransportError, httpx.UnsupportedProtocol):
                    time.sleep(0.05)  # the node is dead; the same drive goes on

    def _upload(self, client: httpx.Client, drive: int) -> None:
        frames = frames_of(drive)
        signed = drive_of(frames, contributor(self.number))
        drives = f"{self.url}/v1/drives"
        opened = client.post(drives, json=signed.to_json()).raise_for_status().json()
        self.acknowledged.manifests[signed.drive_id] = drive
        lacking = [frame for frame in frames if image_id(frame) in opened["missing"]]
        for at in range(0, len(lacking), BATCH):
            batch = lacking[at : at + BATCH]
            client.post(
                f"{drives}/{signed.drive_id}/frames",
                content=encode_batch(batch),
                headers={"Content-Type": CONTENT_TYPE},
            ).raise_for_status()
            self._acknowledge(signed.drive_id, batch)
        sealed = client.post(f"{drives}/{signed.drive_id}/seal").raise_for_status()
        self.acknowledged.receipts[signed.drive_id] = sealed.content

    def _acknowledge(self, drive_id: str, batch: list[bytes]) -> None:
        sent = {image_id(frame) for frame in batch}
        self.acknowledged.frames.setdefault(drive_id, set()).update(sent)
        self.acknowledged.sent += len(sent)


def frames_of(drive: int) -> list[bytes]:
    return pictures(FRAMES, first=drive * FRAMES, size=2_000)


def upload_and_kill(data: Path, kills: int) -> Acknowledged:
    """Uploaders at work while their node is killed again and again."""
    acknowledged, chance = Acknowledged(), random.Random(20_260_105)
    uploaders = [Uploader(number, acknowledged) for number in range(3)]
    threads = [threading.Thread(target=uploader.run) for uploader in uploaders]
    try:
        for kill in range(kills):
            with Served(data, "--no-judge", patience_s=PATIENCE_S) as served:
                for uploader in uploaders:
                    uploader.url = served.url
                if kill == 0:
                    for thread in threads:
                        thread.start()
                _wait_for(acknowledged, acknowledged.sent + chance.randint(1, 60))
                time.sleep(chance.uniform(0, 0.2))
            if kill % 50 == 49:
                print(f"{kill + 1} kills, {acknowledged.sent} frames acknowledged", flush=True)
    finally:
        for uploader in uploaders:
            uploader.stop = True
    for thread in threads:
        thread.join()
    return acknowledged


def _wait_for(acknowledged: Acknowledged, frames: int) -> None:
    """Let the node live until so many frames are acknowledged, on a busy machine at most 30 s."""
    end = time.monotonic() + 30
    while acknowledged.sent < frames and time.monotonic() < end:
        time.sleep(0.005)


def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    data = tmp_path / "node"
    acknowledged = upload_and_kill(data, KILLS)
    node = open_node(NodeSettings(data=data))
    leaves: dict[int, bytes] = {}
    for drive_id, drive in acknowledged.manifests.items():
        frames = frames_of(drive)
        signed = drive_of(frames, contributor(drive // 10_000))
        opened = open_drive(node, signed, IntakeSettings(reserve_bytes=0))
        assert not opened.created
        assert not acknowledged.frames.get(drive_id, set()) & set(opened.missing)
        if drive_id in acknowledged.receipts:
            assert [data for _, data in read_frames(node, drive_id)] == frames
            stored = drive_state(node, drive_id).receipt
            assert stored is not None
            assert stored.encode() == acknowledged.receipts[drive_id]
        if (text := drive_state(node, drive_id).receipt) is not None:
            receipt = verify_receipt(parse_json(text.encode()), node.key.public)
            leaves[receipt.promise.log_index] = leaf_of(receipt.promise)
    assert acknowledged.receipts
    assert sorted(leaves) == list(range(len(leaves)))
    log = LogTree()
    log.extend(leaves[index] for index in range(len(leaves)))
    for given in acknowledged.receipts.values():
        receipt = verify_receipt(parse_json(given), node.key.public)
        assert receipt.log_root == log.root(receipt.log_size)
    sent = sum(map(len, acknowledged.frames.values()))
    assert sent >= 10_000 or KILLS < 500
    print(f"{KILLS} kills, {len(leaves)} receipts, {sent} frames acknowledged, none lost")
    node.catalog.close()
