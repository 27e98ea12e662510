"""What blurring covers and costs: plates, faces, area, signs hit, time per frame and engine.

`python -m tests.benchmarks.bench_masking [frames of a drawn drive]`. A box counts as covered when
80 % of its area is destroyed. Bounds are Wilson's at 95 %; boxes of one drive are not independent
(one truck supplies many plates), so the truth is wider. Real pictures are read where
ROADCOMB_REAL_DATA has them; the labels' meaning stands in that folder's README.
"""

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import TypeVar

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from quality.masking.blurring import padded
from quality.masking.drives import Sight, masks_of_drive
from quality.masking.finder import Finder
from quality.masking.network import LiteRt, Network
from quality.masking.objectron import Objectron
from quality.masking.plates import PlateFinder
from quality.masking.regions import Detector, Kind, Picture, Region, covered
from quality.masking.weights import WEIGHTS, weights_in
from quality.masking.weights.plates import PLATE_WEIGHTS, plate_weights_in
from tests.quality.masking.opencv import OpenCv
from tests.quality.masking.scenes import scenes

Answer = TypeVar("Answer")

GAP_MS = 60_000
"""A longer pause between two pictures ends a drive."""

UNLABELLED = ("seq_rennes_sony_road", "stills_highway", "stills_mapillary", "seq_gopromax_360")
STILLS = ("stills_highway", "stills_mapillary")
KINDS = ("readable plates", "plates", "camera-blurred", "faces >= 14 px", "faces", "signs")
READABLE_PX, FACE_PX = 30, 14
"""A drawn plate of that width shows its letters."""

