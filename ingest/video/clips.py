"""A video's pictures on demand: made by a child process into a cache, removed when no longer asked.

Laws: nothing is decoded before one picture is wanted, and then all of the video's pictures at once;
a picture never half stands in the cache; the cache is named after the video's bytes' identity
(path, size, time of change) and the quality, so that a run that was killed is gone on with.
They are removed together when the drive they were made for has its receipt.
"""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.video.refusals import Refused
from ingest.video.sandbox import run_job
from ingest.video.settings import VideoSettings
from roadcomb.canonical import digest_of_json

__all__ = ["Clip", "ClipFrame", "clip_of"]


@dataclass(eq=False)
class Clip:
    """The pictures of one video that are wanted, by their time in it."""

    video: Path
    times_ms: Sequence[int]
    duration_ms: int
    folder: Path
    settings: VideoSettings
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: bool = False

    def read(self, time_ms: int) -> bytes:
        """The JPEG of that time. Raises OSError where the video has none."""
        path = self.folder / f"{time_ms}.jpg"
        with self._lock:
            if not self._made and not path.exists():
                self._make()
        return path.read_bytes()

    def discard(self) -> None:
        """Remove its pictures; asked again, they are made again."""
        with self._lock:
            self._made = False
            shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        job = {
            "do": "pictures",
            "path": str(self.video.absolute()),
            "times_ms": list(self.times_ms),
            "into": str(self.folder.absolute()),
            "quality": self.settings.quality,
        }
        try:
            run_job(job, self.settings, self.duration_ms / 1000)
        except Refused as refused:
            raise OSError(f"{self.video}: {refused}") from refused
        finally:
            for part in self.folder.glob("*.part"):
                part.unlink(missing_ok=True)
        self._made = True


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One picture of a clip; see ingest.sources.Source."""

    clip: Clip
    time_ms: int

    def read(self) -> bytes:
        """Its JPEG. Raises OSError."""
        return self.clip.read(self.time_ms)

    def discard(self) -> None:
        """Remove it, and the clip's other pictures with it."""
        self.clip.discard()


def clip_of(
    video: Path, times_ms: Sequence[int], duration_ms: int, cache: Path, settings: VideoSettings
) -> Clip:
    """The clip of a video as it is now. Raises OSError."""
    status = video.stat()
    seen = (str(part) for part in (status.st_size, status.st_mtime_ns, settings.quality))
    name = digest_of_json([str(video.absolute()), *seen])[:32]
    return Clip(video, times_ms, duration_ms, cache / name, settings)
