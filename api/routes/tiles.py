"""Routes of the tiles: vector tiles, their TileJSON, and pictures of freshness.

Everything is answered from memory; the tag of a tile is the tag of the map's state, so a client
that has the tile is answered without encoding it.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.document import CACHED, NOTHING, Png, Responses, Step, VectorTile, Zoom
from api.routes.caching import SHARED, compressed, json_answer, made
from api.shapes import TileJson
from api.state import live_of, making_of, node_of
from roadcomb.epochs import epoch_of
from roadcomb.errors import NotFound
from tiles.state import LAYERS
from tiles.tilejson import Terms, tilejson
from tiles.webmercator import tile_at

__all__ = ["router"]

router = APIRouter(tags=["tiles"])

_TILE = "/tiles/{layers}/{z}/{x}/{y}.mvt"
_PICTURE = "/tiles/freshness/{z}/{x}/{y}.png"
_TILEJSON = "/tiles/{layers}.json"
_ONE = "|".join(LAYERS)
Layers = Annotated[str, Path(json_schema_extra={"pattern": f"^({_ONE})(,({_ONE}))*$"})]
_REFUSED: Responses = {
    400: {"description": "there is no such tile"},
    404: {"description": "there is no such layer"},
}


@router.get(
    _TILEJSON,
    summary="TileJSON 3.0 of some layers",
    response_model=TileJson,
    responses=CACHED | _REFUSED,
)
def layers_tilejson(request: Request, layers: Layers) -> Response:
    """Where the tiles are, how deep they go, and the box around the data."""
    settings = node_of(request).settings
    terms = Terms(settings.attribution, settings.licence)
    state, base_url = live_of(request).state, str(request.base_url)
    return json_answer(request, tilejson(state, base_url, terms, _layers(layers)))


@router.get(
    _TILE,
    summary="One vector tile",
    response_class=VectorTile,
    responses=CACHED | NOTHING | _REFUSED,
)
async def vector_tile(request: Request, layers: Layers, z: Zoom, x: Step, y: Step) -> Response:
    """Layers of a tile, Mapbox Vector Tile 2.1: `cells`, `drives`, `frames` or, say,
    `cells,drives`."""
    live, tile, named = live_of(request), tile_at(z, x, y), _layers(layers)
    tag, pack = live.tile(tile, named)
    answer = partial(compressed, request, tag, pack, VectorTile.media_type, SHARED)
    # What is there already is not worth the way to another thread.
    if live.has_tile(tile, named):
        return answer()
    async with making_of(request):
        return await run_in_threadpool(answer)


@router.get(
    _PICTURE,
    summary="Freshness as a picture",
    response_class=Png,
    responses=CACHED | NOTHING | _REFUSED,
)
def freshness(request: Request, z: Zoom, x: Step, y: Step) -> Response:
    """A PNG of 512 px in the style's colours, on the node's day, for clients without vectors."""
    today = epoch_of(node_of(request).clock.now_ms())
    tag, paint = live_of(request).picture(tile_at(z, x, y), today)
    return made(request, tag, paint, Png.media_type, SHARED)


def _layers(named: str) -> tuple[str, ...]:
    """The layers of a path, each once and in the order of LAYERS."""
    asked = named.split(",")
    for name in asked:
        if name not in LAYERS:
            raise NotFound(f"there is no layer {name[:40]!r}: ask for some of {', '.join(LAYERS)}")
    return tuple(name for name in LAYERS if name in asked)
