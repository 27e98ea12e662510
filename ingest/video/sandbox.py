"""One job in a process under limits: a hostile or broken video costs its own process, no more.

Law: the answer is a value or Refused, within the time; nothing that the job started outlives it.
"""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from ingest.video.refusals import REASONS, Refused
from ingest.video.settings import VideoSettings
from roadcomb.errors import StorageFull

__all__ = ["run_job"]


def run_job(job: dict[str, Any], settings: VideoSettings, duration_s: float = 0) -> Any:
    """The child's answer to a job on a video of that length. Raises Refused, StorageFull."""
    asked_s = settings.base_s + settings.share_s * duration_s
    seconds = round(min(asked_s, settings.most_s))
    limits = {
        "AS": settings.memory_bytes,
        "CPU": seconds,
        "FSIZE": settings.picture_bytes,
        "CORE": 0,
    }
    asked = {**job, "max_pixels": settings.max_pixels, "limits": limits}
    answer, code = _run(json.dumps(asked).encode(), seconds)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Refused("video-too-much")
    try:
        said = json.loads(answer)
    except ValueError as error:
        raise Refused("video-unreadable", "it breaks the program that reads it") from error
    if "full" in said:
        raise StorageFull("no space is left for the pictures of the videos: free some and go on")
    if "refused" in said:
        reason = said["refused"] if said["refused"] in REASONS else "video-unreadable"
        raise Refused(reason, str(said.get("detail", "")))
    return said["ok"]


def _run(job: bytes, seconds: int) -> tuple[bytes, int]:
    command = [sys.executable, "-m", "ingest.video.child"]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=null, start_new_session=True, env=_environment()
    ) as child:
        try:
            answer, _ = child.communicate(job, timeout=seconds)
            return answer, child.returncode
        except subprocess.TimeoutExpired as late:
            raise Refused("video-too-much") from late
        finally:
            _end(child)


def _environment() -> dict[str, str]:
    """One thread of linear algebra: each core's would reserve address space that is limited."""
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Also ExifTool, which the child may have started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
