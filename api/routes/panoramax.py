"""Routes that Panoramax's viewer asks for beside the STAC API: vector layers, style, previews.

Pixels come from the doors of the map (api/routes/map.py); no other way leads to them from here.
"""

from fastapi import APIRouter, Request, Response

from api.document import CACHED, NOTHING, Jpeg, Responses, Step, VectorTile, Zoom
from api.routes.caching import SHARED, compressed, json_answer
from api.routes.map import picture_thumbnail
from api.routes.stac import Named, shelf_of, site_of
from api.shapes import Style
from roadcomb.errors import NotFound, UsageError
from tiles.stac.album import parse_id
from tiles.stac.layers import LAST_ZOOM, style
from tiles.tilejson import licence_address
from tiles.webmercator import tile_at

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["stac"])

_NO_TILE: Responses = {400: {"description": "there is no such tile"}}


@router.get(
    "/map/style.json",
    summary="A MapLibre style of the layers",
    response_model=Style,
    responses=CACHED,
)
def layers_style(request: Request) -> Response:
    """With the fields of each layer, as Panoramax's viewer reads them."""
    return json_answer(request, style(str(request.base_url)))


@router.get(
    "/map/{z}/{x}/{y}.mvt",
    summary="grid, sequences and pictures",
    response_class=VectorTile,
    responses=CACHED | NOTHING | _NO_TILE,
)
def layers_tile(request: Request, z: Zoom, x: Step, y: Step) -> Response:
    """One tile of Panoramax's layers: `grid` to zoom 6, `sequences` from 7, `pictures` at 15."""
    asked = tile_at(z, x, y)
    if asked.z > LAST_ZOOM:
        raise UsageError(f"zoom {z} is not served: ask for 0..{LAST_ZOOM} and enlarge that")
    shelved = shelf_of(request).now
    return compressed(
        request, shelved.tag, lambda: shelved.tile(asked), VectorTile.media_type, SHARED
    )


@router.get(
    "/pictures/{id_}/thumb.jpg",
    summary="A picture's preview",
    response_class=Jpeg,
    responses=CACHED,
)
def item_preview(request: Request, id_: Named) -> Response:
    """The picture, 320 px wide, by its item's id."""
    key = parse_id(id_)
    if key is None:
        raise NotFound(f"there is no picture {id_[:60]!r}")
    return picture_thumbnail(request, *key)


@router.get(
    "/collections/{name}/thumb.jpg",
    summary="A drive's preview",
    response_class=Jpeg,
    responses=CACHED,
)
def collection_preview(request: Request, name: Named) -> Response:
    """Its picture of the best grade, 320 px wide."""
    album = shelf_of(request).now.album
    own = album.of_drive(name)
    if own.start == own.stop:
        raise NotFound(f"there is no drive {name[:60]!r} with pictures")
    return picture_thumbnail(request, *album.key(own.start + int(album.grade[own].argmax())))


@router.get("/configuration", summary="What Panoramax's viewer shows of the node")
def configuration(request: Request) -> Response:
    """Its name and licence; nobody signs in here."""
    site = site_of(request)
    licence = site.terms.licence
    name = {"label": "Roadcomb", "langs": {"en": "Roadcomb"}}
    return json_answer(
        request,
        {
            "name": name,
            "description": {"label": site.terms.attribution, "langs": {}},
            "license": {"id": licence, "url": licence_address(licence)},
            "auth": {"enabled": False},
            "pages": [],
            "color": "#5e499c",
        },
    )
