"""The blob seam: bytes under a key, in a local folder or an S3-compatible store, through obstore.

The law: when `put` returns, the bytes survive a power cut. On a folder that is a temporary name,
fsync, rename, fsync of the folder; an object store promises it with its answer. Every operation may
raise IntegrityError for a folder that fails, and Unreachable for a store that does not answer: the
first is damage, the second heals by waiting.
"""

import errno
import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from roadcomb.canonical import digest_of_bytes
from roadcomb.errors import (
    IntegrityError,
    NotFound,
    RoadcombError,
    StorageFull,
    Unreachable,
    UsageError,
)
from roadcomb.files import make_folder, writing

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["SUMS", "Blobs", "open_blobs"]

SUMS = "sums"
"""Prefix of the digests of what put_summed stored."""

_NO_SPACE = ("os error 28", "os error 122")
"""ENOSPC and EDQUOT as obstore words them."""


class Blobs:
    """A store of bytes by key; `root` is its folder when it is local."""

    def __init__(self, store: ObjectStore, root: Path | None = None) -> None:
        self._store = store
        self._root = root
        self._folder = str(root)

    def put(self, key: str, data: bytes) -> None:
        """Store durably (see the module's law). Raises StorageFull."""
        with self._in_our_words(key):
            if self._root is None:
                obstore.put(self._store, key, data)
            else:
                self._put_synced(self._root, key, data)

    def put_addressed(self, prefix: str, data: bytes) -> str:
        """Store under `prefix/<SHA-256>`; answers the digest.

        Storing again renews its time, so that what is about to be named is never taken for an old
        leftover (`roadcomb fsck --prune`); in a folder nothing else is written.
        """
        digest = digest_of_bytes(data)
        if not self._renewed(f"{prefix}/{digest}"):
            self.put(f"{prefix}/{digest}", data)
        return digest

    def _renewed(self, key: str) -> bool:
        """Whether a folder had the key; its name is durable by then, whoever wrote it."""
        path = self.local_path(key)
        if path is None:
            return False
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        _sync(path.parent)
        return True

    def put_summed(self, key: str, data: bytes) -> None:
        """Store bytes whose name is not their digest, and before them their SHA-256.

        So `roadcomb fsck` sees a flipped bit even where no content hangs on it.
        """
        self.put(f"{SUMS}/{key}", digest_of_bytes(data).encode())
        self.put(key, data)

    @contextmanager
    def writing_summed(self, key: str) -> Iterator[BinaryIO]:
        """A file to write bytes to that may be many; when it is left they are stored as put_summed
        does, unless with an error."""
        path = self.local_path(key)
        with self._in_our_words(key):
            if path is not None:
                with writing(path) as file:
                    yield from self._summing(key, file)
                return
            with TemporaryFile() as file:
                yield from self._summing(key, file)
                file.seek(0)
                obstore.put(self._store, key, file)

    def _summing(self, key: str, file: BinaryIO) -> Iterator[BinaryIO]:
        summing = _Summing(file)
        yield cast(BinaryIO, summing)
        self.put(f"{SUMS}/{key}", summing.hasher.hexdigest().encode())

    def reading(self, key: str) -> BinaryIO:
        """The bytes of a key as a file, to be closed. Raises NotFound."""
        if self._root is None:
            return io.BytesIO(self.get(key))
        with self._in_our_words(key):
            return io.BufferedReader(io.FileIO(self._local_name(key)))  # thousands a night: no Path

    def get(self, key: str) -> bytes:
        """All bytes of a key. Raises NotFound.

        A file of one's own is read as such: a night reads thousands, and obstore takes four times
        as long for each.
        """
        with self._in_our_words(key):
            if self._root is not None:
                with io.FileIO(self._local_name(key)) as file:
                    return file.read()
            return bytes(obstore.get(self._store, key).bytes())

    def get_addressed(self, prefix: str, digest: str) -> bytes:
        """Bytes stored by put_addressed, checked. Raises NotFound or IntegrityError."""
        data = self.get(f"{prefix}/{digest}")
        if digest_of_bytes(data) != digest:
            raise IntegrityError(f"stored bytes of {prefix}/{digest} are damaged: run a restore")
        return data

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """`length` bytes from `start`. Raises NotFound."""
        with self._in_our_words(key):
            return bytes(obstore.get_range(self._store, key, start=start, length=length))

    def exists(self, key: str) -> bool:
        """Whether something is stored under the key."""
        try:
            with self._in_our_words(key):
                obstore.head(self._store, key)
        except NotFound:
            return False
        return True

    def modified_ms(self, key: str) -> int:
        """When the key was last written, by the store's clock. Raises NotFound."""
        with self._in_our_words(key):
            written = obstore.head(self._store, key)["last_modified"]
        return int(written.timestamp() * 1000)

    def delete(self, key: str) -> None:
        """Forget a key; harmless when it is not there."""
        with suppress(NotFound), self._in_our_words(key):
            obstore.delete(self._store, key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys under a prefix, in no order."""
        with self._in_our_words(prefix):
            for chunk in obstore.list(self._store, prefix):
                yield from (meta["path"] for meta in chunk)

    def local_path(self, key: str) -> Path | None:
        """The file behind a key, to be read or mapped; None when the store is not local.

        Raises NotFound for a key that would lead out of the store.
        """
        return None if self._root is None else Path(self._local_name(key))

    def _local_name(self, key: str) -> str:
        if key.startswith("/") or ".." in key:
            raise NotFound(f"nothing is stored under {key}")
        return f"{self._folder}/{key}"

    def _put_synced(self, root: Path, key: str, data: bytes) -> None:
        temporary = f"{key}.{secrets.token_hex(6)}.part"
        try:
            obstore.put(self._store, temporary, data, use_multipart=False)
            _sync(root / temporary)
            obstore.rename(self._store, temporary, key)
        except BaseException:
            (root / temporary).unlink(missing_ok=True)
            raise
        _sync_folders(root, (root / key).parent)

    @contextmanager
    def _in_our_words(self, key: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            raise self._translated(error, key) from error

    def _translated(self, error: Exception, key: str) -> RoadcombError:
        if isinstance(error, FileNotFoundError):
            return NotFound(f"nothing is stored under {key}")
        if _is_full(error):
            return StorageFull("the node's disk is full; nothing was stored, try again later")
        said = str(error).partition("\n")[0]
        if self._root is None:
            return Unreachable(f"the blob store does not answer for {key}: {said}")
        return IntegrityError(f"the blob store failed at {key}: {said}")


class _Summing(io.RawIOBase):
    """A file that is written from its beginning to its end; `hasher`: of the bytes so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hasher = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        self.hasher.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()


def open_blobs(url: str) -> Blobs:
    """Store behind a URL: file:///folder (made when missing), s3://bucket/prefix, memory:///.

    Raises UsageError for what names none.
    """
    if not url.startswith("file:"):
        try:
            return Blobs(from_url(url))
        except (BaseError, ValueError) as error:
            raise UsageError(
                f"{url!r} names no blob store: set ROADCOMB_BLOBS to s3://bucket/prefix or file:///folder"
            ) from error
    root = Path(unquote(urlsplit(url).path))
    make_folder(root)
    return Blobs(LocalStore(root), root)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folders(root: Path, folder: Path) -> None:
    """A new folder's name must be as durable as the file in it."""
    while True:
        _sync(folder)
        if folder == root:
            return
        folder = folder.parent


def _is_full(error: Exception) -> bool:
    said = any(sign in str(error) for sign in _NO_SPACE)
    return said or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
