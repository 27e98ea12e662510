"""Command line verb `roadcomb regions`: how far each region is."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["register"]

TITLES = {
    "name": "region",
    "cells": "cells seen",
    "cells_fresh": "fresh",
    "km_seen": "km seen",
    "roads_km": "street km",
    "roads_km_seen": "seen",
    "roads_km_fresh": "fresh",
    "share_seen": "share",
    "edges": "edges",
    "edges_seen": "seen whole",
}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(regions)


def regions(
    polygons: Annotated[Path, typer.Argument(help="Polygons, in any file that geopandas reads.")],
    data: Annotated[Path | None, typer.Option(help="Folder of the node.")] = None,
    roads: Annotated[Path | None, typer.Option(help="Streets: .osm or .osm.pbf.")] = None,
    name: Annotated[str | None, typer.Option(help="Column of the regions' names.")] = None,
    out: Annotated[Path | None, typer.Option(help="GeoJSON file to write, too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How much of each region was seen, and of its streets by direction."""
    from rich.console import Console

    from roadcomb.cells import PAID_RESOLUTION
    from roadcomb.epochs import epoch_of
    from roadcomb.node import open_existing
    from tiles.live import LiveMap
    from tiles.regions import progress, read_regions
    from tiles.roads import network_of, read_edges

    asked = read_regions(polygons, name)
    network = None if roads is None else network_of(read_edges(roads))
    node = open_existing(data)
    state, today = LiveMap(node).state, epoch_of(node.clock.now_ms())
    streets = None if network is None else (network, state.lines)
    found = progress(asked, state.table(PAID_RESOLUTION), today, streets)
    if out is not None:
        out.write_text(found.to_json(drop_id=True), "utf-8")
    rows = found.drop(columns="geometry").to_dict("records")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        Console().print(_table(rows))


def _table(rows: list[dict[str, Any]]) -> "Table":
    from rich.table import Table

    table = Table(box=None)
    for column in rows[0]:
        table.add_column(TITLES[column], justify="left" if column == "name" else "right")
    for row in rows:
        table.add_row(*(f"{v:.1%}" if k == "share_seen" else str(v) for k, v in row.items()))
    return table
