"""Command line verbs of this room: `rewards`; the others have files of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rewards import (
    audit_commands,
    demand_commands,
    fleet_commands,
    ledger_commands,
    nightly_commands,
    stake_commands,
    where_commands,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["register"]

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    nightly_commands.register(app)
    app.command()(rewards)
    audit_commands.register(app)
    demand_commands.register(app)
    ledger_commands.register(app)
    where_commands.register(app)
    stake_commands.register(app)
    fleet_commands.register(app)


def rewards(
    to: Annotated[str, typer.Option(help="Address of the node.")] = "http://127.0.0.1:8300",
    epochs: Annotated[int, typer.Option(min=1, max=366, help="The newest so many.")] = 7,
    rows: Annotated[int, typer.Option(min=0, help="Rows to show of each epoch.")] = 12,
    why: Annotated[
        str | None, typer.Option(metavar="CELL", help="Only this cell: each amount in words.")
    ] = None,
    salts: Annotated[
        Path | None, typer.Option(help="Also write the salts that open my rows: `audit --mine`.")
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open it in a browser, signed in for half an hour.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """My statement: what each cell earned, why, and why not more. Checked before it is shown."""
    from rich.console import Console

    from rewards.fetch import fetch_mine
    from rewards.report import print_cell, print_statement

    if open_:
        _open_in_browser(to)
        return
    cell = None if why is None else _cell(why)
    statement = fetch_mine(to, epochs)
    if salts is not None:
        _write_salts(statement, salts)
    if as_json:
        _print_json(statement)
    elif cell is not None:
        print_cell(Console(highlight=False), statement, cell)
    else:
        print_statement(Console(highlight=False), statement, rows)


def _cell(text: str) -> str:
    from roadcomb.cells import format_cell, parse_cell

    return format_cell(parse_cell(text))


def _open_in_browser(to: str) -> None:
    from rewards.signin import signin_link

    link = signin_link(to)
    typer.echo(link)
    typer.echo("it opens once, within five minutes; show it to nobody", err=True)
    typer.launch(link)


def _write_salts(statement: "Mapping[str, Any]", file: Path) -> None:
    from rewards.salts import salts_document
    from rewards.salts_of import salts_of_statement
    from roadcomb.canonical import canonical_json
    from roadcomb.files import OWNER_ONLY, check_named, write_durably
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    check_named(file)
    contributor = load_key(ClientSettings().key_file).public
    document = salts_document(salts_of_statement(statement, contributor))
    write_durably(file, canonical_json(document), OWNER_ONLY)


def _print_json(document: object) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False))
