"""One check a thing that is kept: reading it whole says whether it is what was promised.

A check raises when its thing is damaged or missing; it answers nothing. `key` is the thing's name
in the blob store, so that what no check names is unreferenced; other places have none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quality import judgement
from roadcomb.blobs import SUMS, Blobs
from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError, Unreachable

__all__ = ["Check", "Damage", "addressed", "judged", "run", "summed"]


@dataclass(frozen=True, slots=True)
class Check:
    """What is checked, by which act, and its key in the blob store, if it lies there."""

    place: str
    act: Callable[[], object]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """A place and what is wrong with it, one line."""

    place: str
    what: str


def run(check: Check) -> Iterator[Damage]:
    """The damage that the check finds, if any. Raises Unreachable: a store that is away proves
    nothing.
    """
    try:
        check.act()
    except Unreachable:
        raise
    except Exception as error:  # damaged bytes may break any reader in any way
        words = " ".join(str(error).split()) or type(error).__name__
        yield Damage(check.place, words)


def addressed(blobs: Blobs, prefix: str, digest: str) -> Check:
    """Of a blob that is named by its digest."""
    key = f"{prefix}/{digest}"
    return Check(key, lambda: blobs.get_addressed(prefix, digest), key)


def judged(blobs: Blobs, digest: str) -> Check:
    """Of a judgement: both its parts."""
    key = f"{judgement.PREFIX}/{digest}"
    return Check(key, lambda: judgement.load(blobs, digest), key)


def summed(blobs: Blobs, key: str) -> Check:
    """Of a blob whose digest was stored beside it (Blobs.put_summed)."""
    return Check(key, lambda: _check_sum(blobs, key), key)


def _check_sum(blobs: Blobs, key: str) -> None:
    if digest_of_bytes(blobs.get(key)).encode() != blobs.get(f"{SUMS}/{key}"):
        raise IntegrityError(f"the bytes and their checksum in {SUMS}/{key} differ")