DRAWN = (
    ("drawn, tuned on", (7, 8, 11, 12, 13), (0, 1, 4)),
    ("drawn, nobody tuned on", (41, 42, 43), (0, 1, 4)),
    ("drawn, nobody tuned on, more", (61, 62, 63), (0, 1, 4)),
    ("drawn, run once", (71, 72, 73), (0, 1, 4)),
)
"""Rows of the table: seeds of drawn cities, and which of the demo's drives through them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a picture's JPEG comes from, and boxes by kind."""

    load: Callable[[], bytes]
    boxes: tuple[tuple[str, Region], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Hits and totals by kind; areas in percent; CPU ms of decoding and of looking at a frame."""

    hits: dict[str, tuple[int, int]]
    areas: list[float]
    times: list[tuple[float, float]]


def main(drawn: int = 16) -> None:
    """Print both tables."""
    cv2.setNumThreads(1)
    weights = weights_in(WEIGHTS)
    plates = PlateFinder(plate_weights_in(PLATE_WEIGHTS))
    detector = Finder(Objectron(LiteRt(weights)), plates)
    table = Table("drive", "frames", *KINDS, "area mean", "p95", "max", "ms", "decodes", box=None)
    for name, drives in _sources(drawn):
        table.add_row(name, *_row(_figures(detector, drives)))
    Console(width=200).print(table)
    _print_engines(weights, plates)


def _sources(drawn: int) -> Iterator[tuple[str, list[list[Frame]]]]:
    folder = Path(os.environ.get("ROADCOMB_REAL_DATA", "../shared/data"))
    labels = folder / "bee_tokyo" / "labels.json"
    if labels.is_file():
        for n, labelled in enumerate(_labelled(labels), start=1):
            yield f"bee_tokyo, drive {n}", [labelled]
    for name in UNLABELLED:
        files = sorted(
            p for p in (folder / name).glob("*") if p.suffix.lower() in (".jpg", ".jpeg")
        )
        frames = [Frame(file.read_bytes) for file in files]
        if frames:
            yield name, [[frame] for frame in frames] if name in STILLS else [frames]
    for name, cities, drives in DRAWN:
        yield name, [list(_drawn(city, drive, drawn)) for city in cities for drive in drives]


def _labelled(labels: Path) -> Iterator[list[Frame]]:
    """The folder's drives, apart by their pauses; a file's name begins with its time."""
    told = json.loads(labels.read_text("utf-8"))["frames"]
    drive: list[Frame] = []
    last = 0
    for file in sorted((labels.parent / "original_names").glob("*.jpg")):
        moment = int(file.name.split("_")[0])
        if drive and moment - last > GAP_MS:
            if len(drive) > 1:
                yield drive
            drive = []
        drive.append(Frame(file.read_bytes, tuple(_boxes(told[file.name]))))
        last = moment
    yield drive


def _boxes(labels: Sequence[dict[str, object]]) -> Iterator[tuple[str, Region]]:
    for label in labels:
        x0, y0, x1, y1 = np.asarray(label["box"]).tolist()
        region = Region(x0, y0, x1, y1, Kind.FACE, 1.0)
        if label["class"] == "plate":
            if label["already_obscured"]:
                yield "camera-blurred", region
                continue
            yield "plates", region
            if label["readable"]:
                yield "readable plates", region
        elif label["class"] == "face":
            yield "faces", region
            if region.height >= FACE_PX:
                yield "faces >= 14 px", region


def _drawn(city: int, drive: int, frames: int) -> Iterator[Frame]:
    for scene in scenes(drive, frames, seed=city):
        boxes = [("signs", sign) for sign in scene.signs]
        for plate in scene.plates:
            boxes.append(("plates", plate))
            if plate.width >= READABLE_PX:
                boxes.append(("readable plates", plate))
        for face in scene.faces:
            boxes.append(("faces", face))
            if face.height >= FACE_PX:
                boxes.append(("faces >= 14 px", face))
        yield Frame(partial(_jpeg, scene.picture), tuple(boxes))


def _jpeg(picture: Picture) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def _decoded(data: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def _figures(detector: Detector, drives: Sequence[Sequence[Frame]]) -> Figures:
    figures = Figures({}, [], [])
    for drive in drives:
        sights = [_sight(detector, frame, figures.times) for frame in drive]
        for frame, sight, masks in zip(drive, sights, masks_of_drive(sights), strict=True):
            zones = [padded(zone, sight.width, sight.height) for zone in masks.zones]
            mask = covered(sight.width, sight.height, zones)
            figures.areas.append(100 * float(mask.mean()))
            for kind, box in frame.boxes:
                hit, total = figures.hits.get(kind, (0, 0))
                part = mask[box.y0 : box.y1, box.x0 : box.x1].mean()
                figures.hits[kind] = (hit + int(part >= 0.8), total + 1)
    return figures


def _sight(detector: Detector, frame: Frame, times: list[tuple[float, float]]) -> Sight:
    data = frame.load()
    decode, picture = _timed(lambda: _decoded(data))
    look, regions = _timed(lambda: detector.find(picture))
    times.append((decode, look))
    return Sight(picture.shape[1], picture.shape[0], regions)


def _timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """CPU milliseconds of this process, one thread, and the answer."""
    began = time.process_time()
    answer = work()
    return 1000 * (time.process_time() - began), answer


def _row(figures: Figures) -> list[str]:
    shares = [_share(*figures.hits[kind]) if kind in figures.hits else "" for kind in KINDS]
    areas = figures.areas
    return [
        str(len(areas)),
        *shares,
        f"{mean(areas):.1f} %",
        f"{np.percentile(areas, 95):.1f}",
        f"{max(areas):.1f}",
        f"{median(look for _, look in figures.times):.0f}",
        f"{median(look / decode for decode, look in figures.times):.0f}",
    ]


def _share(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{hits}/{total} ({100 * low:.0f}..{100 * high:.0f})"


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (E. B. Wilson, JASA 22, 1927)."""
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    half = spread / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def _print_engines(weights: bytes, plates: PlateFinder) -> None:
    """Time per tile and per picture under both engines, as ratios to decoding the picture."""
    scene = next(scenes(0, 1, first=9)).picture
    data = _jpeg(scene)
    engines: tuple[tuple[str, Network], ...] = (
        ("LiteRT", LiteRt(weights)),
        ("OpenCV dnn, boxes put in order", OpenCv(WEIGHTS)),
    )
    table = Table("engine", "tile ms", "picture ms", "decodes", box=None)
    for name, network in engines:
        tile = _ms(partial(network, scene[200:500, 300:600], 0.1))
        decode = _ms(partial(_decoded, data))
        picture = _ms(partial(Finder(Objectron(network), plates).find, scene))
        table.add_row(name, f"{tile:.1f}", f"{picture:.0f}", f"{picture / decode:.0f}")
    Console().print(table)


def _ms(work: Callable[[], object]) -> float:
    """The median of five, after one to warm up."""
    return median([_timed(work)[0] for _ in range(6)][1:])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
