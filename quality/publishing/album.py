"""The album of a publication: what whoever checks grades must know of a drive's pictures; pure.

The law: an album is its digest. It tells of each accepted frame, numbered as the map numbers them,
the cell and the grade that it was paid by, and of each one that is shown the digest of its bytes
and its zones; and what the drive as a whole told of the glass. It names nobody and no time but the
day. The random id of the drive makes it impossible to guess: once the drive is deleted, the digest
tells nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quality.grade import View
from quality.masking.regions import Kind, Region
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.cells import PAID_RESOLUTION, format_cell, parse_cell
from roadcomb.errors import IntegrityError, InvalidInput

__all__ = ["Album", "Pictured", "album_document", "parse_album", "view_of"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Pictured:
    """One accepted frame. sha256: of the published JPEG, None where none is shown; zones: masked
    ones, in its pixels.
    """

    n: int
    cell: int
    grade: int
    sha256: str | None
    zones: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Album:
    """day: of its drive, counted since 1970."""

    public_id: str
    day: int
    view: View
    pictures: tuple[Pictured, ...]

    @property
    def shown(self) -> tuple[Pictured, ...]:
        """Those that can be looked at."""
        return tuple(picture for picture in self.pictures if picture.sha256 is not None)


def album_document(album: Album) -> bytes:
    """The album's file, canonical JSON."""
    pictures: list[Json] = [
        {
            "n": picture.n,
            "cell": format_cell(picture.cell),
            "grade": picture.grade,
            "sha256": picture.sha256,
            "zones": [_zone(zone) for zone in picture.zones],
        }
        for picture in album.pictures
    ]
    view = album.view
    return canonical_json(
        {
            "v": _VERSION,
            "public_id": album.public_id,
            "day": album.day,
            "view": [view.covered, view.spotted, view.frosted],
            "pictures": pictures,
        }
    )


def parse_album(data: bytes) -> Album:
    """The album of its file. Raises IntegrityError for anything else."""
    try:
        match parse_json(data):
            case {
                "v": 1,
                "public_id": str(public_id),
                "day": int(day),
                "view": [int(covered), int(spotted), int(frosted)],
                "pictures": list() as pictures,
                **nothing,
            } if not nothing:
                view = View(covered, spotted, frosted)
                return Album(public_id, day, view, tuple(_pictured(one) for one in pictures))
    except (InvalidInput, ValueError) as error:
        raise IntegrityError(f"an album cannot be read: {error}") from error
    raise IntegrityError("this is no album that this version can read")


def _zone(zone: Region) -> Sequence[Json]:
    return [zone.x0, zone.y0, zone.x1, zone.y1, zone.kind.value]


def _pictured(value: Json) -> Pictured:
    match value:
        case {
            "n": int(n),
            "cell": str(cell),
            "grade": int(grade),
            "sha256": str() | None as sha256,
            "zones": list() as zones,
            **nothing,
        } if not nothing and 0 <= grade <= 1000:
            where = parse_cell(cell, PAID_RESOLUTION)
            return Pictured(n, where, grade, sha256, tuple(_region(zone) for zone in zones))
    raise IntegrityError(f"an album holds no picture in {str(value)[:80]}")


def _region(value: Json) -> Region:
    match value:
        case [int(x0), int(y0), int(x1), int(y1), str(kind)]:
            return Region(x0, y0, x1, y1, Kind(kind), 1.0)
    raise IntegrityError(f"an album holds no zone in {str(value)[:80]}")


def view_of(evidence: Mapping[str, Json]) -> View:
    """What a decision's evidence told of the glass; findings too small to be told cost nothing."""
    found = {"view-covered": 0, "glass-spotted": 0, "glass-frosted": 0}
    findings = evidence.get("view")
    for finding in findings if isinstance(findings, list) else ():
        match finding:
            case {"code": str(code), "per_mille": int(per_mille)} if code in found:
                found[code] = per_mille
    return View(*found.values())
