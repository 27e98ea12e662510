"""The verb `audit`: the books from published files alone, and pictures that are judged again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rewards.regrading import Seen
    from rewards.sources import Source

__all__ = ["register"]

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(audit)


def audit(
    published: Annotated[Path, typer.Argument(help="A copy of a node's folder `published`.")],
    node_key: Annotated[
        str | None, typer.Option(help="Public key that must have signed. Default: the first's.")
    ] = None,
    receipts: Annotated[
        list[Path] | None,
        typer.Option("--receipt", help="A receipt of mine: what became of it? Repeatable."),
    ] = None,
    mine: Annotated[
        Path | None, typer.Option(help="My salts, of `roadcomb rewards --salts`: are my rows in?")
    ] = None,
    salts: Annotated[
        Path | None, typer.Option(help="All salts, of the operator's `roadcomb ledger salts`.")
    ] = None,
    pictures: Annotated[
        int, typer.Option(min=0, help="Also judge so many published pictures again.")
    ] = 0,
    source: Annotated[
        str, typer.Option("--from", help="A node's address, or a folder that --keep wrote.")
    ] = "http://127.0.0.1:8300",
    keep: Annotated[
        Path | None, typer.Option(help="Keep albums and pictures there, for an audit offline.")
    ] = None,
    seed: Annotated[
        str, typer.Option(help="Words of mine that choose the pictures, too; nobody knew them.")
    ] = "",
    api_key: Annotated[
        str | None,
        typer.Option(envvar="ROADCOMB_API_KEY", help="Where full pictures are metered."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every epoch from its published files alone; exit 11 at the first difference."""
    from rewards.accounted import Accounting
    from rewards.audit import audit as run
    from rewards.receipted import receipt_state
    from roadcomb.epochs import date_of

    accounting, found = Accounting(), None
    for found in run(published, node_key, accounting):
        if as_json:
            _print_json({"epoch": found.epoch, "equal": True, "root": found.root})
        else:
            root = found.root or "no claims yet"
            typer.echo(f"epoch {found.epoch} ({date_of(found.epoch)}): equal, root {root}")
    if found is not None and not as_json:
        told = ", ".join(f"{count} {state}" for state, count in found.receipts.items() if count)
        typer.echo(f"{sum(found.receipts.values())} receipts accounted for: {told or 'none yet'}")
    _print_opened(published, mine, whole=True)
    _print_opened(published, salts, whole=False)
    for path in receipts or ():
        state = receipt_state(path, accounting)
        if as_json:
            _print_json({"receipt": str(path), "state": state})
        else:
            typer.echo(f"{path}: {state}")
    if pictures:
        from rewards.sources import opened_source

        with opened_source(source, keep, api_key) as opened:
            _look_again(published, opened, pictures, seed, as_json)
    if node_key is None:
        typer.echo("signed by the key in the first manifest; --node-key pins one", err=True)


def _print_opened(published: Path, file: Path | None, whole: bool) -> None:
    """Open rows with the salts of a file; whole: it must hold all of an account's."""
    if file is None:
        return
    from rewards.demand.opened import check_demand_opened
    from rewards.folders import read_folder
    from rewards.salts import check_opened, parse_salts
    from rewards.tokens import in_tokens
    from roadcomb.errors import UsageError

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"the salts {file} cannot be read: {error.strerror}") from error
    opened = parse_salts(data)
    for epoch, owned in opened.items():
        found = check_opened(read_folder(published, epoch), owned, whole)
        typer.echo(
            f"epoch {epoch}: {found.rows} rows opened, of {found.accounts} accounts, and they add "
            f"up; {found.left} left closed"
        )
    for night in check_demand_opened(published, opened):
        typer.echo(
            f"epoch {night.epoch}: {night.rows} rows opened in cells that customers opened, which "
            f"earn {in_tokens(night.amount)} tokens, and their accounts have them"
        )


def _look_again(published: Path, source: "Source", count: int, own: str, as_json: bool) -> None:
    """Raises IntegrityError after the last picture when too many were named."""
    from rewards.regrading import look_again, refused
    from roadcomb.errors import IntegrityError

    seen = []
    for one in look_again(published, source, count, own):
        seen.append(one)
        if as_json:
            _print_json(_picture_json(one))
        elif one.is_named:
            typer.echo(_in_words(one))
    named, gone = sum(one.is_named for one in seen), sum(one.fault == "gone" for one in seen)
    if not as_json:
        good = len(seen) - named - gone
        typer.echo(
            f"{len(seen)} pictures drawn: {good} bear out their grades, {named} do not, "
            f"{gone} are no longer shown"
        )
    if too_many := refused(seen):
        raise IntegrityError(f"{too_many} of {len(seen)} pictures do not bear out what was paid")


def _in_words(one: "Seen") -> str:
    from rewards.regrading import WORDS

    told = f"epoch {one.epoch}, picture {one.picture}: {WORDS[str(one.fault)]}"
    if one.grade is not None:
        told += f"; it was paid as {one.grade}"
    if one.borne is not None:
        told += f" and bears {one.borne.least} to {one.borne.most}"
    return told


def _picture_json(one: "Seen") -> object:
    borne = None if one.borne is None else [one.borne.least, one.borne.most]
    document = {"epoch": one.epoch, "picture": one.picture, "grade": one.grade, "bears": borne}
    return {**document, "fault": one.fault}


def _print_json(document: object) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False))
