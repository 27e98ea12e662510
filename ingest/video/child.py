"""The process that touches a video's bytes: `python -m ingest.video.child`, one job, then the end.

It sets its own limits of memory, CPU and file size before it loads any parser, reads a job as JSON
on stdin and answers JSON on stdout: {"ok": ...} or {"refused": reason, "detail": words}.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Do the job on stdin."""
    job = json.load(sys.stdin)
    _limit(job["limits"])
    from ingest.video.refusals import Refused

    try:
        answer = {"ok": _DO[job["do"]](job)}
    except Refused as refused:
        answer = {"refused": refused.reason, "detail": str(refused)}
    except MemoryError:
        answer = {"refused": "video-too-much", "detail": "it needs more memory than is allowed"}
    except Exception as error:  # a damaged file breaks the parsers in any way there is
        detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        answer = {"refused": "video-unreadable", "detail": detail}
    json.dump(answer, sys.stdout)


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
    from ingest.video.telemetry import telemetry_to_json

    path = Path(job["path"])
    container = probe(path, job["max_pixels"])
    telemetry = read_telemetry(path, container.created_ms, job["exiftool"])
    return {"container": asdict(container), "telemetry": telemetry_to_json(telemetry)}


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
