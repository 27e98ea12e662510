"""Command line verbs `roadcomb reports list|close`: what people say of published pictures."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Data = Annotated[Path | None, typer.Option(help="Folder of the node.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    reports = typer.Typer(help="What people say of published pictures.", no_args_is_help=True)
    reports.command("list")(list_reports)
    reports.command("close")(close)
    app.add_typer(reports, name="reports")


def list_reports(
    data: Data = None,
    closed: Annotated[bool, typer.Option("--closed", help="Those that were closed.")] = False,
    as_json: AsJson = False,
) -> None:
    """What waits for the operator, the oldest first."""
    import json

    from rich.console import Console
    from rich.table import Column, Table

    from quality.reports import listed
    from roadcomb.epochs import to_datetime
    from roadcomb.node import open_existing
    from roadcomb.printable import printable

    found = listed(open_existing(data), closed)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    if not found:
        typer.echo("no report is closed" if closed else "no report is open")
        return
    names = [f"{one.public_id}/{one.n}" for one in found]
    picture = Column(
        "picture", no_wrap=True, min_width=max(map(len, names))
    )  # `reblur` asks for it
    table = Table("id", picture, "kind", "said", "words", "note", box=None)
    for name, one in zip(names, found, strict=True):
        said = f"{to_datetime(one.reported_ms):%Y-%m-%d %H:%M}"
        texts = (one.kind, said, one.words, one.note or "")
        cells = [printable(text) for text in (name, *texts)]
        table.add_row(str(one.id), *cells)
    Console(highlight=False, markup=False).print(table)


def close(
    report: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Its number in the list.")],
    note: Annotated[str, typer.Option(help="What was done.")],
    data: Data = None,
) -> None:
    """Close a report: its picture was looked at, and masked or left as it is."""
    from quality.reports import close as run
    from roadcomb.node import open_existing

    closed = run(open_existing(data), report, note)
    typer.echo(f"report {closed.id} of {closed.public_id}/{closed.n} is closed")
