"""The process that touches a video's bytes: `python -m ingest.video.child`, one job, then the end.

It sets its own limits of memory, CPU and file size before it loads any parser, reads a job as JSON
on stdin and answers JSON on stdout: {"ok": ...}, {"refused": reason, "detail": words} or
{"full": true} where the disk is.
"""

import errno
import json
import resource
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


def main() -> None:
    """Do the job on stdin."""
    job = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a parser prints is no part of the answer
    _limit(job["limits"])
    from ingest.video.refusals import Refused

    answer: dict[str, Any]
    try:
        answer = {"ok": _DO[job["do"]](job)}
    except Refused as refused:
        answer = {"refused": refused.reason, "detail": str(refused)}
    except OSError as error:
        answer = {"full": True} if error.errno in _FULL else _refused(error)
    except MemoryError:
        answer = {"refused": "video-too-much", "detail": "it needs more memory than is allowed"}
    except Exception as error:  # a damaged file breaks the parsers in any way there is
        answer = _refused(error)
    json.dump(answer, answers)


def _refused(error: Exception) -> dict[str, Any]:
    detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return {"refused": "video-unreadable", "detail": detail}


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (most, most))


def _probe(job: dict[str, Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from ingest.video.decoding import probe
    from ingest.video.parsers import read_telemetry
    from ingest.video.refusals import Refused
    from ingest.video.telemetry import telemetry_to_json

    path = Path(job["path"])
    container = probe(path, job["max_pixels"])
    answer: dict[str, Any] = {"container": asdict(container)}
    try:
        telemetry = read_telemetry(path, container.created_ms, job["exiftool"])
    except Refused as refused:  # a track beside the video may do without
        return {**answer, "telemetry": None, "reason": refused.reason, "detail": str(refused)}
    return {**answer, "telemetry": telemetry_to_json(telemetry)}


def _pictures(job: dict[str, Any]) -> int:
    from ingest.video.decoding import write_pictures

    into = Path(job["into"])
    into.mkdir(parents=True, exist_ok=True)
    return write_pictures(
        Path(job["path"]), job["times_ms"], into, job["quality"], job["max_pixels"]
    )


_DO = {"probe": _probe, "pictures": _pictures}

if __name__ == "__main__":
    main()
