"""Is a file still what it was when it was read? Told without reading it again.

Law: a seal is firm only when the bytes read cannot have changed unseen. Size, times, inode and
device are compared before and after the reading, and the file must have rested for `REST_S` before
it: file systems tell times in steps (ext4 of 4 ms, FAT of 2 s), so a change within a step of the
reading would leave no trace. Who sends by a seal still has the receiver check the digest.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from roadcomb.jpeg import Runs

__all__ = ["REST_S", "Seal", "read_by_seal", "read_sealed"]

REST_S = 5
"""More than twice FAT's steps."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the system says of a file; another one once its bytes were written. Times in ns."""

    size: int
    written_ns: int
    changed_ns: int
    inode: int
    device: int


def read_sealed(path: Path, now_ns: Callable[[], int]) -> tuple[bytes, Seal, bool]:
    """The bytes of a file, its seal, and whether that is firm. Raises OSError.

    now_ns: the machine's clock, ns since 1970.
    """
    with path.open("rb", buffering=0) as file:
        seal = _seal(file.fileno())
        began_ns = now_ns()
        data = file.readall()
        alone = seal == _seal(file.fileno()) and len(data) == seal.size
    rested = max(seal.written_ns, seal.changed_ns) + REST_S * 10**9 <= began_ns
    return data, seal, alone and rested


def read_by_seal(path: Path, seal: Seal, runs: Runs) -> bytes | None:
    """These runs of a file, joined; None when it is no longer the sealed one. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        if _seal(file.fileno()) != seal:
            return None
        parts: list[bytes] = []
        for start, end in runs:
            file.seek(start)
            parts.append(file.read(end - start))
        data = b"".join(parts)
        whole = len(data) == sum(end - start for start, end in runs)
        return data if whole and _seal(file.fileno()) == seal else None


def _seal(handle: int) -> Seal:
    status = os.fstat(handle)
    return Seal(
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
    )
