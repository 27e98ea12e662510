"""The real `roadcomb upload`, killed or interrupted at any moment, goes on where it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.privacy import save_consent
from ingest.terms import LICENCES
from roadcomb.keys import key_from_seed, save_key
from tests.ingest.fakenode import CUT_AFTER, FakeNode, Fault
from tests.ingest.pictures import bee_folder

ROADCOMB = (sys.executable, "-c", "from api.main import main; main()")


def start(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "ROADCOMB_CLIENT_CONFIG": str(folder / "config"),
        "ROADCOMB_CLIENT_STATE": str(folder / "state"),
        "ROADCOMB_UPLOAD_BATCH_BYTES": "4000",
    }
    pipe = subprocess.PIPE
    return subprocess.Popen([*ROADCOMB, *words], env=environment, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize(("kill", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_an_upload_cut_off_by_a_signal_is_finished_by_the_next(
    node: FakeNode, tmp_path: Path, kill: signal.Signals, code: int
) -> None:
    bee_folder(tmp_path / "in", range(0, 320, 8))
    save_key(key_from_seed(b"k" * 32), tmp_path / "config" / "contributor.pem")
    save_consent(tmp_path / "config", LICENCES[0], 0)
    dying: dict[str, subprocess.Popen[bytes]] = {}

    def killed(what: str, number: int) -> Fault:
        process = dying.pop(what, None) if node.frames_taken >= 6 else None
        if process is None:
            return None
        process.send_signal(kill)
        process.wait(timeout=60)
        return CUT_AFTER

    node.fault = killed
    for moment in ("POST frames", "POST seal"):
        process = start(tmp_path, "upload", str(tmp_path / "in"), "--to", node.url)
        dying[moment] = process
        summary, said = process.communicate(timeout=60)
        node.left()
        assert process.returncode == code
        told = (b"40 pictures: 0 sent" in summary, b"interrupted: the same command" in said)
        assert told == (kill == signal.SIGINT,) * 2
    assert node.frames_taken == 40
    finishing = start(tmp_path, "upload", str(tmp_path / "in"), "--to", node.url)
    assert (finishing.communicate(timeout=60)[1], finishing.returncode) == (b"", 0)
    assert len(node.drives) == len(node.receipts) == 1
    assert node.frames_taken == 40
    assert len(list((tmp_path / "state" / "receipts").rglob("*.json"))) == 1
