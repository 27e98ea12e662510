"""What an upload costs both sides, against `mapillary_tools process` on the same real frames.

`python -m tests.benchmarks.bench_upload [frames] [rounds]`: whole commands in processes of their
own, so that their start counts too; `mapillary_tools process` only scans, `roadcomb upload` scans,
screens, makes canonical, hashes, signs and sends over loopback to a real `roadcomb serve` on
the same cores. Medians of the rounds; the frames are those of a real dashcam (ROADCOMB_REAL_DATA),
8 m apart on a line, with EXIF of place and time, each made different from the others.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from PIL.ExifTags import GPS, Base
from rich.console import Console
from rich.table import Table

from tests.api.processes import Served, run_cli
from tests.ingest.pictures import exif, gps

GEOVISIO_MS = 27.0
"""CPU a frame of geovisio's API and PostgreSQL before its pictures are processed, as measured."""
_ROADCOMB = (sys.executable, "-c", "from api.main import main; main()")
_MAPILLARY = (sys.executable, "-c", "from mapillary_tools.commands.__main__ import main; main()")
_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Both commands find their modules compiled, after a first round that does not count."""
_TICKS = os.sysconf("SC_CLK_TCK")
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Round:
    """CPU ms a frame of each side, and frames a second from the plan to the receipt.

    mapillary_ms: of mapillary_tools right before. scan_ms, dry_ms: of `scan` and of `upload
    --dry-run`, which are the first parts of an upload.
    """

    mapillary_ms: float
    scan_ms: float
    dry_ms: float
    client_ms: float
    intake_ms: float
    frames_per_s: float


def main(frames: int = 500, rounds: int = 5) -> None:
    """Print the table."""
    source = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data")) / "bee_tokyo"
    if not source.is_dir():
        print(f"no real frames: ROADCOMB_REAL_DATA names no folder with bee_tokyo ({source})")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = _folder(folder / "in", sorted((source / "original_names").glob("*.jpg")), frames)
        os.environ.update(_COMPILED, PYTHONPYCACHEPREFIX=str(folder / "compiled"))
        _round(folder, rounds, frames)
        done = [_round(folder, number, frames) for number in range(rounds)]
    _print(done, pictures)


def _print(done: Sequence[Round], pictures: Sequence[bytes]) -> None:
    client = median(one.client_ms for one in done)
    mapillary = median(one.mapillary_ms for one in done)
    scan, dry = median(one.scan_ms for one in done), median(one.dry_ms for one in done)
    intake = median(one.intake_ms for one in done)
    sha = median(_sha_ms(pictures) for _ in range(5))
    speed = median(one.frames_per_s for one in done)
    table = Table("what", "measured", "in the same run", "wanted", box=None)
    table.add_row(
        "client CPU a frame",
        f"{client:.2f} ms",
        f"{client / mapillary:.2f} of mapillary_tools process ({mapillary:.2f} ms)",
        "at most 1",
    )
    parts = f"{dry - scan:.2f} hash, {client - dry:.2f} sign and send"
    table.add_row("of which", f"{scan:.2f} ms", f"start, scan and screen; {parts}", "")
    table.add_row(
        "intake CPU a frame",
        f"{intake:.2f} ms",
        f"{intake / sha:.1f} of one SHA-256 of it ({sha:.2f} ms)",
        f"at most {GEOVISIO_MS / 4:.2f} ms",
    )
    table.add_row("frames a second, loopback", f"{speed:.0f}", "client and server", "at least 100")
    Console(width=120).print(table)
    size = sum(map(len, pictures)) / len(pictures) / 1000
    print(f"{len(pictures)} frames of {size:.0f} kB, {os.cpu_count()} cores")


def _folder(folder: Path, sources: Sequence[Path], frames: int) -> list[bytes]:
    folder.mkdir()
    files = [source.read_bytes() for source in sources]
    made = [_tagged(files[n % len(files)], n) for n in range(frames)]
    for n, data in enumerate(made):
        (folder / f"frame_{n:05}.jpg").write_bytes(data)
    return made


def _tagged(data: bytes, n: int) -> bytes:
    """The picture with EXIF, and an APP14 segment of its own, which stays in a canonical JPEG."""
    stamp = f"2026:01:05 {8 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}"
    place = {**gps(8.0 * n), GPS.GPSDateStamp: stamp[:10]}
    clock = tuple(float(part) for part in stamp[11:].split(":"))
    header = exif({**place, GPS.GPSTimeStamp: clock}, {Base.DateTimeOriginal: stamp}).tobytes()
    return data[:2] + segment(0xE1, header) + segment(0xEE, f"frame {n}".encode()) + data[2:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _round(folder: Path, number: int, frames: int) -> Round:
    here = folder / str(number)
    environment = {
        "ROADCOMB_CLIENT_CONFIG": str(here / "config"),
        "ROADCOMB_CLIENT_STATE": str(here / "state"),
    }
    init = run_cli(("init", "--consent", "--licence", "CC-BY-SA-4.0"), environment)
    assert init.returncode == 0, init.stderr
    mapillary_ms = _mapillary_ms(folder / "in", frames)
    words: tuple[str, ...] = ("scan", str(folder / "in"), "--no-trim")
    scan_s, _ = _run((*_ROADCOMB, *words), environment, lambda process: process.communicate())
    with Served(here / "node", "--no-judge") as served:
        words = ("upload", str(folder / "in"), "--to", served.url, "--no-trim", "--json")
        apart = {**environment, "ROADCOMB_CLIENT_STATE": str(here / "apart")}
        rehearsal = (*_ROADCOMB, *words, "--dry-run")
        dry_s, _ = _run(rehearsal, apart, lambda process: process.communicate())
        before = _cpu_s(served.process.pid)
        cpu_s, seen = _run((*_ROADCOMB, *words), environment, _sends)
        intake_s = _cpu_s(served.process.pid) - before
    scan, dry, client, intake = (1000 * s / frames for s in (scan_s, dry_s, cpu_s, intake_s))
    return Round(mapillary_ms, scan, dry, client, intake, frames / seen)


def _sends(lines: "subprocess.Popen[str]") -> float:
    """Seconds from the plan to the receipt, by the events as they come."""
    at: dict[str, float] = {}
    for line in lines.stdout or ():
        event = json.loads(line)
        at[event["event"]] = time.monotonic()
    assert event["sent"] == event["offered"], event
    return at["receipt"] - at["plan"]


def _mapillary_ms(folder: Path, frames: int) -> float:
    words = ("process", "--skip_process_errors", "--desc_path", os.devnull, str(folder))
    environment = {"MAPILLARY_TOOLS__DISABLE_AUTHENTICATION": "1"}
    cpu_s, _ = _run((*_MAPILLARY, *words), environment, lambda process: process.communicate())
    return 1000 * cpu_s / frames


def _run(
    words: Sequence[str],
    environment: dict[str, str],
    watch: "Callable[[subprocess.Popen[str]], Seen]",
) -> tuple[float, Seen]:
    """CPU seconds of a command, and what was seen of it while it ran."""
    before = _children_s()
    process = subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    seen = watch(process)
    assert process.wait() == 0, f"{words} ended with {process.returncode}"
    return _children_s() - before, seen


def _children_s() -> float:
    """CPU seconds of the processes that have ended; the node's are not yet among them."""
    times = os.times()
    return times.children_user + times.children_system


def _cpu_s(pid: int) -> float:
    """CPU seconds of a running process; proc(5), utime and stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _sha_ms(pictures: Sequence[bytes]) -> float:
    started = time.process_time()
    for picture in pictures:
        hashlib.sha256(picture).digest()
    return 1000 * (time.process_time() - started) / len(pictures)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
