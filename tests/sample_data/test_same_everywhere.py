"""The same pose and conditions give the same bytes, whatever the processor can do."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from sample_data import Conditions, Device, Pose, draw
from sample_data.generate import write_small
from sample_data.render import copied, encoded

ROOT = Path(__file__).resolve().parents[2]

PLAIN = """
import sys
import cv2
cv2.setUseOptimized(False)
from tests.sample_data.test_same_everywhere import digest
sys.stdout.write(digest())
"""

CV2_FEATURES = "SSE4.1,SSE4.2,AVX,FP16,AVX2,AVX512-SKX,NEON,FP16"


def digest() -> str:
    """SHA-256 over the JPEGs of two frames, one through a dirty lens, and a thief's copy."""
    corner = Pose(8.0, 92.0, 52.0)
    clean = encoded(draw(corner, Conditions(device=Device(640, 360))), 85)
    soiled = Device(640, 360, exposure=150, contrast=120, dirt=80, dirt_seed=3)
    dirty = encoded(draw(corner, Conditions(device=soiled)), 85)
    return hashlib.sha256(clean + dirty + copied(clean, 1, 60)).hexdigest()


def numpy_features() -> str:
    """The vector instructions numpy would use here beyond its baseline."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return " ".join(found)


def test_a_frame_is_the_same_without_any_vector_instructions() -> None:
    bare = {
        **os.environ,
        "OPENCV_CPU_DISABLE": CV2_FEATURES,
        "OPENCV_IPP": "disabled",
        "NPY_DISABLE_CPU_FEATURES": numpy_features(),
        "JSIMD_FORCENONE": "1",
    }
    run = subprocess.run(
        [sys.executable, "-c", PLAIN],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == digest()


def test_a_frame_does_not_depend_on_what_was_drawn_before_or_on_threads() -> None:
    pose, conditions = Pose(104.0 + 1.7, 30.0, 3.0), Conditions(device=Device(640, 360))
    first = draw(pose, conditions)
    cv2.setNumThreads(4)
    draw(Pose(1.7, 0.0, 0.0), conditions)
    assert np.array_equal(first, draw(pose, conditions))


def test_the_drive_in_git_is_drawn_again_byte_for_byte(tmp_path: Path) -> None:
    write_small(tmp_path)
    kept = {path.name: path.read_bytes() for path in (ROOT / "sample_data/drive").iterdir()}
    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept.keys() == drawn.keys()
    assert [name for name in kept if kept[name] != drawn[name]] == []


def test_the_drive_in_git_is_small() -> None:
    files = list((ROOT / "sample_data/drive").iterdir())
    assert sum(path.stat().st_size for path in files) < 600_000
    assert sum(path.suffix == ".jpg" for path in files) == 24
