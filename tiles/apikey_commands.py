"""Command line verbs of keys for full pictures: `roadcomb apikey create|list|revoke`."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Data = Annotated[Path | None, typer.Option(help="Folder of the node.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    keys = typer.Typer(
        no_args_is_help=True, help="Keys for full pictures, where these are metered."
    )
    keys.command("create")(create)
    keys.command("list")(list_)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="apikey")


def create(account: Annotated[str, typer.Argument(help="Whose it is.")], data: Data = None) -> None:
    """Make a key and show it, this once."""
    from roadcomb.node import open_existing
    from tiles.metering import create_key

    node = open_existing(data)
    with closing(node.catalog):
        print(create_key(node, account))


def list_(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Keys, and for how many cells and weeks their accounts were counted."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from roadcomb.epochs import date_of, epoch_of
    from roadcomb.node import open_existing
    from tiles.metering import list_keys

    node = open_existing(data)
    with closing(node.catalog):
        keys = list_keys(node)
    if as_json:
        print(json.dumps([asdict(key) for key in keys]))
        return
    table = Table("id", "account", "made", "stands", "counted")
    for key in keys:
        made = date_of(epoch_of(key.created_ms)).isoformat()
        stands = "yes" if key.revoked_ms is None else "revoked"
        table.add_row(str(key.id), key.account, made, stands, str(key.opened))
    Console().print(table)


def revoke(
    id_: Annotated[int, typer.Argument(metavar="ID", help="As `apikey list` shows it.")],
    data: Data = None,
) -> None:
    """Let a key open nothing from now on."""
    from roadcomb.node import open_existing
    from tiles.metering import revoke_key

    node = open_existing(data)
    with closing(node.catalog):
        revoke_key(node, id_)
    print(f"key {id_} opens nothing any more")
