"""Recordings of honest drives: drawn once, kept under build/, and what judging sees of each."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.evidence.light import Brightness, brightness_of
from quality.evidence.motion import Features, Grey, Sight, features_of, sights_of
from quality.evidence.screens import spectrum_of
from quality.evidence.watching import Seen
from sample_data.dice import Bytes
from tests.benchmarks.fraud.honest import RECORDERS, honest, recorded, scene_of, shots_of

__all__ = ["Recording", "drawn", "record", "recordings", "watched"]

FOLDER = Path("build/fraud")
_SMALL = (320, 180)


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept of a drive's pictures: points, light and thumbnail of each, sights between
    neighbours, and the mean of their spectra."""

    number: int
    features: tuple[Features, ...]
    sights: tuple[Sight, ...]
    light: tuple[Brightness, ...]
    spectrum: NDArray[np.float32]
    thumbnails: tuple[bytes, ...]


def drawn(scene: int) -> list[Bytes]:
    """The scene's views, (270, 480, 3), kept as JPEGs of quality 97."""
    path = FOLDER / f"{scene}.npz"
    if not path.exists():
        one = honest(scene * RECORDERS)
        jpegs = [_jpeg(scene_of(one, shot)) for shot in shots_of(one)]
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(part, *jpegs)
        part.replace(path)
    with np.load(path) as views:
        return [_pixels(views[name], cv2.IMREAD_COLOR) for name in views.files]


def record(number: int, views: Sequence[Bytes]) -> Recording:
    """What the camera of a drive makes of the views, as judging sees it."""
    cv2.setNumThreads(1)
    one = honest(number)
    smalls = [
        small_of(recorded(one, shot, view)) for shot, view in zip(shots_of(one), views, strict=True)
    ]
    spectrum = np.stack([spectrum_of(small) for small in smalls]).mean(0).astype(np.float32)
    features = tuple(features_of(small) for small in smalls)
    light = tuple(map(brightness_of, smalls))
    kept = tuple(_jpeg(small, 75).tobytes() for small in smalls)
    return Recording(number, features, tuple(sights_of(features)), light, spectrum, kept)


def small_of(jpeg: bytes) -> Grey:
    """The grey picture of 320 px that evidence is read from."""
    grey = _pixels(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(grey, _SMALL, interpolation=cv2.INTER_AREA).astype(np.uint8)


def recordings(scenes: int, workers: int) -> Iterator[Recording]:
    """All recordings of the first scenes, in their order."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for of_scene in pool.map(_record_scene, range(scenes), chunksize=4):
            yield from of_scene


def watched(recording: Recording, order: Sequence[int] | None = None) -> Seen:
    """What judging sees of the pictures, in another order where one is given."""
    if order is None:
        sights, light = recording.sights, recording.light
    else:
        sights = tuple(sights_of([recording.features[n] for n in order]))
        light = tuple(recording.light[n] for n in order)
    return Seen(sights, light, recording.spectrum * len(light), len(light))


def _record_scene(scene: int) -> list[Recording]:
    views = drawn(scene)
    first = scene * RECORDERS
    return [record(number, views) for number in range(first, first + RECORDERS)]


def _jpeg(view: Bytes, quality: int = 97) -> Bytes:
    return np.asarray(cv2.imencode(".jpg", view, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], np.uint8)


def _pixels(data: Bytes, how: int) -> Bytes:
    picture = cv2.imdecode(data, how)
    assert picture is not None
    return picture.astype(np.uint8)
