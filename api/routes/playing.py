"""Routes of a viewer that drives along: the pictures of one drive in order, and what is next.

They tell what the map tells anyway: places, days, grades and the random id of the trimmed drive.
"""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from api.document import CACHED, CellText
from api.routes.caching import json_answer
from api.routes.map import licence_of
from api.shapes import DrivePictures, NextPass
from api.state import live_of, node_of
from quality import judgement as judgements
from rewards.prospect import prospect_of, usd_answer
from roadcomb.cells import PAID_RESOLUTION, format_cell, parse_cell
from roadcomb.epochs import date_of, epoch_of
from roadcomb.errors import NotFound
from roadcomb.settings import CaptureTime
from tiles.answers import picture_answer
from tiles.pictures import in_order, pictures_of

__all__ = ["router"]

router = APIRouter(tags=["map"])

_MOST = 1_000


@router.get(
    "/v1/pictures/{public_id}",
    summary="A drive's pictures",
    response_model=DrivePictures,
    responses=CACHED,
)
def pictures_of_drive(
    request: Request,
    public_id: str,
    first: Annotated[int, Query(ge=0, lt=2**31, description="the first picture's number")] = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
) -> Response:
    """In the order in which they were taken; `next` is the `first` of the next page."""
    node, live = node_of(request), live_of(request)
    drive = live.state.drives.get(public_id)
    if drive is None:
        raise NotFound(f"there is no drive {public_id[:40]!r} on the map")
    frames = judgements.load(node.blobs, drive.judgement)
    exact = node.settings.capture_time is CaptureTime.EXACT
    listed = [one for one in in_order(pictures_of(public_id, frames, exact)) if one.n >= first]
    page, base_url = listed[:limit], str(request.base_url)
    following = listed[limit].n if len(listed) > limit else None
    licence = licence_of(request, drive)
    told = [picture_answer(one, base_url, live.is_shown(one), licence) for one in page]
    return json_answer(request, {"drive": public_id, "pictures": told, "next": following})


@router.get(
    "/v1/cells/{cell}/next-pass",
    summary="What a cell's next pass would earn",
    response_model=NextPass,
)
def next_pass(request: Request, cell: CellText) -> Response:
    """Of a cell of resolution 12: its share of a full reward today, and base units.

    As `/v1/gaps` says it: for a picture of grade 1000, alone in the cell, by the rate of the newest
    closed epoch. It changes every day, so it is not part of the cell's own, cacheable answer.
    """
    asked, node = parse_cell(cell, PAID_RESOLUTION), node_of(request)
    today, prospect = epoch_of(node.clock.now_ms()), prospect_of(node)
    cells = np.array([asked], np.uint64)
    full = prospect.policy.refill.days
    answer = {
        "cell": format_cell(asked),
        "today": date_of(today).isoformat(),
        "rate_of": None if prospect.after is None else date_of(prospect.after).isoformat(),
        "refill_days": min(full, prospect.days(cells, today)[0]),
        "full_days": full,
        "earns": str(prospect.amounts(cells, today)[0]),
        "usd": None if (usd := prospect.in_usd(cells, today)[0]) is None else usd_answer(usd),
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-cache"})
