"""From the light of the scene to the sensor's picture: dirt, exposure, colour, grain.

What sticks to the glass stays where it is from frame to frame; the scene moves behind it.
"""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from sample_data.conditions import Conditions, Device, Light
from sample_data.dice import Bytes, Dice
from sample_data.noise import field, patch
from sample_data.raster import Mask

Weights = npt.NDArray[np.uint16]


@lru_cache(maxsize=16)
def _curve(device: Device, light: Light) -> Bytes:
    """(1, 256, 3) table of exposure and contrast in percent, and of warmth."""
    linear = np.arange(256) * device.exposure // 100
    grey = (linear - 116) * device.contrast // 100 + 116
    warmth = np.array((-light.warmth, 0, light.warmth))
    table = grey[:, None] + warmth[None, :] * np.minimum(np.arange(256), 255)[:, None] // 255
    return np.asarray(np.clip(table, 0, 255).astype(np.uint8)[None, ...])


@lru_cache(maxsize=4)
def _smear(device: Device) -> tuple[Weights, Weights]:
    """How much of the scene passes the glass (0..256), and what the dirt adds: (h, w, 1)."""
    dice = Dice("smear", device.dirt_seed)
    rows, columns = device.height, device.width
    cloud = patch("cloud", dice, rows, columns, 3) + patch("leaves", dice, rows, columns, 4) // 3
    wiped = np.repeat(patch("wall", dice, 1, columns, 5), rows, axis=0) // 3
    thick = np.clip((cloud * 2 + wiped + 20) * device.dirt // 80, 0, 190)
    scene = (256 - thick).astype(np.uint16)[..., None]
    veil = (thick * 168 + 128).astype(np.uint16)[..., None]
    return scene, veil


@lru_cache(maxsize=4)
def _drops(device: Device) -> Mask:
    """255 where a drop throws the scene out of focus."""
    dice = Dice("drops", device.dirt_seed)
    mask = np.zeros((device.height, device.width), np.uint8)
    for _ in range(10):
        middle = (dice.below(device.width), dice.below(device.height))
        radius = device.width * (3 + dice.below(7)) // 100
        cv2.circle(mask, middle, radius, 255, -1)
    return mask


def _softened(picture: Bytes, shrink: int) -> Bytes:
    """The picture without detail finer than `shrink` pixels."""
    rows, columns = picture.shape[:2]
    size = (columns // shrink, rows // shrink)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    full = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR_EXACT)
    return np.asarray(full, np.uint8)


def _through_dirt(picture: Bytes, device: Device) -> None:
    """A greasy film that scatters light, drops that throw out of focus, smears that veil."""
    film = np.uint16(device.dirt * 2)
    glow = _softened(picture, 4)
    picture[...] = (picture * (np.uint16(256) - film) + glow * film) >> np.uint16(8)
    cv2.copyTo(_softened(picture, 8), _drops(device), picture)
    passes, adds = _smear(device)
    picture[...] = (picture * passes + adds) >> np.uint16(8)


@lru_cache(maxsize=4)
def _grain(width: int, height: int, percent: int) -> tuple[Bytes, Bytes]:
    """Grey levels that the sensor's noise adds and takes away, a little larger than a picture."""
    tile = (field("grain").astype(np.int32) * percent // 2400)[..., None]
    noise = np.tile(tile, (-(-height // 512) + 1, -(-width // 512) + 1, 1))
    up = np.repeat(np.clip(noise, 0, 255).astype(np.uint8), 3, axis=2)
    down = np.repeat(np.clip(-noise, 0, 255).astype(np.uint8), 3, axis=2)
    return up, down


def _grained(picture: Bytes, seed: int, percent: int) -> Bytes:
    rows, columns = picture.shape[:2]
    dice = Dice("grain", seed)
    top, left = dice.below(512), dice.below(512)
    up, down = _grain(columns, rows, percent)
    place = (slice(top, top + rows), slice(left, left + columns))
    return np.asarray(cv2.subtract(cv2.add(picture, up[place]), down[place]), np.uint8)


def exposed(scene: Bytes, conditions: Conditions) -> Bytes:
    """What the sensor records of a scene (h, w, 3), which is overwritten."""
    device = conditions.device
    cv2.LUT(scene, _curve(device, conditions.light), dst=scene)
    if device.dirt:
        _through_dirt(scene, device)
    return _grained(scene, conditions.grain_seed, device.grain)
