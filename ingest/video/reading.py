"""Videos of a folder as recordings: places from the track beside them, else from the video itself.

Laws: a video gives stills or is rejected as one with a reason, whatever it holds; clips that one
camera wrote into one folder are one recording, so that a trip is not cut at each clip's end; a
front and a rear camera (their names end in other letters) are two.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ingest.clockshift import suggest
from ingest.folder import Recording
from ingest.lanes import in_lanes
from ingest.screening import Rejected
from ingest.settings import ReadSettings, ScreenSettings
from ingest.stills import Beside, Still
from ingest.tracks import Track
from ingest.video.choosing import choose, even
from ingest.video.clips import ClipFrame, clip_of
from ingest.video.refusals import Refused
from ingest.video.sandbox import run_job
from ingest.video.settings import VideoSettings
from ingest.video.telemetry import Telemetry, telemetry_from_json
from roadcomb.records import Fix

__all__ = ["VideoReader", "is_video"]

_SUFFIXES = {".mp4", ".mov", ".m4v"}
_LETTERS = re.compile(r"[A-Za-z]*$")


def is_video(name: str) -> bool:
    """Whether a file is read as a video, by its name."""
    return not name.startswith(".") and Path(name).suffix.lower() in _SUFFIXES


@dataclass(frozen=True, slots=True)
class VideoReader:
    """Reads videos; their pictures are made in `cache` when they are asked for."""

    cache: Path
    video: VideoSettings
    screening: ScreenSettings
    reading: ReadSettings

    def __call__(
        self, folder: Path, names: Sequence[Path], beside: Callable[[], Beside]
    ) -> Iterator[Recording]:
        """One recording for each camera that wrote into the folder; `beside` is asked at need."""
        videos = [path for path in names if is_video(path.name)]
        groups: dict[str, list[Path]] = {}
        for path in sorted(videos):
            groups.setdefault(_camera(path), []).append(path)
        for paths in groups.values():
            yield self._recording(folder, paths, beside())

    def _recording(self, folder: Path, paths: Sequence[Path], beside: Beside) -> Recording:
        stills: list[Still] = []
        rejected: list[Rejected[Path]] = []
        troubles: dict[str, list[Path]] = {}
        for path, found in in_lanes(partial(self._tried, beside.track), paths, self.video.lanes):
            if isinstance(found, Refused):
                rejected.append(Rejected(path, found.reason))
                troubles.setdefault(str(found), []).append(path)
            elif isinstance(found, OSError):
                rejected.append(Rejected(path, "unreadable"))
            else:
                stills += found
        stills.sort(key=lambda still: still.t_ms or 0)
        told = [_told(trouble, videos) for trouble, videos in troubles.items()]
        troubled = (*beside.troubles, *told)
        return Recording(folder, tuple(stills), tuple(rejected), troubled, beside.notes, True)

    def _tried(self, beside: Track, path: Path) -> list[Still] | Refused | OSError:
        try:
            return self._stills(path, beside)
        except (Refused, OSError) as error:
            return error

    def _stills(self, path: Path, beside: Track) -> list[Still]:
        status = path.stat()
        job = {"do": "probe", "path": str(path.absolute()), "exiftool": self._exiftool()}
        said: dict[str, Any] = run_job(job, self.video)
        container, hidden = said["container"], said["telemetry"] is None
        telemetry = Telemetry("none") if hidden else telemetry_from_json(said["telemetry"])
        start_ms, zoned = self._start(container["created_ms"], telemetry)
        duration_ms: int = container["duration_ms"]
        track = _track_beside(beside, start_ms, duration_ms) or even(telemetry.fixes, self.reading)
        if not track.fixes and hidden:
            raise Refused(said["reason"], said["detail"])
        if not track.fixes:
            raise Refused("video-no-gps", self._advice(beside, start_ms, duration_ms))
        chosen = choose(track, duration_ms, self.screening, self.reading)
        clip = clip_of(path, [fix.t_ms for fix in chosen], duration_ms, self.cache, self.video)
        return [
            Still(
                path / f"{path.stem}_{fix.t_ms:09d}.jpg",
                status.st_size // len(chosen),
                status.st_mtime_ns,
                start_ms + fix.t_ms,
                replace(fix, t_ms=start_ms + fix.t_ms),
                telemetry.model or container["model"],
                container["orientation"],
                zoned,
                ClipFrame(clip, fix.t_ms),
            )
            for fix in chosen
        ]

    def _start(self, created_ms: int | None, telemetry: Telemetry) -> tuple[int, bool]:
        """UTC of the first picture, and whether that is more than the camera's own clock."""
        start_ms, zoned = telemetry.start_ms, telemetry.zoned
        if start_ms is None:
            start_ms, zoned = created_ms, False
        if start_ms is None:
            raise Refused("video-no-time")
        offset_ms = round(self.reading.time_offset_s * 1000)
        if zoned:
            return start_ms + offset_ms, True
        return start_ms - self.reading.clock_offset_min * 60_000 + offset_ms, offset_ms != 0

    def _exiftool(self) -> str | None:
        return shutil.which(self.video.exiftool)

    def _advice(self, beside: Track, start_ms: int, duration_ms: int) -> str:
        times = range(start_ms, start_ms + max(duration_ms, 1), 1000)
        offset = suggest(times, beside, self.reading.track_gap_s)
        if offset is not None:
            return f"the track beside it is of another time: {offset.words()}"
        if self._exiftool() is None:
            return (
                "no GPS that is read without ExifTool: install it (exiftool.org) or put a track "
                "(GPX, NMEA) beside the video"
            )
        return "ExifTool finds no GPS in it either: put a track (GPX, NMEA) beside the video"


def _told(trouble: str, videos: Sequence[Path]) -> str:
    """One line, however many clips of a card share the trouble."""
    others = f" and {len(videos) - 1} more" if len(videos) > 1 else ""
    return f"{videos[0]}{others}: {trouble}"


def _camera(path: Path) -> str:
    """Which of the cameras that share a folder: the letter at the end of its name."""
    letters = _LETTERS.search(path.stem)
    return letters.group()[-1:].upper() if letters else ""


def _track_beside(beside: Track, start_ms: int, duration_ms: int) -> Track | None:
    """The part of a track that was recorded during the video, from the video's start."""
    fixes = [fix for fix in beside.fixes if -60_000 <= fix.t_ms - start_ms < duration_ms + 60_000]
    if not any(0 <= fix.t_ms - start_ms < duration_ms for fix in fixes):
        return None
    shifted = tuple(_shifted(fix, start_ms) for fix in fixes)
    return Track(shifted, tuple(fix.t_ms for fix in shifted))


def _shifted(fix: Fix, start_ms: int) -> Fix:
    return replace(fix, t_ms=fix.t_ms - start_ms)
