"""Command line verb `doctor`: is this machine fit to upload, or this node to run?"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ingest.doctor import Finding

__all__ = ["register"]

TROUBLED = 4


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog="Exit codes: 0 fit (notes may be told), 4 some trouble.")(doctor)


def doctor(
    to: Annotated[
        str | None, typer.Option(help="Address of the node. Default: where you sent last.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Look at the node in this folder instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Look for what would stop uploads or endanger rewards: key and backup, clock, disk, node,
    optional tools. Changes nothing.
    """
    from ingest.doctor import Health
    from roadcomb.printable import printable

    found = list(_contributor(to) if data is None else _node(data))
    if as_json:
        rows = [
            {"what": f.what, "health": f.health.value, "words": printable(f.words)} for f in found
        ]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for finding in found:
            typer.echo(f"{finding.health.value:8}{finding.what}: {printable(finding.words)}")
    if any(finding.health is Health.TROUBLE for finding in found):
        raise typer.Exit(TROUBLED)


def _contributor(to: str | None) -> "Iterator[Finding]":
    from ingest.doctor import disk_finding, key_findings, node_findings, tool_finding
    from roadcomb.clock import SystemClock
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    yield from key_findings(lambda: load_key(ours.key_file), ours.config)
    yield disk_finding(ours.state)
    yield from node_findings(to or _last_url(), _ask, SystemClock().now_ms, _compare)
    yield tool_finding("exiftool", "reads videos of cameras that nothing else here reads")


def _node(data: Path) -> "Iterator[Finding]":
    from api.upkeep.doctor import node_health
    from ingest.limits import IntakeSettings
    from roadcomb.clock import SystemClock
    from roadcomb.node import open_existing

    yield from node_health(open_existing(data), IntakeSettings(), SystemClock().now_ms())


def _ask(url: str) -> Mapping[str, Any]:
    from ingest.nodeclient import NodeClient, open_http
    from ingest.settings import UploadSettings

    settings = UploadSettings(attempts=2, timeout_s=10)
    with open_http(url, settings) as http:
        return NodeClient(http, settings).get("/v1/node")


def _compare(url: str, public: str) -> None:
    """Is it the node that this machine knows by the address? Nothing is written down."""
    from ingest.knownnodes import compare_node
    from ingest.localstate import open_state
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    with open_state(ours.state) as state:
        compare_node(ours.state, url.rstrip("/"), public, state.node_at(url.rstrip("/")))


def _last_url() -> str | None:
    """Where this machine sent a drive to last."""
    from ingest.localstate import open_state
    from roadcomb.errors import RoadcombError
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    ours = ClientSettings()
    try:
        key = load_key(ours.key_file)
    except RoadcombError:
        return None
    with open_state(ours.state) as state:
        drives = list(state.drives(key.public))
    return drives[-1].url if drives else None
