"""Where an auditor gets albums and pictures: from the node, or from a folder kept from earlier.

The law: what a source hands out was asked for by its SHA-256 and has it; anything else is refused.
None is what is not shown there any more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import IntegrityError, NotFound, PaymentRequired, Unreachable
from roadcomb.files import write_durably

__all__ = ["FolderSource", "NodeSource", "Source", "opened_source"]


class Source(Protocol):
    """Albums and pictures by their digests."""

    def album(self, digest: str) -> bytes | None:
        """The file of an album."""

    def picture(self, public_id: str, n: int, digest: str) -> bytes | None:
        """The n-th picture of a drive."""


class FolderSource:
    """A folder of files named by their digests, as `--keep` writes them."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotFound(f"there is no folder {folder}: `audit --pictures --keep` writes one")
        self._folder = folder

    def album(self, digest: str) -> bytes | None:
        """As Source says."""
        return self._file(f"{digest}.json", digest)

    def picture(self, public_id: str, n: int, digest: str) -> bytes | None:
        """As Source says."""
        return self._file(f"{digest}.jpg", digest)

    def _file(self, name: str, digest: str) -> bytes | None:
        path = self._folder / name
        return _checked(path.read_bytes(), digest, str(path)) if path.is_file() else None


class NodeSource:
    """A node over HTTP; keep: where what it answers is kept for the next time, if anywhere."""

    def __init__(self, client: httpx.Client, keep: Path | None = None) -> None:
        self._client = client
        self._keep = keep

    def album(self, digest: str) -> bytes | None:
        """As Source says."""
        return self._kept(f"{digest}.json", digest, f"/v1/albums/{digest}")

    def picture(self, public_id: str, n: int, digest: str) -> bytes | None:
        """As Source says. Raises PaymentRequired where the node wants a key for full pictures."""
        return self._kept(f"{digest}.jpg", digest, f"/v1/pictures/{public_id}/{n}/full.jpg")

    def _kept(self, name: str, digest: str, path: str) -> bytes | None:
        data = self._get(path)
        if data is None:
            return None
        _checked(data, digest, path)
        if self._keep is not None:
            write_durably(self._keep / name, data)
        return data

    def _get(self, path: str) -> bytes | None:
        try:
            answer = self._client.get(path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{self._client.base_url} does not answer: {error}") from error
        if answer.status_code in (404, 409, 410):
            return None
        if answer.status_code == 402:
            raise PaymentRequired("full pictures are metered there: name a key with --api-key")
        if answer.is_error:
            raise Unreachable(f"{self._client.base_url}{path} answers {answer.status_code}")
        return answer.content


def _checked(data: bytes, digest: str, where: str) -> bytes:
    if digest_of_bytes(data) != digest:
        raise IntegrityError(f"{where} is not what was committed to: its digest is another")
    return data


@contextmanager
def opened_source(
    named: str, keep: Path | None = None, api_key: str | None = None
) -> Iterator[Source]:
    """The node at an address, or a folder; api_key: for full pictures where these are metered.

    Raises NotFound where there is no such folder.
    """
    if not named.startswith(("http://", "https://")):
        yield FolderSource(Path(named))
        return
    headers = {} if api_key is None else {"X-Api-Key": api_key}
    with httpx.Client(base_url=named, timeout=60, headers=headers) as client:
        yield NodeSource(client, keep)
