"""Routes of the map: style, what is known of a cell, and pictures that may be shown.

Everything but the full pictures is answered from memory.
"""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.document import CACHED, CellText, Jpeg, Responses
from api.routes.caching import json_answer, plain
from api.shapes import Cell, Style
from api.state import live_of, node_of
from rewards.demand.recording import pay_with_credit
from roadcomb.canonical import digest_of_bytes
from roadcomb.cells import PAID_RESOLUTION, parse_cell, resolution
from roadcomb.epochs import epoch_of, parse_epoch
from roadcomb.errors import InvalidInput, NotFound
from roadcomb.settings import ImageryAccess
from tiles.accepted import Decided
from tiles.answers import MOST_DAYS, MOST_PICTURES, cell_answer
from tiles.imagery import full_picture, thumbnail
from tiles.pictures import Picture, best, days_of, newest
from tiles.style import style
from tiles.tilejson import licence_address

__all__ = ["licence_of", "router"]

router = APIRouter(tags=["map"])

_PICTURE_CACHE = "public, no-cache"
"""A cache asks each time: a mask that is added must reach everybody at once."""
_METERED_CACHE = "private, no-cache"
"""No cache between may give to one what another was counted for."""
_THUMBNAIL = "/v1/pictures/{public_id}/{n}/thumbnail.jpg"
_FULL = "/v1/pictures/{public_id}/{n}/full.jpg"
_WAITS: Responses = {409: {"description": "the picture waits for its blur"}}
_METERED: Responses = {402: {"description": "imagery is metered: a key with a credit is needed"}}

PictureNumber = Annotated[int, Path(ge=0, lt=2**31)]


@router.head("/style.json", include_in_schema=False)
@router.get("/style.json", summary="A MapLibre style", response_model=Style, responses=CACHED)
def map_style(request: Request) -> Response:
    """Cells coloured by freshness, on the node's day."""
    today = epoch_of(node_of(request).clock.now_ms())
    return json_answer(request, style(str(request.base_url), today))


@router.head("/v1/cells/{cell}", include_in_schema=False)
@router.get(
    "/v1/cells/{cell}", summary="What is known of a cell", response_model=Cell, responses=CACHED
)
def known_cell(
    request: Request,
    cell: CellText,
    day: Annotated[date | None, Query(description="only the pictures of this day")] = None,
) -> Response:
    """Passes, days, grades, the best and the newest pictures of a cell of resolution 0 to 12."""
    asked, state = parse_cell(cell), live_of(request).state
    if resolution(asked) > PAID_RESOLUTION:
        raise InvalidInput(f"cell {cell} is finer than {PAID_RESOLUTION}: ask for its parent")
    row = state.cell(asked)
    if not len(row):
        raise NotFound(f"cell {cell} was not seen yet")
    pictures = newest(
        state.pictures, asked, MOST_PICTURES, None if day is None else parse_epoch(day.isoformat())
    )
    is_shown = live_of(request).is_shown
    days = days_of(state.pictures, asked, MOST_DAYS)
    licence, base_url = partial(_licence, request), str(request.base_url)
    best_one = best(state.pictures, asked)
    answer = cell_answer(row, pictures, best_one, days, base_url, is_shown, licence)
    return json_answer(request, answer)


@router.head(_THUMBNAIL, include_in_schema=False)
@router.get(
    _THUMBNAIL,
    summary="A picture, 320 px wide",
    response_class=Jpeg,
    responses=CACHED | _WAITS,
)
def picture_thumbnail(request: Request, public_id: str, n: PictureNumber) -> Response:
    """Law 4: 409 `waits-for-blur` as long as the picture is not published."""
    drive = _drive(request, public_id)
    return _jpeg(request, drive, thumbnail(node_of(request), drive, n))


@router.head(_FULL, include_in_schema=False)
@router.get(
    _FULL,
    summary="A picture in full size",
    response_class=Jpeg,
    responses=CACHED | _WAITS | _METERED,
)
def picture_full(
    request: Request,
    public_id: str,
    n: PictureNumber,
    x_api_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Law 4: 409 `waits-for-blur` as long as the picture is not published; 402 where full pictures
    are metered and no key is sent that stands."""
    node, drive = node_of(request), _drive(request, public_id)
    body = full_picture(node, drive, n, x_api_key, partial(pay_with_credit, node))
    open_ = node.settings.imagery_access is ImageryAccess.OPEN
    return _jpeg(request, drive, body, _PICTURE_CACHE if open_ else _METERED_CACHE)


def licence_of(request: Request, drive: Decided) -> str:
    """SPDX id of what a drive's pictures are under: its contributor's choice, else the node's."""
    return drive.licence or node_of(request).settings.licence


def _licence(request: Request, picture: Picture) -> str:
    drive = live_of(request).state.drives.get(picture.public_id)
    return node_of(request).settings.licence if drive is None else licence_of(request, drive)


def _drive(request: Request, public_id: str) -> Decided:
    drive = live_of(request).state.drives.get(public_id)
    if drive is None:
        raise NotFound(f"there is no drive {public_id} on the map")
    return drive


def _jpeg(request: Request, drive: Decided, body: bytes, cache: str = _PICTURE_CACHE) -> Response:
    answer = plain(request, digest_of_bytes(body)[:32], body, Jpeg.media_type, cache)
    answer.headers["Link"] = f'<{licence_address(licence_of(request, drive))}>; rel="license"'
    return answer
