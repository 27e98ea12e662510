"""Routes of the STAC API: drives as collections, published pictures as items, and the search.

Everything is answered from memory. A page's cursor is signed, so a made up one is refused.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.document import CACHED, GeoJson, Responses, Schema, json_body
from api.routes.caching import json_answer
from api.shapes import ItemPage, StacCatalog, StacCollection, StacCollections, StacItem
from api.state import live_of, node_of
from roadcomb.errors import NotFound
from roadcomb.settings import ImageryAccess
from tiles.stac.album import Album, Key, parse_id
from tiles.stac.asked import GRADE, Search, of_body, of_words
from tiles.stac.cursor import read_cursor, write_cursor
from tiles.stac.documents import CONFORMS_TO, Site, collection, item, items_of, landing
from tiles.stac.found import page_of
from tiles.stac.refusals import BadSearch
from tiles.stac.shelf import Shelf
from tiles.tilejson import Terms

__all__ = ["Named", "router", "shelf_of", "site_of"]

router = APIRouter(prefix="/api", tags=["stac"])

GEOJSON = GeoJson.media_type
_PURPOSE = "stac cursors"
_REFUSED: Responses = {400: {"description": "the search says why"}}

Text = Annotated[str | None, Query(max_length=100_000)]
Limit = Annotated[
    str | None,
    Query(
        max_length=20,
        description="items of a page",
        json_schema_extra={"pattern": "^[1-9][0-9]{0,8}$"},
    ),
]
Token = Annotated[str | None, Query(max_length=1_000, description="of the page before")]
Named = Annotated[str, Path(max_length=200)]


@router.get("", summary="STAC landing page", response_model=StacCatalog, responses=CACHED)
def front(request: Request) -> Response:
    """Where everything is, and what of the standards is kept."""
    return json_answer(request, landing(shelf_of(request).now.album, site_of(request)))


@router.get("/", include_in_schema=False)
def front_too(request: Request) -> Response:
    """The same, for clients that end the address in a slash."""
    return front(request)


@router.get("/conformance", summary="Conformance classes", responses=CACHED)
def conformance(request: Request) -> Response:
    """What of the standards is kept."""
    return json_answer(request, {"conformsTo": list(CONFORMS_TO)})


@router.get(
    "/queryables",
    summary="What items are searched by",
    response_class=Schema,
    responses=CACHED,
)
def queryables(request: Request) -> Response:
    """As a JSON Schema."""
    grade = {"type": "integer", "minimum": 0, "maximum": 1000, "title": "grade of the picture"}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{site_of(request).root}/queryables",
        "type": "object",
        "title": "Roadcomb",
        "properties": {GRADE: grade},
        "additionalProperties": False,
    }
    return _typed(json_answer(request, document), Schema.media_type)


@router.get(
    "/collections",
    summary="Drives with pictures",
    response_model=StacCollections,
    responses=CACHED | _REFUSED,
)
def collections(request: Request, limit: Limit = None, token: Token = None) -> Response:
    """A page of them, in the order of their random ids."""
    asked = of_words(_given({"limit": limit, "token": token}))
    album, site = shelf_of(request).now.album, site_of(request)
    after = _after(request, asked, "collections")
    first = 0 if after is None else bisect_right(album.names, after[0])
    shown = range(first, min(first + asked.limit, len(album.names)))
    links = [{"rel": "root", "href": site.root, "type": "application/json"}]
    links.append({**links[0], "rel": "self", "href": f"{site.root}/collections"})
    if shown.stop < len(album.names):
        cursor = _cursor(request, "collections", (album.names[shown.stop - 1], 0))
        address = request.url.include_query_params(token=cursor)
        links.append({"rel": "next", "href": str(address), "type": "application/json"})
    listed = [collection(album, place, site) for place in shown]
    return json_answer(request, {"collections": listed, "links": links})


@router.get(
    "/collections/{name}", summary="A drive", response_model=StacCollection, responses=CACHED
)
def one_collection(request: Request, name: Named) -> Response:
    """Its extent, its days and where its pictures are."""
    album = shelf_of(request).now.album
    return json_answer(request, collection(album, _place(album, name), site_of(request)))


@router.get(
    "/collections/{name}/items",
    summary="Pictures of a drive",
    response_class=GeoJson,
    response_model=ItemPage,
    responses=CACHED | _REFUSED,
)
def collection_items(
    request: Request,
    name: Named,
    bbox: Text = None,
    datetime: Text = None,
    limit: Limit = None,
    token: Token = None,
) -> Response:
    """In the order of the way."""
    _place(shelf_of(request).now.album, name)
    words = {"bbox": bbox, "datetime": datetime, "limit": limit, "token": token}
    return _found(request, replace(of_words(_given(words)), collections=(name,)), None)


@router.get(
    "/collections/{name}/items/{id_}",
    summary="A picture",
    response_class=GeoJson,
    response_model=StacItem,
    responses=CACHED,
)
def one_item(request: Request, name: Named, id_: Named) -> Response:
    """Its place, its day, its grade, where its pixels are and what is before and behind it."""
    album, key = shelf_of(request).now.album, parse_id(id_)
    row = album.row(key) if key is not None and key[0] == name else None
    if row is None:
        raise NotFound(f"there is no picture {id_[:60]!r} in {name[:60]!r}")
    return _typed(json_answer(request, item(album, row, site_of(request))), GEOJSON)


@router.get(
    "/search",
    summary="Search pictures",
    response_class=GeoJson,
    response_model=ItemPage,
    responses=CACHED | _REFUSED,
)
def search(
    request: Request,
    ids: Text = None,
    collections: Text = None,
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north")] = None,
    intersects: Annotated[str | None, Query(max_length=100_000, description="GeoJSON")] = None,
    datetime: Annotated[str | None, Query(max_length=100, description="RFC 3339")] = None,
    query: Annotated[
        str | None, Query(max_length=1_000, description=f'{{"{GRADE}":{{"gte":500}}}}')
    ] = None,
    limit: Limit = None,
    token: Token = None,
) -> Response:
    """By place, day, ids and grade; links of rel `next` lead from page to page."""
    words = {
        "ids": ids, "collections": collections, "bbox": bbox, "intersects": intersects,
        "datetime": datetime, "query": query, "limit": limit, "token": token,
    }  # fmt: skip
    return _found(request, of_words(_given(words)), None)


@router.post(
    "/search",
    summary="Search pictures by JSON",
    response_class=GeoJson,
    response_model=ItemPage,
    responses=_REFUSED,
    openapi_extra=json_body("ids, collections, bbox, intersects, datetime, query, limit, token"),
)
async def search_by_body(request: Request) -> Response:
    """The same; the link of rel `next` has the body of the next page."""
    try:
        body = await request.json()
    except (ValueError, RecursionError) as error:
        raise BadSearch("a JSON object is asked for") from error
    return await run_in_threadpool(lambda: _found(request, of_body(body), body))


def shelf_of(request: Request) -> Shelf:
    """Where the album of this moment is."""
    state = request.app.state
    if getattr(state, "shelf", None) is None:
        state.shelf = Shelf(live_of(request), node_of(request).settings.capture_time)
    return cast(Shelf, state.shelf)


def site_of(request: Request) -> Site:
    """Where the documents stand, and under which terms."""
    settings = node_of(request).settings
    metered = settings.imagery_access is ImageryAccess.METERED
    return Site(str(request.base_url), Terms(settings.attribution, settings.licence), metered)


def _found(request: Request, asked: Search, body: Mapping[str, Any] | None) -> Response:
    """A page; body: of the POST that asked, None for a GET."""
    album, site = shelf_of(request).now.album, site_of(request)
    rows, more = page_of(album, asked, _after(request, asked, asked.question))
    links: list[dict[str, Any]] = []
    if more:
        cursor = _cursor(request, asked.question, album.key(int(rows[-1])))
        links = [_next(request, cursor, body)]
    document = items_of(album, rows.tolist(), site, links)
    return _typed(json_answer(request, document), GEOJSON)


def _given(words: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in words.items() if text is not None}


def _next(request: Request, cursor: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    link: dict[str, Any] = {"rel": "next", "type": GEOJSON}
    if body is None:
        return {**link, "href": str(request.url.include_query_params(token=cursor))}
    return {**link, "href": str(request.url), "method": "POST", "body": {**body, "token": cursor}}


def _after(request: Request, asked: Search, question: str) -> Key | None:
    if asked.token is None:
        return None
    return read_cursor(node_of(request).key.derive(_PURPOSE), question, asked.token)


def _cursor(request: Request, question: str, last: Key) -> str:
    return write_cursor(node_of(request).key.derive(_PURPOSE), question, last)


def _place(album: Album, name: str) -> int:
    place = album.places.get(name)
    if place is None:
        raise NotFound(f"there is no drive {name[:60]!r} with pictures")
    return place


def _typed(answer: Response, media_type: str) -> Response:
    if answer.status_code == 200:
        answer.headers["Content-Type"] = media_type
    return answer
