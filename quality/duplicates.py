"""Is a drive's picture new? What is the same picture is not paid twice; what only looks so is held.

The laws:
1. The same view twice within a drive: the later frame is rejected, as `standing-still` where the
   car had not moved on, which is nobody's fault, and as `duplicate-in-drive` elsewhere.
2. A picture (image id) that its own contributor already has accepted or held in another drive:
   rejected, `already-sent`; the rest of the drive is judged as any other. (The very same drive sent
   again is no second drive at all: intake answers with the receipt of the first.)
3. A picture (image id) of somebody else's drive, or `replay_frames` or more that look like another
   drive's, wherever either claims to be, and follow in its order, forwards or backwards: suspicion,
   so the drive is held as `replay-suspected` with the pairs as evidence, and a person decides. Who
   came second is not who copied: the first may have been the thief.
4. A mosaic is a replay: `replay_frames` or more of its frames that look like other contributors',
   each like whichever drive's and in whatever order, hold the drive as law 3 does.
5. Looks alone hold nobody: some pairs of each suspicion are compared point by point
   (quality/geometry.py), and where most are no copies, it is dropped. What cannot be compared any
   more stays suspected.
6. A proven replay is rejected, `replay`: `replay_frames` or more pictures, and nine in ten of the
   drive's, are bit by bit, in order, those of one accepted drive of somebody else. No second camera
   writes the same bytes, so the drive shows nothing that is not there and paid already, and paying
   it again would be wrong whoever of the two took the pictures. That is why a machine may say so.
   It is no judgement on who copied: the owner can have it reviewed, and a person who finds the
   first to be the thief lets the second one in.

Laws 3 to 6 are in replays.py. Two accounts in one car are no copies, as each camera takes its own
pictures: it is noted (companions.py), and a cell's reward is split by design.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quality.fingerprint import distances, to_words
from quality.search import FrameIndex, Seen
from roadcomb.records import Verdict

__all__ = ["Candidate", "already_sent", "duplicates"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A frame of the drive that is judged; fingerprint None: not comparable."""

    n: int
    image_id: bytes
    cell: int
    fingerprint: bytes | None
    crops: bytes = b""


def already_sent(
    frames: Sequence[Candidate], index: FrameIndex, drive_id: str, contributor: str
) -> set[int]:
    """The n of frames that law 2 rejects."""
    return {
        frame.n
        for frame in frames
        if any(
            seen.accepted and _is_paid_to(index, seen, contributor)
            for seen in index.same_image(frame.image_id)
            if seen.drive_id != drive_id
        )
    }


def duplicates(frames: Sequence[Candidate], radius: int) -> dict[int, int]:
    """The n of frames that look like an earlier one which is not rejected itself -> its n."""
    comparable = [frame for frame in frames if frame.fingerprint is not None]
    words = to_words(b"".join(frame.fingerprint or b"" for frame in comparable))
    earlier = np.empty_like(words)  # of those that are kept, in their order
    kept: list[int] = []
    repeated: dict[int, int] = {}
    for word, frame in zip(words, comparable, strict=True):
        alike = (distances(word, earlier[: len(kept)]) <= radius).nonzero()[0]
        if len(alike):
            repeated[frame.n] = kept[alike[0]]
        else:
            earlier[len(kept)] = word
            kept.append(frame.n)
    return repeated


def _is_paid_to(index: FrameIndex, seen: Seen, contributor: str) -> bool:
    drive = index.drives[seen.drive_id]
    return drive.contributor == contributor and drive.verdict != Verdict.REJECTED
