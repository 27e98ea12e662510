"""What the map says of one cell, as a JSON value for clients; pure."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from roadcomb.cells import format_cell, resolution
from roadcomb.epochs import date_of, instant_text
from roadcomb.geo import SECTORS
from tiles import sketch
from tiles.pictures import Picture

__all__ = ["MOST_DAYS", "MOST_PICTURES", "cell_answer", "picture_answer"]

MOST_PICTURES = 20
MOST_DAYS = 366


def cell_answer(
    row: pa.Table,
    pictures: list[Picture],
    best: Picture | None,
    days: Sequence[tuple[int, int, int]],
    base_url: str,
    is_shown: Callable[[Picture], bool],
    licence_of: Callable[[Picture], str],
) -> dict[str, Any]:
    """The answer for one row of COVERAGE. best: of all its pictures, None where none is known.
    days: tiles.pictures.days_of. base_url: of the node, ending in "/". is_shown: whether a picture
    is published; of others no address is told. licence_of: SPDX id of what a picture is under."""
    known = row.to_pylist()[0]

    def told(picture: Picture) -> dict[str, Any]:
        return picture_answer(picture, base_url, is_shown(picture), licence_of(picture))

    return {
        "cell": format_cell(known["cell"]),
        "resolution": resolution(known["cell"]),
        "passes": known["passes"],
        "contributors": int(sketch.estimate(row["contributors"].to_numpy())[0]),
        "first_seen": date_of(known["first_day"]).isoformat(),
        "last_seen": date_of(known["last_day"]).isoformat(),
        "best_grade": known["best_grade"],
        "mean_grade": known["grade_sum"] // known["frames"],
        "sectors": [sector for sector in range(SECTORS) if known["sectors"] >> sector & 1],
        "history": [
            {"day": date_of(day).isoformat(), "pictures": count, "best_grade": best}
            for day, count, best in days
        ],
        "best_picture": None if best is None else told(best),
        "pictures": [told(picture) for picture in pictures],
    }


def picture_answer(picture: Picture, base_url: str, shown: bool, licence: str) -> dict[str, Any]:
    """What is told of a picture; no address of one that is not published."""
    base = f"{base_url}v1/pictures/{picture.public_id}/{picture.n}"
    return {
        "id": f"{picture.public_id}/{picture.n}",
        "day": date_of(picture.day).isoformat(),
        "taken": None if picture.t_ms is None else instant_text(picture.t_ms),
        "licence": licence,
        "grade": picture.grade,
        "lat": picture.lat_deg,
        "lon": picture.lon_deg,
        "heading": picture.heading_deg,
        "thumbnail": f"{base}/thumbnail.jpg" if shown else None,
        "full": f"{base}/full.jpg" if shown else None,
        "waits_for": None if shown else "blur",
    }
