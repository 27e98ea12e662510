"""STAC 1.1 documents: a drive is a Collection, a published picture an Item; pure.

The law: they tell what the map tells. A picture has its place, its UTC day (as the interval of that
day; the instant only where the operator so decides), the licence that its contributor chose and the
random id of its trimmed drive; never who took it, nor with what. Names that begin with `geovisio:`
are those that Panoramax's viewer reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from roadcomb.epochs import DAY_MS, date_of, instant_text
from roadcomb.records import degrees
from tiles.stac.album import NOT_KNOWN, Album, picture_id
from tiles.tilejson import Terms, licence_address

__all__ = ["CONFORMS_TO", "STAC_VERSION", "Site", "collection", "item", "items_of", "landing"]

STAC_VERSION = "1.1.0"
CONFORMS_TO = (
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "https://api.stacspec.org/v1.0.0/item-search#query",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
JSON, GEOJSON, JPEG = "application/json", "application/geo+json", "image/jpeg"
MVT, SCHEMA = "application/vnd.mapbox-vector-tile", "application/schema+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_WORLD = (-180.0, -90.0, 180.0, 90.0)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where the documents stand. base_url: of the node, ending in "/". metered: the full picture
    needs a key, so what a viewer opens by itself is the free thumbnail."""

    base_url: str
    terms: Terms
    metered: bool = False

    @property
    def root(self) -> str:
        """The landing page."""
        return f"{self.base_url}api"

    def attribution(self, licence: str) -> str:
        """What whoever shows pictures under a licence writes beside them."""
        return f"{self.terms.attribution} ({licence})"

    def licence(self, chosen: str | None) -> str:
        """What a drive's pictures are under: its contributor's choice, else the node's."""
        return chosen or self.terms.licence

    def collection(self, name: str) -> str:
        """The address of a drive."""
        return f"{self.root}/collections/{name}"

    def item(self, name: str, id_: str) -> str:
        """The address of a picture."""
        return f"{self.collection(name)}/items/{id_}"


def landing(album: Album, site: Site) -> Json:
    """The front page, with what Panoramax's viewer looks for in it."""
    root = site.root
    return {
        "type": "Catalog",
        "id": "roadcomb",
        "stac_version": STAC_VERSION,
        "title": "Roadcomb",
        "description": "Street pictures of a Roadcomb node, by drive.",
        "conformsTo": list(CONFORMS_TO),
        "extent": _extent(album, slice(0, len(album))),
        "license": site.terms.licence,
        "roadcomb:attribution": site.terms.attribution,
        "links": [
            _link("root", root, JSON),
            _link("self", root, JSON),
            _link("service-desc", f"{site.base_url}openapi.json", _OPENAPI),
            _link("conformance", f"{root}/conformance", JSON),
            _link("data", f"{root}/collections", JSON),
            {**_link("search", f"{root}/search", GEOJSON), "method": "GET"},
            {**_link("search", f"{root}/search", GEOJSON), "method": "POST"},
            _link("xyz", f"{root}/map/{{z}}/{{x}}/{{y}}.mvt", MVT),
            _link("xyz-style", f"{root}/map/style.json", JSON),
            _link("collection-preview", f"{root}/collections/{{id}}/thumb.jpg", JPEG),
            _link("item-preview", f"{root}/pictures/{{id}}/thumb.jpg", JPEG),
            _link(_QUERYABLES, f"{root}/queryables", SCHEMA),
            _licence(site.terms.licence),
        ],
    }


def collection(album: Album, place: int, site: Site) -> Json:
    """The drive at a place among the album's."""
    name = album.names[place]
    own, address = album.of_drive(name), site.collection(name)
    licence = site.licence(album.licences[place])
    grades = album.grade[own]
    return {
        "type": "Collection",
        "id": name,
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "title": f"Drive of {date_of(int(album.day[own].min())).isoformat()}",
        "description": "Pictures of one drive, its ends cut off, in the order of the way.",
        "keywords": ["street imagery"],
        "license": licence,
        "roadcomb:attribution": site.attribution(licence),
        "providers": [_provider(site)],
        "extent": _extent(album, own),
        "summaries": {
            "roadcomb:grade": {"minimum": int(grades.min()), "maximum": int(grades.max())}
        },
        "stats:items": {"count": len(grades)},
        "links": [
            _link("root", site.root, JSON),
            _link("parent", site.root, JSON),
            _link("self", address, JSON),
            _link("items", f"{address}/items", GEOJSON),
            _licence(licence),
        ],
    }


