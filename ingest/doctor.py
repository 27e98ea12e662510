"""Is this machine fit to upload: key and its backup, clock, disk, node, optional tools?

The law: nothing is changed and nothing leaves the machine but a question for the node's name and
clock. A trouble stops uploads or endangers rewards; a note is worth knowing.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from roadcomb import __version__
from roadcomb.errors import RoadcombError
from roadcomb.keys import Key

__all__ = [
    "Finding",
    "Health",
    "backup_finding",
    "clock_finding",
    "disk_finding",
    "key_findings",
    "node_findings",
    "note_key_backup",
    "tool_finding",
]

CLOCK_NOTE_MS = 2_000
CLOCK_TROUBLE_MS = 300_000
"""A signed request is valid for five minutes (ingest/requests.py)."""
DISK_BYTES = 200_000_000
"""Free space below which saving state and receipts is at risk."""
_NOTE = "key-backup.json"


class Health(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do."""

    what: str
    health: Health
    words: str


def key_findings(load: Callable[[], Key], config: Path) -> Iterator[Finding]:
    """Of the contributor's key and its backup."""
    try:
        key = load()
    except RoadcombError as error:
        yield Finding("key", Health.TROUBLE, str(error))
        return
    yield Finding("key", Health.OK, key.public)
    yield backup_finding(config, key.signer)


def note_key_backup(config: Path, signer: str, file: Path) -> None:
    """Remember that the key was backed up into a file; not where it is kept since then."""
    config.mkdir(parents=True, exist_ok=True)
    (config / _NOTE).write_text(json.dumps({"key": signer, "file": str(file.absolute())}))


def backup_finding(config: Path, signer: str) -> Finding:
    """Whether a backup was made of the very key that signs now, which a rotation replaces."""
    try:
        note: Any = json.loads((config / _NOTE).read_text())
        file, same = Path(note["file"]), note["key"] == signer
    except (OSError, ValueError, KeyError, TypeError):
        words = "none was made on this machine: `roadcomb key backup FILE`; losing it loses rewards"
        return Finding("key backup", Health.NOTE, words)
    if not same:
        words = f"{file} holds a key that signs no more: `roadcomb key backup FILE` writes this one"
        return Finding("key backup", Health.NOTE, words)
    elsewhere = "" if file.exists() else ", which is not here now: see that you have it"
    return Finding("key backup", Health.OK, f"written to {file}{elsewhere}")


def clock_finding(machine_ms: int, node_ms: int) -> Finding:
    """This machine's clock against the node's. Uploads use the node's, so being off is no loss."""
    off_ms = machine_ms - node_ms
    words = f"{abs(off_ms) / 1000:.1f} s {'ahead of' if off_ms > 0 else 'behind'} the node's"
    if abs(off_ms) > CLOCK_TROUBLE_MS:
        return Finding("clock", Health.TROUBLE, f"{words}: set it, or let it be set by NTP")
    health = Health.NOTE if abs(off_ms) > CLOCK_NOTE_MS else Health.OK
    return Finding("clock", health, words)


def disk_finding(folder: Path) -> Finding:
    """Free space where upload state and receipts are kept."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    words = f"{free // 10**6} MB free for {folder}"
    if free < DISK_BYTES:
        return Finding("disk", Health.TROUBLE, f"{words}: make room for receipts")
    return Finding("disk", Health.OK, words)


def node_findings(
    url: str | None,
    ask: Callable[[str], Mapping[str, Any]],
    now_ms: Callable[[], int],
    pin: Callable[[str, str], None],
) -> Iterator[Finding]:
    """Of the node at an address: reachable, the one we know by its key, its version, its clock.

    ask: url -> GET /v1/node. pin: raises unless the key is the known one (ingest/knownnodes.py).
    """
    if url is None:
        yield Finding("node", Health.NOTE, "none is known yet: name it with --to URL")
        return
    try:
        before_ms = now_ms()
        answer = ask(url)
        machine_ms = (before_ms + now_ms()) // 2
        version, node_ms = str(answer["version"]), int(answer["now_ms"])
        key = str(answer["node"])
        pin(url, key)
    except RoadcombError as error:
        yield Finding("node", Health.TROUBLE, str(error))
        return
    except (KeyError, TypeError, ValueError):
        yield Finding("node", Health.TROUBLE, f"what answers at {url} is no Roadcomb node")
        return
    same = version.split(".")[:2] == __version__.split(".")[:2]
    words = f"{url} runs {version}, this machine {__version__}; its key is {key}"
    yield Finding("node", Health.OK if same else Health.NOTE, words)
    yield clock_finding(machine_ms, node_ms)


def tool_finding(name: str, purpose: str) -> Finding:
    """Whether an optional program is installed."""
    path = shutil.which(name)
    if path is None:
        return Finding(name, Health.NOTE, f"not installed; it {purpose}")
    return Finding(name, Health.OK, path)
