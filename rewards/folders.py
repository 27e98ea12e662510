"""The published folder of one epoch, read without trusting it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rewards.differences import Difference
from rewards.documents import FILES
from rewards.envelope import verify_epoch
from roadcomb.canonical import canonical_json, digest_of_json, parse_json
from roadcomb.errors import NotFound, RoadcombError, Unauthorised

__all__ = ["Folder", "epochs_in", "read_folder"]

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Folder:
    """Bytes of an epoch's files by name; its manifest, and the signature that stands over it."""

    epoch: int
    files: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    signature: str

    def name(self, file: str) -> str:
        """How a difference names the file."""
        return f"{self.epoch}/{file}"

    def read(self, file: str, parse: Callable[[bytes], Content]) -> Content:
        """A file's content. Raises Difference when it cannot be read."""
        return _read(self.name(file), parse, self.files[file])

    def is_signed_by(self, node_key: str) -> bool:
        """Whether the signature is this key's, over this manifest."""
        try:
            verify_epoch(self.manifest, self.signature, node_key)
        except Unauthorised:
            return False
        return True

    @property
    def digest(self) -> str:
        """Digest of the manifest: what the next one names."""
        return digest_of_json(self.manifest)


def epochs_in(published: Path) -> list[int]:
    """The epochs that have a folder, in order. Raises NotFound when there is none."""
    names = [entry.name for entry in published.iterdir()] if published.is_dir() else []
    epochs = sorted(int(name) for name in names if name.isascii() and name.isdigit())
    if not epochs:
        raise NotFound(f"{published} holds no published epochs")
    return epochs


def read_folder(published: Path, epoch: int) -> Folder:
    """All files of an epoch. Raises Difference when one is missing or the manifest has no form."""
    files = {}
    for file in FILES:
        path = published / str(epoch) / file
        if not path.is_file():
            raise Difference(f"{epoch}/{file}", "file", "a file", "nothing")
        files[file] = path.read_bytes()
    manifest, signature = _read(f"{epoch}/manifest.json", _envelope, files["manifest.json"])
    return Folder(epoch, files, manifest, signature)


def _envelope(data: bytes) -> tuple[Mapping[str, Any], str]:
    """Manifest and signature, in canonical form."""
    value = parse_json(data)
    match value:
        case {"manifest": dict() as manifest, "signature": str(signature), **others} if not others:
            if canonical_json(value) == data:
                return manifest, signature
    raise NotFound("no canonical JSON of a manifest and its signature")


def _read(name: str, parse: Callable[[bytes], Content], data: bytes) -> Content:
    try:
        return parse(data)
    except (RoadcombError, ValueError) as error:  # Python reads no integer of 5,000 digits
        raise Difference(name, "form", "a file as documented", str(error)) from error
