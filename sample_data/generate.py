"""Making the drives and the truth about them, all or nothing, and not twice.

A stamp is written last: version, seed and the size of every file. Where it is there and the files
are, nothing is done again.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from sample_data import truth
from sample_data.formats import FRAMES_HEADER, frame_row, gpx, table
from sample_data.render import PlateTruth, copied, file_name, replayed, take
from sample_data.scenario import Drive, Scenario, demo, small
from sample_data.timeline import Shot, Timeline

STAMP = "stamp.json"

AT_ONCE = 34
"""Frames of one task: long enough to share painted houses, short enough to share the cores."""


@dataclass(frozen=True, slots=True)
class Made:
    """A drive's frames, in order, with the names of their files."""

    drive: Drive
    shots: tuple[Shot, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Some neighbouring frames of a drive, to be drawn into a folder."""

    seed: int
    drive: Drive
    shots: tuple[Shot, ...]
    folder: Path


def _run(task: Task) -> list[PlateTruth]:
    return take(task.seed, task.drive, task.shots, task.folder)


def planned(seed: int, drive: Drive) -> Made:
    """The frames of a drive; a replayed one takes its places from the drive it copies."""
    shots = tuple(Timeline(seed, drive).shots())
    if drive.copies:
        shots = tuple(replayed(shot) for shot in shots)
    return Made(drive, shots, tuple(file_name(drive, shot) for shot in shots))


def _tasks(seed: int, made: list[Made], folders: dict[str, Path]) -> Iterator[Task]:
    for one in made:
        if one.drive.copies is None:
            for start in range(0, len(one.shots), AT_ONCE):
                part = one.shots[start : start + AT_ONCE]
                yield Task(seed, one.drive, part, folders[one.drive.name])


def _copy(thief: Made, victim: Made, folders: dict[str, Path]) -> None:
    stolen = [file for file, shot in zip(victim.files, victim.shots, strict=True)
              if shot.expected == "kept"][thief.drive.first :]  # fmt: skip
    for place, (source, target) in enumerate(zip(stolen, thief.files, strict=False)):
        jpeg = (folders[victim.drive.name] / source).read_bytes()
        copy = copied(jpeg, place, thief.drive.jpeg_quality)
        (folders[thief.drive.name] / target).write_bytes(copy)


def _beside(seed: int, made: Made, folder: Path) -> None:
    """The track and the table that a layout puts beside its frames."""
    if made.drive.layout in ("gpx", "table"):
        (folder / "track.gpx").write_text(gpx(Timeline(seed, made.drive).track()))
    if made.drive.layout in ("csv", "table"):
        fixes = [(file, shot.fix) for file, shot in zip(made.files, made.shots, strict=True)]
        rows = [frame_row(file, fix) for file, fix in fixes if fix is not None]
        (folder / "frames.csv").write_text(table(FRAMES_HEADER, rows))


def _draw(tasks: list[Task], workers: int) -> list[PlateTruth]:
    if workers <= 1:
        return [plate for task in tasks for plate in _run(task)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return [plate for plates in pool.map(_run, tasks) for plate in plates]


def make(scenario: Scenario, folders: dict[str, Path], workers: int) -> truth.Truth:
    """Draw every drive of a scenario into its folder; returns what is true of them."""
    made = [planned(scenario.seed, drive) for drive in scenario.drives]
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    plates = _draw(list(_tasks(scenario.seed, made, folders)), workers)
    by_name = {one.drive.name: one for one in made}
    for one in made:
        if one.drive.copies:
            _copy(one, by_name[one.drive.copies], folders)
        _beside(scenario.seed, one, folders[one.drive.name])
    poses = tuple((one.drive.name, file, shot) for one in made
                  for file, shot in zip(one.files, one.shots, strict=True))  # fmt: skip
    return truth.Truth(scenario, poses, tuple(plates))


def _stamp(version: str, seed: int, out: Path) -> dict[str, object]:
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and path.name != STAMP)
    sizes = {path.relative_to(out).as_posix(): path.stat().st_size for path in files}
    return {"version": version, "seed": seed, "files": sizes}


def is_made(out: Path, version: str, seed: int) -> bool:
    """Whether a folder holds the drives of this version and seed, every file at its size."""
    path = out / STAMP
    if not path.is_file():
        return False
    stamp = json.loads(path.read_text())
    if (stamp["version"], stamp["seed"]) != (version, seed):
        return False
    return all(
        (out / name).is_file() and (out / name).stat().st_size == size
        for name, size in stamp["files"].items()
    )


def _forget(out: Path) -> None:
    """Remove what an older stamp lists, and only that."""
    path = out / STAMP
    if path.is_file():
        for name in json.loads(path.read_text())["files"]:
            (out / name).unlink(missing_ok=True)
        path.unlink()


def write(scenario: Scenario, out: Path, version: str, workers: int) -> bool:
    """Make a scenario below `out`: drives, truth, manifest; False when all of it is there."""
    if is_made(out, version, scenario.seed):
        return False
    _forget(out)
    folders = {drive.name: out / "drives" / drive.name for drive in scenario.drives}
    truth.write(make(scenario, folders, workers), out)
    part = out / f"{STAMP}.part"
    part.write_text(json.dumps(_stamp(version, scenario.seed, out), indent=1, sort_keys=True))
    part.rename(out / STAMP)
    return True


def write_demo(out: Path, version: str, seed: int) -> bool:
    """Make the demo's three days below `out`, on at most two cores."""
    return write(demo(seed), out, version, workers=min(2, os.cpu_count() or 1))


def write_small(out: Path) -> None:
    """Make the small drive that lies in git: frames, track.gpx and frames.csv in one folder."""
    scenario = small()
    make(scenario, {scenario.drives[0].name: out}, workers=1)
