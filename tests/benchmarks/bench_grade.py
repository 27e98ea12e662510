"""How well the grade tells real frames from the same frames made worse, and names what is wrong.

`python -m tests.benchmarks.bench_grade [seed] [frames of a drive]`: real frames of
ROADCOMB_REAL_DATA and their twins (degrading.py), each judged like a frame of a drive, the drive's
own evidence included. AUC: chance that a real frame's grade is above a twin's, over all pairs of
the whole set, whatever camera made either. Nothing is timed; equal seeds give equal tables.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from quality.examine import Examined
from quality.grade import Grade, grade
from quality.view import ViewObserver
from roadcomb.jpeg import canonical_jpeg, image_id
from roadcomb.records import Frame
from tests.benchmarks.degrading import FRAME_KINDS, GLASS_KINDS, Change, frost_kind
from tests.quality.pictures import decoded, jpeg, look_at

__all__ = ["drives_of", "main", "rows_of"]

SEED, FRAMES = 2026, 16
NEAR_S = 100
"""A gap in bee_tokyo's times that makes two drives of it."""

RIGHT: Mapping[str, set[str]] = {
    "motion of 9 to 15 px": {"smeared-across", "smeared-down", "smeared-aslant"},
    "out of focus, sigma 2 to 3": {"blurred"},
    "two stops too dark": {"too-dark"},
    "two stops too bright": {"over-exposed"},
    "JPEG quality 5 to 15": {"over-compressed"},
    "JPEG quality 15, then 90": {"over-compressed"},
    "fog": {"hazy"},
    "veil": {"hazy"},
    "sun": {"glare"},
    "a quarter covered": {"view-covered"},
    "drops": {"glass-spotted"},
    "frost": {"glass-frosted", "hazy"},
}
"""Reasons of which one must be named. Frost mixed into a picture veils it, and the words of `hazy`
name a frosted windscreen, too."""


@dataclass(frozen=True)
class Row:
    """A kind's twins: how many, AUC, shares named at all and named first, median, rejected."""

    kind: str
    twins: int
    auc: float
    named: float
    first: float
    median: int
    rejected: int


def drives_of(data: Path) -> dict[str, list[Path]]:
    """Real pictures by drive; stills of one camera count as a drive."""
    bee = sorted((data / "bee_tokyo").rglob("*.jpg"))
    times = [int(path.name.split("_")[0]) for path in bee]
    gaps = [n for n in range(1, len(bee)) if times[n] - times[n - 1] > 1000 * NEAR_S]
    cuts = [0, *gaps, len(bee)]
    found = {f"bee_tokyo {n + 1}": bee[cuts[n] : cuts[n + 1]] for n in range(len(cuts) - 1)}
    for name in ("seq_rennes_sony_road", "seq_gopromax_360", "video_highway_nogps"):
        found[name] = sorted((data / name).glob("*.jpg"))
    for name in ("stills_highway", "stills_mapillary"):
        found[name] = sorted((data / name).iterdir()) if (data / name).is_dir() else []
    stills = ("b1.jpg", "b2.jpg", "invalid_exif.jpg")
    found["odd_images"] = [p for name in stills if (p := data / "odd_images" / name).exists()]
    return {name: paths for name, paths in found.items() if paths}


def rows_of(
    drives: Mapping[str, Sequence[bytes]], frost: Path, seed: int
) -> tuple[dict[str, list[Grade]], list[Row]]:
    """Grades of the undegraded frames by drive, and a row for each kind of degradation."""
    real = {name: _graded(pictures) for name, pictures in drives.items()}
    normal = np.array([graded.value for grades in real.values() for graded in grades])
    glass = {**GLASS_KINDS, **({"frost": frost_kind(frost)} if frost.is_dir() else {})}
    rows = []
    for kind in (*FRAME_KINDS, *glass):
        twins = [
            graded
            for n, pictures in enumerate(drives.values())
            for graded in _graded(list(_twins(kind, glass, pictures, [seed, n])))
        ]
        rows.append(_row(kind, normal, twins))
    return real, rows


def _twins(
    kind: str,
    glass: Mapping[str, Callable[[tuple[int, int], np.random.Generator], Change]],
    pictures: Sequence[bytes],
    seed: Sequence[int],
) -> Iterator[bytes]:
    dice = np.random.default_rng([*seed, len(kind)])
    changes: dict[tuple[int, int], Change] = {}
    for data in pictures:
        image = decoded(data)
        if kind in FRAME_KINDS:
            yield jpeg(FRAME_KINDS[kind](image, dice))
        else:
            size = (image.shape[0], image.shape[1])
            change = changes.setdefault(size, glass[kind](size, dice))
            yield jpeg(change(image))


def _graded(pictures: Sequence[bytes]) -> list[Grade]:
    """As judging grades a drive of these frames."""
    observer = ViewObserver()
    seen: list[Examined] = []
    for n, data in enumerate(pictures):
        frame, examined = Frame(image_id(data), len(data), 1000 * n, 0, 0), look_at(data)
        observer.see(n, frame, examined.small)
        seen.append(replace(examined, small=None, thumbnail=b""))
    view = observer.seen().view
    measured = [each.grade.measures for each in seen]
    return [grade(measures, view) for measures in measured if measures is not None]


def _row(
    kind: str, normal: np.ndarray[tuple[int, ...], np.dtype[np.int64]], twins: list[Grade]
) -> Row:
    values = np.array([graded.value for graded in twins])
    above = (normal[:, None] > values).mean() + (normal[:, None] == values).mean() / 2
    right = RIGHT[kind]
    return Row(
        kind,
        len(twins),
        float(above),
        float(np.mean([bool(right.intersection(graded.reasons)) for graded in twins])),
        float(np.mean([bool(right.intersection(graded.reasons[:1])) for graded in twins])),
        int(np.median(values)),
        sum(graded.rejected_for is not None for graded in twins),
    )


def main(seed: int = SEED, frames: int = FRAMES) -> None:
    """Print both tables."""
    data = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    drives = {
        name: [canonical_jpeg(path.read_bytes()) for path in paths[:frames]]
        for name, paths in drives_of(data).items()
    }
    if not drives:
        print("no real frames: ROADCOMB_REAL_DATA names no folder of them")
        return
    real, rows = rows_of(drives, data / "textures", seed)
    Console().print(_real_table(real))
    Console().print(_kinds_table(rows))
    Console().print("wanted: AUC of 0.97, the right reason named in 90 %, no real frame rejected")


def _real_table(real: Mapping[str, Sequence[Grade]]) -> Table:
    table = Table("undegraded", "frames", "lowest", "median", "rejected", box=None)
    for name, grades in real.items():
        values = [graded.value for graded in grades]
        rejected = sum(graded.rejected_for is not None for graded in grades)
        shown = (len(values), min(values), int(np.median(values)), rejected)
        table.add_row(name, *map(str, shown))
    return table


def _kinds_table(rows: Sequence[Row]) -> Table:
    table = Table("kind", "twins", "AUC", "named", "first", "median", "rejected", box=None)
    for row in rows:
        shares = (f"{row.auc:.3f}", f"{row.named:.0%}", f"{row.first:.0%}")
        table.add_row(row.kind, str(row.twins), *shares, str(row.median), str(row.rejected))
    return table


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