def item(album: Album, row: int, site: Site) -> Json:
    """The picture of a row."""
    name, n = album.key(row)
    place, id_ = _place(album, row), picture_id((name, n))
    pixels = f"{site.base_url}v1/pictures/{name}/{n}"
    full, thumbnail = f"{pixels}/full.jpg", f"{pixels}/thumbnail.jpg"
    licence = site.licence(album.licences[album.drive[row]])
    return {
        "type": "Feature",
        "id": id_,
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "collection": name,
        "geometry": {"type": "Point", "coordinates": place},
        "bbox": [*place, *place],
        "properties": _properties(album, row, site, full, thumbnail),
        "providers": [_provider(site)],
        "assets": {
            "hd": _asset(full, "The picture", "data"),
            "sd": _asset(thumbnail if site.metered else full, "To look at", "visual"),
            "thumb": _asset(thumbnail, "320 px wide", "thumbnail"),
        },
        "links": [
            _link("root", site.root, JSON),
            _link("parent", site.collection(name), JSON),
            _link("collection", site.collection(name), JSON),
            _link("self", site.item(name, id_), GEOJSON),
            _licence(licence),
            *_neighbours(album, row, site),
        ],
    }


def items_of(album: Album, rows: Iterable[int], site: Site, links: list[Json]) -> Json:
    """An ItemCollection of some rows, in their order."""
    features = [item(album, row, site) for row in rows]
    return {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
        "links": [_link("root", site.root, JSON), *links],
    }


def _properties(album: Album, row: int, site: Site, full: str, thumbnail: str) -> Json:
    licence = site.licence(album.licences[album.drive[row]])
    own, heading = album.of_drive(album.names[album.drive[row]]), int(album.heading_cdeg[row])
    told = {
        **_times(album, row),
        "license": licence,
        "roadcomb:attribution": site.attribution(licence),
        "roadcomb:grade": int(album.grade[row]),
        "geovisio:image": thumbnail if site.metered else full,
        "geovisio:thumbnail": thumbnail,
        "geovisio:producer": site.terms.attribution,
        "geovisio:rank_in_collection": row - own.start + 1,
        "geovisio:status": "ready",
        "pers:interior_orientation": {},
        "annotations": [],
        "semantics": [],
    }
    return told if heading == NOT_KNOWN else {**told, "view:azimuth": heading / 100}


def _times(album: Album, row: int) -> Json:
    """The instant, where it is told; the day otherwise."""
    instant_ms = album.instant_ms(row)
    if instant_ms is not None:
        return {"datetime": instant_text(instant_ms)}
    day = date_of(int(album.day[row])).isoformat()
    return {
        "datetime": None,
        "start_datetime": f"{day}T00:00:00Z",
        "end_datetime": f"{day}T23:59:59Z",
    }


def _neighbours(album: Album, row: int, site: Site) -> list[Json]:
    """Links to the pictures before and behind in the drive."""
    own = album.of_drive(album.names[album.drive[row]])
    asked = (("prev", row - 1), ("next", row + 1))
    return [_neighbour(album, at, rel, site) for rel, at in asked if own.start <= at < own.stop]


def _neighbour(album: Album, row: int, rel: str, site: Site) -> Json:
    name, n = album.key(row)
    id_ = picture_id((name, n))
    geometry = {"type": "Point", "coordinates": _place(album, row)}
    return {**_link(rel, site.item(name, id_), GEOJSON), "id": id_, "geometry": geometry}


def _place(album: Album, row: int) -> list[float]:
    return [degrees(int(album.lon_e7[row])), degrees(int(album.lat_e7[row]))]


def _extent(album: Album, rows: slice) -> Json:
    lon, lat, days = album.lon_e7[rows], album.lat_e7[rows], album.day[rows]
    if not len(days):
        return {"spatial": {"bbox": [list(_WORLD)]}, "temporal": {"interval": [[None, None]]}}
    corners = (lon.min(), lat.min(), lon.max(), lat.max())
    first, last = (date_of(int(day)).isoformat() for day in (days.min(), days.max()))
    interval = [f"{first}T00:00:00Z", f"{last}T23:59:59Z"]
    if (ms := album.ms[rows]).min() != NOT_KNOWN:
        taken = days.astype(np.int64) * DAY_MS + ms
        interval = [instant_text(int(t_ms)) for t_ms in (taken.min(), taken.max())]
    box = [degrees(int(corner)) for corner in corners]
    return {"spatial": {"bbox": [box]}, "temporal": {"interval": [interval]}}


def _asset(href: str, title: str, role: str) -> Json:
    return {"href": href, "type": JPEG, "title": title, "roles": [role]}


def _provider(site: Site) -> Json:
    return {
        "name": site.terms.attribution,
        "roles": ["producer", "licensor", "host"],
        "url": site.base_url,
    }


def _licence(licence: str) -> Json:
    address = licence_address(licence)
    return {"rel": "license", "href": address, "type": "text/html", "title": licence}


def _link(rel: str, href: str, media_type: str) -> Json:
    return {"rel": rel, "href": href, "type": media_type}
