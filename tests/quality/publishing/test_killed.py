"""kill -9 while drives are published, again and again: nothing is lost, and nothing leaks."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from api.upkeep.fsck import fsck
from ingest.stored import received
from quality.judge import judge_pending
from quality.publishing import publications, record
from quality.publishing.originals import read
from quality.publishing.settings import PublishSettings
from roadcomb.engine import InlineEngine
from roadcomb.node import Node
from tests.drives import contributor, make_node
from tests.quality.deliveries import along, deliver
from tests.quality.pictures import drawn_frames
from tests.quality.publishing.test_publisher import publish

KILLS = int(os.environ.get("ROADCOMB_KILLS", "5"))
DRIVES = 6
PROGRAM = """
import sys
from pathlib import Path
from quality.publishing.publisher import Publisher
from quality.publishing.settings import PublishSettings
from roadcomb.engine import InlineEngine
from tests.drives import make_node
from tests.quality.publishing.detectors import Opens
node = make_node(Path(sys.argv[1]))
publisher = Publisher(node, InlineEngine(), PublishSettings(retention_days=30), Opens())
print("ready", flush=True)
publisher.publish_pending()
"""


def with_drives(folder: Path) -> tuple[Node, list[str]]:
    node = make_node(folder)
    frames = drawn_frames()
    ids = [
        deliver(
            node, contributor(n), frames[4 * n : 4 * n + 4], [5_000_000 * n + y for y in along(4)]
        )
        for n in range(DRIVES)
    ]
    judge_pending(node, InlineEngine())
    return node, ids


def publish_and_kill(folder: Path, chance: random.Random) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert started.stdout is not None
    started.stdout.readline()
    time.sleep(chance.uniform(0, 0.4))
    started.send_signal(signal.SIGKILL)
    started.communicate()


def test_kill_9_while_publishing_loses_nothing_and_leaks_nothing(tmp_path: Path) -> None:
    folder, chance = tmp_path / "node", random.Random(4)
    node, ids = with_drives(folder)
    for _ in range(KILLS):
        publish_and_kill(folder, chance)
        damages = fsck(node).damages
        assert damages == ()
    publish(node, settings=PublishSettings(retention_days=30))
    frames = drawn_frames()
    for n, drive_id in enumerate(ids):
        with node.catalog.reading() as connection:
            shown = publications.newest(connection, drive_id)
            assert received(connection, drive_id) == {}
        assert shown is not None
        assert (shown.published, shown.waiting) == (4, 0)
        assert set(node.blobs.keys(record.folder_of(drive_id))) == shown.keys
        kept = [data for _, _, data in read(node, drive_id, {0, 1, 2, 3})]
        assert kept == list(frames[4 * n : 4 * n + 4])
    stored = [node.blobs.get(key) for key in node.blobs.keys("")]
    assert not any(frame in data for frame in frames for data in stored)
    report = fsck(node)
    assert (report.damages, report.unreferenced) == ((), ())
