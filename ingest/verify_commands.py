"""Command line verb `verify`: is this receipt true, and does its node still keep it?"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ingest.heads import Head
    from ingest.receipts import Receipt

__all__ = ["register"]

_EPILOG = (
    "Exit codes: 0 the receipt is true, 3 there is no such file, 5 signed by somebody else, 7 no "
    "receipt or its proof is wrong, 11 the node's log does not hold what it promised, 6 the node "
    "does not answer."
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(epilog=_EPILOG)(verify)


def verify(
    receipt: Annotated[Path, typer.Argument(help="The receipt's file, as `upload` keeps it.")],
    node_key: Annotated[
        str | None,
        typer.Option(help="Public key that must have signed it. Default: the one it names."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Ask this node whether its log still holds the receipt.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Check a receipt: its signature and its place in the log, offline; with --to, under today's
    head of the log as well.
    """
    from ingest.receipts import parse_receipt, verify_receipt
    from roadcomb.canonical import parse_json

    value = parse_json(_read(receipt))
    named = parse_receipt(value)[0].promise.node
    found = verify_receipt(value, node_key.lower() if node_key else named)
    head = None if to is None else _ask(found, to)
    if as_json:
        typer.echo(json.dumps(_as_json(found, node_key is not None, head), indent=2))
    else:
        _say(found, node_key is not None, head)


def _read(path: Path) -> bytes:
    from roadcomb.errors import NotFound

    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"the receipt {path} cannot be read: {error.strerror}") from error


def _ask(receipt: "Receipt", to: str) -> "Head":
    from ingest.nodeclient import NodeClient, open_http
    from ingest.settings import UploadSettings
    from ingest.witness import check_kept

    settings = UploadSettings(attempts=3)
    with open_http(to, settings) as http:
        return check_kept(receipt, NodeClient(http, settings).get)


def _as_json(receipt: "Receipt", pinned: bool, head: "Head | None") -> dict[str, Any]:
    return {
        "valid": True,
        "pinned": pinned,
        "receipt": receipt.to_json(),
        "head": None if head is None else head.to_json(),
    }


def _say(receipt: "Receipt", pinned: bool, head: "Head | None") -> None:
    from roadcomb.epochs import to_datetime

    promise = receipt.promise
    sealed = to_datetime(promise.sealed_ms).isoformat(sep=" ", timespec="seconds")
    typer.echo(f"drive {promise.drive_id}: {promise.frames} frames, {promise.bytes} bytes")
    typer.echo(f"kept since {sealed} by node {promise.node}")
    typer.echo(
        f"entry {promise.log_index} of a log of {receipt.log_size}: signature and proof hold"
    )
    if not pinned:
        typer.echo("that this key is your node's is not checked: give it with --node-key")
    if head is not None:
        typer.echo(f"today's log of {head.size} entries holds it and begins with the one it saw")
