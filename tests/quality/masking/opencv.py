"""The same network under OpenCV's engine: twice as slow, and its boxes come in another order.

It shows what the self-test is for: `in_order=False` answers with right classes and wrong boxes.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from quality.masking.anchors import MAPS
from quality.masking.network import Seen, network_input, seen_in
from quality.masking.regions import Picture

__all__ = ["OpenCv"]


class OpenCv:
    """OpenCV's classic engine; its default one loses the boxes of this network."""

    def __init__(self, weights: Path, in_order: bool = True) -> None:
        self._net = cv2.dnn.readNetFromTFLite(str(weights), cv2.dnn.ENGINE_CLASSIC)
        self._in_order = in_order

    def __call__(self, tile: Picture, floor: float) -> tuple[Seen, ...]:
        """What a tile shows with a score of at least `floor`."""
        self._net.setInput(network_input(tile).transpose(0, 3, 1, 2).copy())
        outputs = self._net.forward(self._net.getUnconnectedOutLayersNames())
        by_size = {output.size: np.asarray(output, np.float32) for output in outputs}
        encodings, logits = by_size[1917 * 4], by_size[1917 * 24].reshape(1917, 24)
        boxes = _ordered(encodings.ravel()) if self._in_order else encodings
        return seen_in(boxes.reshape(1917, 4), logits, floor)


def _ordered(flat: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each feature map's numbers stand anchor by anchor in strides; put them cell by cell."""
    parts, start = [], 0
    for cells, anchors in MAPS:
        end = start + cells * cells * anchors * 4
        parts.append(flat[start:end].reshape(anchors, -1).T.ravel())
        start = end
    return np.concatenate(parts)
