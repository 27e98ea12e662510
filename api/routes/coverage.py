"""Routes of what is known of an area, and of where it is worth driving now."""

from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Query, Request, Response

from api.document import CACHED, GeoJson, Responses
from api.routes.caching import SHARED, json_answer, plain
from api.shapes import Cells, Gaps
from api.state import live_of, node_of
from rewards.demand.wanted import customers_at
from rewards.prospect import Prospect, prospect_of, usd_answer
from roadcomb.canonical import digest_of_bytes
from roadcomb.cells import PAID_RESOLUTION, format_cell, parse_cell
from roadcomb.epochs import date_of, epoch_of
from roadcomb.errors import InvalidInput
from tiles.areas import Area, area_around, box_of, cell_area, polygon_area
from tiles.gaps import Gap, disk_around, gaps_near
from tiles.geojson import features_of
from tiles.state import MapState
from tiles.within import coverage_in

__all__ = ["router"]

router = APIRouter(tags=["map"])

ARROW = "application/vnd.apache.arrow.stream"
_MOST_CELLS = 10_000
_RING_M = 50
"""Wider than a ring of cells, so that new ones at the rim have their seen neighbours."""
_EPOCH_DAY = date(1970, 1, 1)
_AS_ARROW: Responses = {200: {"content": {ARROW: {}}, "description": "the cells"}}


@router.head("/v1/coverage", include_in_schema=False)
@router.get(
    "/v1/coverage",
    summary="Cells of an area",
    response_class=GeoJson,
    response_model=Cells,
    responses=CACHED | _AS_ARROW,
)
def coverage(
    request: Request,
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north")] = None,
    polygon: Annotated[str | None, Query(max_length=100_000, description="GeoJSON")] = None,
    cell: Annotated[str | None, Query(max_length=20, description="all that is in it")] = None,
    resolution: Annotated[int, Query(ge=0, le=PAID_RESOLUTION)] = PAID_RESOLUTION,
    since: Annotated[date | None, Query(description="seen on this day or later")] = None,
    after: Annotated[str | None, Query(max_length=20, description="the last cell before")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_CELLS)] = 2_000,
    f: Annotated[Literal["geojson", "arrow"] | None, Query(description="format")] = None,
) -> Response:
    """GeoJSON, or an Arrow stream for `f=arrow` or by Accept; `next` asks for the next page."""
    area = _area(bbox, polygon, cell, resolution)
    found = _newer(coverage_in(live_of(request).state, area, resolution), since)
    if after is not None:
        found = found.filter(pc.greater(found["cell"], parse_cell(after, resolution)))
    page = found.slice(0, limit)
    if f == "arrow" or (f is None and ARROW in request.headers.get("accept", "")):
        return _arrow(request, page)
    following = None
    if len(found) > limit:
        last = format_cell(page["cell"][-1].as_py())
        following = str(request.url.include_query_params(after=last))
    document = {"type": "FeatureCollection", "features": features_of(page), "next": following}
    answer = json_answer(request, document)
    if answer.status_code == 200:
        answer.headers["Content-Type"] = GeoJson.media_type
    return answer


@router.head("/v1/gaps", include_in_schema=False)
@router.get(
    "/v1/gaps", summary="Where it is worth driving now", response_model=Gaps, responses=CACHED
)
def gaps(
    request: Request,
    lat: Annotated[float, Query(ge=-90, le=90)],
    lon: Annotated[float, Query(ge=-180, le=180)],
    radius: Annotated[float, Query(ge=1, le=1_000, description="metres")] = 250,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Cells near a point that are stale, or new beside a seen road, the most needed first.

    `earns`: base units that a pass of grade 1000, alone in the cell, would have earned by the
    rate of the newest closed epoch.
    """
    state, prospect = live_of(request).state, prospect_of(node_of(request))
    today = epoch_of(node_of(request).clock.now_ms())
    around = _around(state, lat, lon, radius)
    days = prospect.policy.refill.days
    near = gaps_near(around, lat, lon, today, days, prospect.demand)
    found = [gap for gap in near if gap.distance_m <= radius]
    shown = found[:limit]
    return json_answer(
        request,
        {
            "today": date_of(today).isoformat(),
            "rate_of": None if prospect.after is None else date_of(prospect.after).isoformat(),
            "found": len(found),
            "gaps": _gaps(shown, prospect, today),
        },
    )


def _area(bbox: str | None, polygon: str | None, cell: str | None, resolution: int) -> Area:
    if [bbox, polygon, cell].count(None) != 2:
        raise InvalidInput("one of bbox, polygon and cell is asked for")
    if bbox is not None:
        return box_of(bbox)
    return cell_area(cell, resolution) if cell is not None else polygon_area(polygon or "")


def _newer(found: pa.Table, since: date | None) -> pa.Table:
    if since is None:
        return found
    return found.filter(pc.greater_equal(found["last_day"], (since - _EPOCH_DAY).days))


def _arrow(request: Request, page: pa.Table) -> Response:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, page.schema) as stream:
        stream.write_table(page)
    body = sink.getvalue().to_pybytes()
    return plain(request, digest_of_bytes(body)[:32], body, ARROW, SHARED)


def _around(state: MapState, lat: float, lon: float, radius: float) -> pa.Table:
    """COVERAGE of the cells within the radius and a ring more."""
    wanted = pa.array(disk_around(lat, lon, radius), pa.uint64())
    near = coverage_in(state, area_around(lat, lon, radius + _RING_M), PAID_RESOLUTION)
    return near.filter(pc.is_in(near["cell"], wanted))


def _gaps(shown: list[Gap], prospect: Prospect, today: int) -> list[dict[str, Any]]:
    cells = np.array([gap.cell for gap in shown], np.uint64)
    earned, usd = prospect.amounts(cells, today), prospect.in_usd(cells, today)
    return [
        {
            "cell": format_cell(gap.cell),
            "lat": round(gap.lat_deg, 6),
            "lon": round(gap.lon_deg, 6),
            "distance_m": round(gap.distance_m),
            "bearing": round(gap.bearing_deg),
            "last_seen": None if gap.last_day is None else date_of(gap.last_day).isoformat(),
            "need": gap.need,
            "earns": str(amount),
            "usd": None if worth is None else usd_answer(worth),
            "customers": customers_at(prospect.demand, gap.cell),
        }
        for gap, amount, worth in zip(shown, earned, usd, strict=True)
    ]
