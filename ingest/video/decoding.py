"""Pictures out of a video by FFmpeg's libraries (PyAV). Runs in the child process.

Laws: only the local file itself is opened, as the MP4 or MOV that it claims to be; a broken packet
costs its pictures, never the others; the same video gives the same bytes with the same libraries.
A picture asked for at a time is the one shown nearest to it, at most HOLD_MS away.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace

from ingest.video.refusals import Refused
from roadcomb.jpeg import canonical_jpeg

__all__ = ["Container", "probe", "write_pictures"]

HOLD_MS = 250
"""Cameras film at 5 frames a second or more; what is further away was not filmed."""
SEEK_MS = 4_000
"""Longer ways to the next picture are jumped over; key frames lie 0.5 to 2 s apart."""
_THREADS = 4
_CODECS = "h264,hevc,mjpeg,mpeg4,av1,libdav1d"
_OPTIONS = {"protocol_whitelist": "file", "codec_whitelist": _CODECS}
_ORIENTATION = {0: 1, 180: 3, -180: 3, -90: 6, 90: 8}
"""EXIF's number for the display matrix's turn, degrees anticlockwise."""
_BT709, _UNSAID, _BT2020 = 1, 2, 9
"""ITU-T H.273, matrix coefficients."""
_HD_LINES = 720


@dataclass(frozen=True, slots=True)
class Container:
    """What the container says of its pictures; created_ms is UTC or, in many cameras, local."""

    duration_ms: int
    created_ms: int | None
    orientation: int
    model: str


def probe(path: Path, max_pixels: int) -> Container:
    """What the container says; its first picture is decoded. Raises Refused."""
    with _opened(path) as (container, stream):
        _refuse_giants(stream, max_pixels)
        frame = next(_frames(container, stream), None)
        if frame is None:
            raise Refused("video-unreadable", "no picture in it can be decoded")
        seconds = float(stream.duration * stream.time_base) if stream.duration else 0.0
        duration_ms = round(1000 * max(seconds, (container.duration or 0) / av.time_base))
        names = (container.metadata.get(key, "") for key in ("make", "model"))
        return Container(
            duration_ms,
            _created_ms(container.metadata.get("creation_time", "")),
            _ORIENTATION.get(round(frame.rotation), 1),
            " ".join(filter(None, names)),
        )


def write_pictures(
    path: Path, times_ms: Sequence[int], into: Path, quality: int, max_pixels: int
) -> int:
    """Write `<time>.jpg` for each time that was filmed; how many. Raises Refused."""
    written = 0
    with _opened(path) as (container, stream):
        _refuse_giants(stream, max_pixels)
        for time_ms, frame in _nearest(container, stream, sorted(set(times_ms))):
            target = into / f"{time_ms}.jpg"
            temporary = target.with_suffix(".part")
            temporary.write_bytes(_jpeg(frame, quality))
            temporary.replace(target)
            written += 1
    return written


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    try:
        with av.open(str(path.absolute()), format="mov", options=_OPTIONS) as container:
            if not container.streams.video:
                raise Refused("video-unreadable", "it has no video track")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise Refused("video-unreadable", "its pictures are of a codec that is not read")
            stream.codec_context.thread_count = _THREADS
            stream.thread_type = "AUTO"
            yield container, stream
    except (av.error.FFmpegError, ValueError) as error:
        raise Refused("video-unreadable", f"{error}".splitlines()[0][:200]) from error


def _refuse_giants(stream: Any, max_pixels: int) -> None:
    if stream.codec_context.width * stream.codec_context.height > max_pixels:
        raise Refused("video-too-much", "its pictures are larger than any camera's")


def _nearest(container: Any, stream: Any, times_ms: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """(asked time, picture) of those that were filmed, in order."""
    begin_ms = _ms(stream.start_time or 0, stream)
    frames, before, after = _frames(container, stream), None, None
    for time_ms in times_ms:
        if after is None or time_ms - (_frame_ms(after, stream) - begin_ms) > SEEK_MS:
            container.seek(max(0, (time_ms + begin_ms) * 1000))
            frames, before, after = _frames(container, stream), None, None
        while after is None or _frame_ms(after, stream) - begin_ms < time_ms:
            following = next(frames, None)
            if following is None:
                break
            before, after = after, following
        near = [frame for frame in (before, after) if frame is not None]
        away = [abs(_frame_ms(frame, stream) - begin_ms - time_ms) for frame in near]
        if away and min(away) <= HOLD_MS:
            yield time_ms, near[away.index(min(away))]


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Pictures from where the container stands; broken packets are passed over."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue
        yield from (frame for frame in frames if frame.pts is not None)


def _frame_ms(frame: Any, stream: Any) -> int:
    return _ms(frame.pts, stream)


def _ms(ticks: int, stream: Any) -> int:
    milliseconds: int = round(ticks * stream.time_base * 1000)
    return milliseconds


def _jpeg(frame: Any, quality: int) -> bytes:
    pixels = frame.to_ndarray(format="bgr24", src_colorspace=_colours(frame))
    encoded, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not encoded:
        raise Refused("video-unreadable", "a picture of it could not be encoded")
    return canonical_jpeg(data.tobytes())


def _colours(frame: Any) -> Colorspace:
    """The matrix of the video's colours; unsaid, it goes by the lines (ITU-R BT.709 and 601)."""
    if frame.colorspace == _BT2020:
        return Colorspace.BT2020
    high = frame.colorspace == _UNSAID and frame.height >= _HD_LINES
    return Colorspace.ITU709 if high or frame.colorspace == _BT709 else Colorspace.ITU601


def _created_ms(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(when.timestamp() * 1000) if when.year > 2000 else None
