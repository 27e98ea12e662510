"""What does the network see in a tile? One forward pass of MediaPipe Objectron's 2D detector.

SSD-MobileNetV2, trained on Open Images, run by LiteRT on one thread: half the time of OpenCV's
own engines, which moreover lose or reorder the box output (docs/blurring.md).
Law: the answers depend on the tile's pixels only; weights of another digest are never opened.
"""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from quality.masking.anchors import ANCHORS, Boxes, boxes_from
from quality.masking.regions import Kind, Picture

__all__ = ["SIDE", "LiteRt", "Network", "Seen", "network_input", "seen_in"]

SIDE = 300
"""Pixels of a tile's side as the network takes it."""

_CLASSES = {Kind.PERSON: (4,), Kind.VEHICLE: (18, 23)}
"""Of the network's 24 classes: 4 person; 18 vehicle, 23 car."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Boxes of one kind in a tile, as shares of its sides, and how sure each is."""

    kind: Kind
    boxes: Boxes
    scores: NDArray[np.float32]


class Network(Protocol):
    """One forward pass; another engine is one such class."""

    def __call__(self, tile: Picture, floor: float) -> tuple[Seen, ...]:
        """What a tile, BGR of any size, shows with a score of at least `floor`."""
        ...


class LiteRt:
    """The network under LiteRT, one thread: the engine's workers are processes."""

    def __init__(self, weights: bytes) -> None:
        self._runner = Interpreter(model_content=weights, num_threads=1)
        self._runner.allocate_tensors()
        self._input = self._runner.get_input_details()[0]["index"]
        outputs = {detail["shape"][-1]: detail for detail in self._runner.get_output_details()}
        self._boxes, self._classes = outputs[4]["index"], outputs[24]["index"]

    def __call__(self, tile: Picture, floor: float) -> tuple[Seen, ...]:
        """What a tile shows with a score of at least `floor`."""
        self._runner.set_tensor(self._input, network_input(tile))
        self._runner.invoke()
        encodings, logits = (self._runner.get_tensor(n)[0] for n in (self._boxes, self._classes))
        return seen_in(encodings, logits, floor)


def network_input(tile: Picture) -> NDArray[np.float32]:
    """RGB in -1..1, shape (1, 300, 300, 3)."""
    small = cv2.resize(_halved(tile), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    colours = cv2.cvtColor(small, cv2.COLOR_BGR2RGB).astype(np.float32)
    colours *= np.float32(1 / 127.5)
    colours -= np.float32(1)
    return colours[None]


def _halved(tile: Picture) -> Picture:
    """Each side halved until it is less than twice SIDE: means of whole pixels, which do not alias
    and cost a fifth of other shares."""
    height, width = tile.shape[:2]
    across, down = max(1, width // (2 * SIDE)), max(1, height // (2 * SIDE))
    if across == down == 1:
        return tile
    even = tile[: height // down * down, : width // across * across]
    size = (even.shape[1] // across, even.shape[0] // down)
    return cv2.resize(even, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def seen_in(
    encodings: NDArray[np.float32], logits: NDArray[np.float32], floor: float
) -> tuple[Seen, ...]:
    """Boxes of the network's two answers, shapes (1917, 4) and (1917, 24)."""
    least = float(np.log(floor / (1 - floor)))
    answers = []
    for kind, classes in _CLASSES.items():
        best = logits[:, classes].max(axis=1)
        chosen = np.flatnonzero(best >= least)
        scores = 1 / (1 + np.exp(-best[chosen]))
        answers.append(Seen(kind, boxes_from(encodings[chosen], ANCHORS[chosen]), scores))
    return tuple(answers)
