"""One drive of 15,000 frames: sent whole and judged, its state asked all the while.

`python -m tests.benchmarks.bench_long_drive [frames]`: `roadcomb upload` in a process of its own
sends small drawn frames, 10 m apart, over loopback to a real `roadcomb serve` on the same cores.
From the first batch until the verdict the drive's state is asked over and over; each answer must
tell every frame, and the receipt must be for all.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from tests.api.processes import Served, run_cli
from tests.benchmarks.bench_upload import segment
from tests.ingest.pictures import LAT, LON, METRE_DEG, T0_MS, jpeg

SPACING_M, FRAME_MS = 10, 1000
_UPLOAD = (sys.executable, "-c", "from api.main import main; main()", "upload")


@dataclass
class Asked:
    """What asking found: seconds of each answer, and the states in the order they were seen."""

    seconds: list[float] = field(default_factory=list)
    states: list[str] = field(default_factory=list)


def main(frames: int = 15_000) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _draw(folder / "in", frames)
        environment = {
            "ROADCOMB_CLIENT_CONFIG": str(folder / "config"),
            "ROADCOMB_CLIENT_STATE": str(folder / "state"),
        }
        init = run_cli(("init", "--consent", "--licence", "CC-BY-SA-4.0"), environment)
        assert init.returncode == 0, init.stderr
        with Served(folder / "node", patience_s=600) as served:
            _print(frames, *_send(folder, served, environment, frames))


def _draw(folder: Path, frames: int) -> None:
    """As a Bee names them; each with a segment of its own that stays in a canonical JPEG."""
    folder.mkdir()
    picture = jpeg(1, size=64)
    for n in range(frames):
        place = f"{LAT + SPACING_M * n * METRE_DEG:.9f}_{LON}"
        own = segment(0xEE, f"frame {n}".encode())
        (folder / f"{T0_MS + FRAME_MS * n}_{place}.jpg").write_bytes(
            picture[:2] + own + picture[2:]
        )


def _send(
    folder: Path, served: Served, environment: dict[str, str], frames: int
) -> tuple[Asked, float, float, int, int]:
    """(what asking found, seconds until the receipt, until the verdict, peaks of both sides)."""
    words = (*_UPLOAD, str(folder / "in"), "--to", served.url, "--no-trim", "--json")
    started = time.monotonic()
    client = subprocess.Popen(
        words, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    assert client.stdout is not None
    asked, asking = Asked(), None
    for line in client.stdout:
        event = json.loads(line)
        if event["event"] == "drive":
            asking = threading.Thread(target=_ask, args=(served, event["drive_id"], frames, asked))
            asking.start()
    _, status, usage = os.wait4(client.pid, 0)
    assert (status, event["sent"]) == (0, frames), event
    sent_s = time.monotonic() - started
    assert asking is not None
    asking.join()
    judged_s = time.monotonic() - started
    return asked, sent_s, judged_s, usage.ru_maxrss * 1024, _peak(served.process.pid)


def _ask(served: Served, drive_id: str, frames: int, asked: Asked) -> None:
    """Over and over, until the drive is decided."""
    with served.client() as client:
        while not asked.states or asked.states[-1] != "judged":
            before = time.monotonic()
            answer = client.get(f"/v1/drives/{drive_id}")
            asked.seconds.append(time.monotonic() - before)
            if answer.status_code == httpx.codes.NOT_FOUND:
                continue
            told = answer.raise_for_status().json()
            parts = sum(told[part] for part in ("pending", "held", "accepted", "rejected"))
            assert told["offered"] == parts == frames, told
            asked.states.append(told["state"])
            time.sleep(0.02)


def _peak(pid: int) -> int:
    """Bytes of memory that a running process had at most; proc(5), VmHWM."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [told] = (line for line in lines if line.startswith("VmHWM"))
    return int(told.split()[1]) * 1024


def _print(
    frames: int, asked: Asked, sent_s: float, judged_s: float, client: int, node: int
) -> None:
    ordered = sorted(asked.seconds)
    table = Table("what", "measured", "wanted", box=None)
    table.add_row("frames under one receipt", str(frames), "15000")
    table.add_row("until the receipt", f"{sent_s:.0f} s", "")
    table.add_row("until the verdict", f"{judged_s:.0f} s", "")
    table.add_row("memory of the uploader at most", f"{client / 1e6:.0f} MB", "")
    table.add_row("memory of the node at most", f"{node / 1e6:.0f} MB", "")
    table.add_row("state asked", f"{len(ordered)} times", "")
    table.add_row("median answer", f"{1000 * ordered[len(ordered) // 2]:.0f} ms", "")
    table.add_row("slowest answer", f"{1000 * ordered[-1]:.0f} ms", "")
    Console(width=100).print(table)
    print(f"states seen: {', '.join(dict.fromkeys(asked.states))}; {os.cpu_count()} cores")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
