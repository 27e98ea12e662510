"""Command line verb for a driver: `roadcomb where LAT LON`."""

from typing import Annotated, Any

import typer

__all__ = ["register"]

_SOUTH_AND_WEST = {"ignore_unknown_options": True}
"""Degrees below zero are no options; an option that is none is then one argument too many."""

_DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(context_settings=_SOUTH_AND_WEST)(where)


def where(
    lat: Annotated[float, typer.Argument(min=-90, max=90, help="Latitude, degrees.")],
    lon: Annotated[float, typer.Argument(min=-180, max=180, help="Longitude, degrees.")],
    to: Annotated[str, typer.Option(help="Address of the node.")] = "http://127.0.0.1:8300",
    radius: Annotated[float, typer.Option(min=1, max=1000, help="Metres around.")] = 250,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Cells to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Where is it worth driving now? Cells around a point that are stale, or new beside a road."""
    import json

    import httpx
    from rich.console import Console

    from rewards.fetch import fetch_public

    asked = httpx.QueryParams({"lat": lat, "lon": lon, "radius": radius, "limit": limit})
    found = fetch_public(to, f"/v1/gaps?{asked}")
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _print(Console(highlight=False), found, radius)


def _print(console: Any, found: Any, radius: float) -> None:
    from rich.table import Table

    from rewards.tokens import in_tokens

    if not found["gaps"]:
        console.print(
            f"Nothing within {radius:g} m is known to be worth driving today: what was seen there "
            "is fresh, and no street that nobody saw is known."
        )
        return
    table = Table("cell", "away", "last seen", "would earn", "in USD", "last 30 days", box=None)
    for gap in found["gaps"]:
        direction = _DIRECTIONS[round(gap["bearing"] / 45) % len(_DIRECTIONS)]
        seen = gap["last_seen"] or "never"
        away = f"{gap['distance_m']} m {direction}"
        table.add_row(gap["cell"], away, seen, in_tokens(int(gap["earns"])), *_usd(gap["usd"]))
    console.print(table)
    if more := found["found"] - len(found["gaps"]):
        console.print(f"{more} more: --limit shows them")
    by = f"the rate of {found['rate_of']}" if found["rate_of"] else "the policy's ceiling"
    console.print(
        f"Tokens for a picture of grade 1000, alone in the cell, by {by}: what a pass really earns "
        "depends on its grade and on who else drives there today."
    )
    if all(gap["usd"] is None for gap in found["gaps"]):
        console.print("No price in USD: the books of the last 30 days have none.")


def _usd(usd: Any) -> tuple[str, str]:
    """Now, and from the least to the most; to a hundredth of a cent."""
    if usd is None:
        return "", ""
    now, least, most = (f"{float(usd[name]):.4f}" for name in ("now", "least", "most"))
    return now, f"{least} to {most}"
