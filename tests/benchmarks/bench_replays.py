"""Which replayed drives are found, and which honest ones are suspected.

`python -m tests.benchmarks.bench_replays [drives] [seeds]`: drives of each kind of copy in the
drawn city, and cities drawn. Each city is driven twice along all its 18 streets, on another day, by
another contributor, with the same kind of camera, up to 4 m off along the street: those are the
honest pairs. The drives of the first day are in the index; a copy claims its original's place or
one 20 km away, in turns. Nothing is timed. Real drives of ROADCOMB_REAL_DATA are told as counts.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from ingest.settings import ScreenSettings
from quality.columns import columns_of
from quality.examine import Examined, FrameTask, examine
from quality.fingerprint import distance
from quality.geometry import Grey
from quality.search import FrameIndex, SeenDrive
from quality.settings import QualitySettings
from quality.verdicts import DriveVerdict, judge_drive, judgement_of
from roadcomb.jpeg import image_id
from roadcomb.records import Frame, Verdict
from sample_data.camera import Pose
from sample_data.city import EASTWARD, NORTHWARD
from sample_data.conditions import Conditions, Device, Light
from sample_data.draw import draw
from tests.benchmarks.copies import COPIES, WANTED
from tests.quality.deliveries import METRE_E7
from tests.quality.pictures import jpeg, real_frames

SETTINGS, SCREENING = QualitySettings(), ScreenSettings()
FRAMES, LENGTH, SPACING_M = 90, 30, 8.1
"""Of a street, and of the drives that it is cut into."""
FIRST_DAY, SECOND_DAY = Light(), Light(246.0, 40.0, 70, 14)
CAMERA = Device(width=480, height=270)
AWAY_E7 = 20_000 * METRE_E7
REAL = {"bee_tokyo": 11, "seq_rennes_sony_road": 5, "stills_highway": 6}
"""Folders of real drives, and into how many frames a drive they are cut."""

Pictures = Sequence[bytes]
Seen = Sequence[tuple[Frame, Examined]]


@dataclass(frozen=True, slots=True)
class Street:
    """One street driven on both days: pictures, and latitude (1e-7 degrees) of the first."""

    first: Pictures
    second: Pictures
    lat_e7: int


@dataclass(frozen=True, slots=True)
class Drives:
    """Small pictures of drives, as judging keeps them."""

    of_drive: Mapping[str, Seen]
    judged: Seen

    def own(self, n: int) -> Grey | None:
        """Of the drive that is judged."""
        return self.judged[n][1].small

    def of(self, drive_id: str, n: int) -> Grey | None:
        """Of one in the index."""
        return self.of_drive[drive_id][n][1].small


class Known:
    """An index of drives that were judged, and their pictures."""

    def __init__(self) -> None:
        self.index = FrameIndex()
        self.drives: dict[str, Seen] = {}

    def add(self, drive_id: str, pictures: Pictures, lat_e7: int) -> Seen:
        """An accepted drive of its own contributor."""
        seen = look(pictures, lat_e7)
        self.drives[drive_id] = seen
        self.index.drives[drive_id] = SeenDrive(drive_id, f"owner of {drive_id}", Verdict.ACCEPTED)
        self.index.table.add(drive_id, columns_of(judgement_of(seen, {})))
        self.index.table.settle()
        return seen

    def judge(self, pictures: Pictures, lat_e7: int, by: str = "somebody else") -> DriveVerdict:
        """The verdict on another drive."""
        seen = look(pictures, lat_e7)
        kept = Drives(self.drives, seen)
        return judge_drive(seen, self.index, "new", by, SETTINGS, SCREENING, pictures=kept)


def main(drives: int = 12, seeds: int = 1) -> None:
    """Print both tables."""
    cv2.setNumThreads(1)
    streets = [street for seed in range(7, 7 + seeds) for street in drawn_streets(seed)]
    report(streets, drives)


def report(streets: Sequence[Street], drives: int) -> None:
    """Copies found, honest drives suspected; drawn, then real."""
    known = Known()
    cut = list(_cut(streets))
    for number, street in enumerate(cut):
        known.add(f"drawn {number}", street.first, street.lat_e7)
    chosen = cut[:: max(1, len(cut) // drives)][:drives]
    table = Table("copy", "drives", "found", "real drives", "found", box=None)
    real_known, real = _real()
    for name, copy in COPIES.items():
        drawn = _found(known, [(one.first, one.lat_e7) for one in chosen], copy, name)
        found = _found(real_known, real, copy, name)
        star = "" if name in WANTED else "not promised: "
        table.add_row(star + name, str(len(chosen)), str(drawn), str(len(real)), str(found))
    Console().print(table)
    _print_honest(known, cut, real)


def _print_honest(
    known: Known, cut: Sequence[Street], real: Sequence[tuple[Pictures, int]]
) -> None:
    verdicts = [known.judge(street.second, street.lat_e7) for street in cut]
    frames = sum(len(street.second) for street in cut)
    suspected = [one for one in verdicts if one.verdict is not Verdict.ACCEPTED]
    alike = sum(_frames_alike(one) for one in suspected)
    print(f"second passes on another day: {len(cut)} drives, {frames} pairs of frames;")
    print(f"  held or rejected: {len(suspected)} drives, with {alike} frames called copies")
    print(f"  looks dropped by geometry: {sum('look_alikes' in _evidence(v) for v in verdicts)}")
    firsts = [_near_duplicates(look(street.first, street.lat_e7)) for street in cut]
    print(f"neighbours 8 m apart, drawn: {_told(firsts)}")
    print(f"neighbours, real: {_told([_near_duplicates(look(*one)) for one in real])}")


def drawn_streets(seed: int) -> Iterator[Street]:
    """All streets of a city, driven on two days."""
    chance = random.Random(seed)
    for number, (at, heading) in enumerate(
        [(x, 0.0) for x in NORTHWARD] + [(y, 90.0) for y in EASTWARD]
    ):
        shift_m, side_m = chance.uniform(-4, 4), 1.6 + chance.gauss(0, 0.4)
        first = [
            _drawn(at, heading, n, 1.6, 0, Conditions(seed, 1, n, FIRST_DAY, CAMERA))
            for n in range(FRAMES)
        ]
        second = [
            _drawn(at, heading, n, side_m, shift_m, Conditions(seed, 2, n, SECOND_DAY, CAMERA))
            for n in range(FRAMES)
        ]
        yield Street(first, second, 480_000_000 + (seed * 100 + number) * 2_000 * METRE_E7)


def look(pictures: Pictures, lat_e7: int) -> Seen:
    """What judging sees of a drive that goes north from there, a frame a second."""
    return [
        (
            Frame(image_id(data), len(data), 1000 * n, lat_e7 + round(n * SPACING_M * METRE_E7), 0),
            examine(FrameTask(data, 1, SETTINGS)),
        )
        for n, data in enumerate(pictures)
    ]


def _drawn(
    at: float, heading: float, n: int, side_m: float, shift_m: float, conditions: Conditions
) -> bytes:
    """A frame, drawn small and enlarged, as half scale is all that judging sees of it."""
    along = -150 + SPACING_M * n + shift_m
    pose = Pose(at + side_m, along, 0.0) if heading == 0 else Pose(along, at - side_m, 90.0)
    large = cv2.resize(draw(pose, conditions), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return jpeg(large.astype(np.uint8), 85)


def _cut(streets: Sequence[Street]) -> Iterator[Street]:
    for street in streets:
        for start in range(0, len(street.first), LENGTH):
            frames = slice(start, start + LENGTH)
            lat_e7 = street.lat_e7 + round(start * SPACING_M * METRE_E7)
            yield Street(street.first[frames], street.second[frames], lat_e7)


def _found(
    known: Known,
    drives: Sequence[tuple[Pictures, int]],
    copy: Callable[[bytes], bytes],
    name: str,
) -> int:
    """Of the drives so copied, how many are held or rejected as replays."""
    found = 0
    for number, (pictures, lat_e7) in enumerate(drives):
        taken = pictures[:: 2 if name == "every second frame" else 1]
        verdict = known.judge(list(map(copy, taken)), lat_e7 + AWAY_E7 * (number % 2))
        found += verdict.reason in ("replay", "replay-suspected")
    return found


def _real() -> tuple[Known, list[tuple[Pictures, int]]]:
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    known = Known()
    drives: list[tuple[Pictures, int]] = []
    for at, (name, length) in enumerate(REAL.items()):
        frames = real_frames(folder / name) if (folder / name).is_dir() else []
        for start in range(0, len(frames) - 2, length):
            lat_e7 = 100_000_000 * (at + 1) + start * 10_000
            drives.append((frames[start : start + length], lat_e7))
            known.add(f"{name} {start}", *drives[-1])
    return known, drives


def _near_duplicates(seen: Seen) -> tuple[int, int, int]:
    """(pairs of neighbours, of them called duplicates, the smallest distance in bits)."""
    marks = [one.fingerprint for _, one in seen if one.fingerprint is not None]
    bits = [distance(a, b) for a, b in pairwise(marks)]
    return len(bits), sum(d <= SETTINGS.fingerprint_distance for d in bits), min(bits, default=256)


def _told(counted: Sequence[tuple[int, int, int]]) -> str:
    pairs, called = sum(one[0] for one in counted), sum(one[1] for one in counted)
    least = min((one[2] for one in counted), default=0)
    return f"{pairs} pairs, {called} called duplicates, the closest {least} bits apart"


def _evidence(verdict: DriveVerdict) -> Mapping[str, object]:
    return verdict.evidence if isinstance(verdict.evidence, dict) else {}


def _frames_alike(verdict: DriveVerdict) -> int:
    alike = _evidence(verdict).get("frames_alike", 0)
    return alike if isinstance(alike, int) else 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
