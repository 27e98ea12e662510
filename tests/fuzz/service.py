"""One node behind a socket for all inputs of a process, and what it answers to bytes."""

from contextlib import ExitStack
from functools import cache
from pathlib import Path

import httpx

from api.app import create_app
from ingest.intake import open_drive
from ingest.limits import IntakeSettings
from tests.api.serving import serving
from tests.drives import drive_of, make_node, pictures

__all__ = ["answered"]

_LIMITS = IntakeSettings(reserve_bytes=0)
_OPEN = ExitStack()
"""Ends with the process."""


def answered(folder: Path, path: str, body: bytes, kind: str, encoding: str | None = None) -> str:
    """The problem that the node names; "" where it takes the body. Fails where it is to blame."""
    client, drive_id = _node(folder.parent / "node")
    headers = {"content-type": kind} | ({"content-encoding": encoding} if encoding else {})
    answer = client.post(path.format(drive=drive_id), content=body, headers=headers)
    if answer.status_code >= 500:
        raise AssertionError(f"{answer.status_code}: {answer.text[:500]}")
    if answer.status_code < 400:
        return ""
    problem: str = answer.json()["type"]
    return problem.rpartition("/")[2]


@cache
def _node(folder: Path) -> tuple[httpx.Client, str]:
    node = make_node(folder)
    drive = open_drive(node, drive_of(pictures(5)), _LIMITS)
    return _OPEN.enter_context(serving(create_app(node, limits=_LIMITS))), drive.drive_id
