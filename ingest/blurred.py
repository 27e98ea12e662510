"""Pictures that were blurred on their contributor's machine: who says so, and where.

::

    roadcomb-blur.json   {"detector": ..., "version": ..., "pictures": [image id, ...]}
    manifest             "blurred": {"detector": ..., "version": ...}   # may be missing

`roadcomb blur` writes the file beside the pictures it makes; the manifest says it of a drive only
if the file names every picture of it. Law: it is the sender's word. A node blurs such pictures like
all others before it shows them.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from roadcomb.canonical import Json, parse_json
from roadcomb.errors import InvalidInput
from roadcomb.files import write_durably

__all__ = ["FILE_NAME", "WAITS", "Blurred", "blurred_by", "parse_blurred", "write_blurred"]

FILE_NAME = "roadcomb-blur.json"
WAITS: Mapping[str, str] = {
    "blur-undecodable": "the full picture cannot be decoded",
    "blur-failed": "the detector of faces and plates failed",
    "blur-lost": "the detector of faces and plates took too long or too much memory",
    "blur-too-large": "too much would have to be masked: a person should look",
    "blur-unproved": "the blur could not be proved",
}
"""Why an accepted picture is not shown, in words for drivers and operators; it is paid all the
same."""
_LARGEST = 16 * 2**20
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Blurred:
    """The detector that looked, and its version."""

    detector: str
    version: str

    def to_json(self) -> dict[str, Json]:
        """The manifest's member."""
        return {"detector": self.detector, "version": self.version}


def parse_blurred(value: Json) -> Blurred:
    """The member of a manifest. Raises InvalidInput."""
    if not isinstance(value, Mapping) or set(value) != {"detector", "version"}:
        raise InvalidInput("blurred: an object with exactly detector and version is asked for")
    return Blurred(_text(value["detector"], "detector"), _text(value["version"], "version"))


def write_blurred(folder: Path, by: Blurred, image_ids: Collection[str]) -> None:
    """Say in a folder that these pictures in it are blurred."""
    said = {**by.to_json(), "pictures": sorted(image_ids)}
    write_durably(folder / FILE_NAME, json.dumps(said, indent=1).encode())


def blurred_by(folder: Path, image_ids: Collection[str]) -> Blurred | None:
    """Who blurred all of these pictures of a folder; None unless its file says so of each."""
    path = folder / FILE_NAME
    try:
        if path.stat().st_size > _LARGEST:
            return None
        said = parse_json(path.read_bytes())
    except (OSError, InvalidInput):
        return None
    match said:
        case {"detector": str(detector), "version": str(version), "pictures": [*named]}:
            return Blurred(detector, version) if set(image_ids) <= set(map(str, named)) else None
    return None


def _text(value: Json, name: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise InvalidInput(f"blurred.{name}: at most {_LONGEST} printable characters are asked for")
    return value
