"""What the doors of the map answer, field by field: wire models, for the document and its readers.

The routes write these documents themselves, column by column; that what they write is what is told
here is what tests/api/test_document.py looks at. STAC documents have schemas of their own, by which
tests/tiles/test_stac.py judges them, so here stands only what every one of them has.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Cell",
    "Cells",
    "DrivePictures",
    "Epochs",
    "Gaps",
    "ItemPage",
    "NextPass",
    "StacCatalog",
    "StacCollection",
    "StacCollections",
    "StacItem",
    "Style",
    "TileJson",
]

Index = Annotated[str, Field(pattern="^[0-9a-f]{15}$")]
Grade = Annotated[int, Field(ge=0, le=1000)]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[str, Field(pattern="^[0-9]+$", description="base units")]
Address = Annotated[str, Field(pattern="^https?://")]
Position = tuple[float, float]


class _Whole(BaseModel):
    """Told field by field: nothing more is answered."""

    model_config = ConfigDict(extra="forbid")


class _Open(BaseModel):
    """More fields may stand beside these."""

    model_config = ConfigDict(extra="allow")


class Picture(_Whole):
    """A picture on the map; addresses are null as long as it waits for its blur. taken: the
    instant, on a node that tells it; licence: SPDX id."""

    id: str
    day: date
    taken: datetime | None
    licence: str
    grade: Grade
    lat: float
    lon: float
    heading: float | None
    thumbnail: Address | None
    full: Address | None
    waits_for: Literal["blur"] | None


class DayOfCell(_Whole):
    """What one day brought."""

    day: date
    pictures: Count
    best_grade: Grade


class Cell(_Whole):
    """What is known of a cell; contributors are an estimate, at most 20; sectors 0 is north."""

    cell: Index
    resolution: Annotated[int, Field(ge=0, le=12)]
    passes: Count
    contributors: Count
    first_seen: date
    last_seen: date
    best_grade: Grade
    mean_grade: Grade
    sectors: list[Annotated[int, Field(ge=0, le=7)]]
    history: list[DayOfCell]
    best_picture: Picture | None
    pictures: list[Picture]


class _Seen(_Whole):
    cell: Index
    passes: Count
    frames: Count
    contributors: Count
    first_seen: date
    last_seen: date
    best_grade: Grade
    mean_grade: Grade
    sectors: Annotated[int, Field(ge=0, le=255)]


class _Polygon(_Whole):
    type: Literal["Polygon"]
    coordinates: list[list[Position]]


class _Hexagon(_Whole):
    type: Literal["Feature"]
    id: Index
    geometry: _Polygon
    properties: _Seen


class Cells(_Whole):
    """Cells of an area; next: the address of the page that follows."""

    type: Literal["FeatureCollection"]
    features: list[_Hexagon]
    next: Address | None


class Usd(_Whole):
    """Worth now, at the newest price of the books; least and most of the last 30 days."""

    now: str
    least: str
    most: str


class _Gap(_Open):
    cell: Index
    lat: float
    lon: float
    distance_m: Count
    bearing: Annotated[int, Field(ge=0, le=360)]
    last_seen: date | None
    need: float
    earns: Amount
    usd: Usd | None
    customers: Count


class Gaps(_Whole):
    """Cells worth driving, the most needed first; found: all, of which some are listed."""

    today: date
    rate_of: date | None
    found: Count
    gaps: list[_Gap]


class DrivePictures(_Whole):
    """A page of a drive's pictures; next: the number that the next page begins with."""

    drive: str
    pictures: list[Picture]
    next: int | None


class NextPass(_Whole):
    """What a pass of grade 1000, alone in the cell, would earn today."""

    cell: Index
    today: date
    rate_of: date | None
    refill_days: Count
    full_days: Count
    earns: Amount
    usd: Usd | None


class Epoch(_Open):
    """A closed epoch; amounts are texts of whole base units."""

    epoch: Count
    day: date
    manifest: str
    rows: Count
    paid: Any
    unallocated: Any


class Epochs(_Whole):
    """The chain, the oldest first."""

    epochs: list[Epoch]


class TileJson(_Open):
    """TileJSON 3.0."""

    tilejson: Literal["3.0.0"]
    tiles: list[str]
    vector_layers: list[dict[str, Any]]
    attribution: str
    minzoom: Count
    maxzoom: Count


class Style(_Open):
    """A style of MapLibre GL."""

    version: Literal[8]
    sources: dict[str, Any]
    layers: list[dict[str, Any]]


class _Stac(_Open):
    stac_version: Literal["1.1.0"]
    id: str
    links: list[dict[str, Any]]


class StacCatalog(_Stac):
    """The landing page."""

    type: Literal["Catalog"]
    conforms_to: Annotated[list[str], Field(alias="conformsTo")]


class StacCollection(_Stac):
    """A drive."""

    type: Literal["Collection"]
    license: str
    extent: dict[str, Any]


class StacCollections(_Open):
    """A page of drives."""

    collections: list[StacCollection]
    links: list[dict[str, Any]]


class _Point(_Whole):
    type: Literal["Point"]
    coordinates: Position


class StacItem(_Stac):
    """A picture."""

    type: Literal["Feature"]
    collection: str
    geometry: _Point
    properties: dict[str, Any]
    assets: dict[str, Any]


class ItemPage(_Open):
    """A page of pictures."""

    type: Literal["FeatureCollection"]
    features: list[StacItem]
    links: list[dict[str, Any]]
