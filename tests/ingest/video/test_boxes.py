"""Boxes: one that says more than the file holds is the last, and none is read past its end."""

import struct
from pathlib import Path

import pytest

from ingest.video.boxes import Box, boxes
from tests.ingest.video.drawn import box


@pytest.mark.parametrize("claimed", [16, 2**32, 2**62, 2**63, 2**64 - 1])
def test_a_box_of_any_claimed_size_ends_with_the_file(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", claimed) + b"inside")
    end = path.stat().st_size
    with path.open("rb") as file:
        assert list(boxes(file, 0, end)) == [
            Box(b"ftyp", 8, 12),
            Box(b"moov", 28, min(12 + claimed, end)),
        ]


def test_a_long_head_that_does_not_fit_is_no_box(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(struct.pack(">I4sQ", 1, b"gps ", 2**40) + b"other boxes")
    with path.open("rb") as file:
        assert list(boxes(file, 0, 12)) == []
