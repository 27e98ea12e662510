"""Command line verbs of stakes: `stake deposit|list|show|withdraw`, and `slash`."""

from pathlib import Path
from typing import Annotated

import typer

from ingest.asking import asking

__all__ = ["register"]

Data = Annotated[Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")]
To = Annotated[str, typer.Option(help="Address of the node.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]
Tokens = Annotated[str, typer.Argument(help="Tokens, as 12 or 0.5.")]

_HERE = "http://127.0.0.1:8300"


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    stakes = typer.Typer(no_args_is_help=True, help="Stakes: what can be slashed, and comes back.")
    stakes.command()(deposit)
    stakes.command("list")(list_stakes)
    stakes.command()(show)
    stakes.command()(withdraw)
    app.add_typer(stakes, name="stake")
    app.command()(slash)


def deposit(
    account: Annotated[str, typer.Argument(help="Whose, or the first 6 characters or more.")],
    tokens: Tokens,
    transaction: Annotated[str, typer.Option(help="Its hash, 0x..; with :n for one of several.")],
    by: Annotated[str, typer.Option(help="Who saw it confirmed.")],
    data: Data = None,
) -> None:
    """The operator: record a deposit that is confirmed; the next books take it in, once."""
    from rewards.depositing import deposit as run
    from rewards.tokens import base_units_of, in_tokens
    from roadcomb.node import open_existing

    amount = base_units_of(tokens)
    whole = run(open_existing(data), account, amount, transaction, by)
    typer.echo(f"{in_tokens(amount)} tokens are staked for account {whole} by the next books")


def list_stakes(data: Data = None, as_json: AsJson = False) -> None:
    """The operator: all stakes and slashes as the newest books have them."""
    from rewards.chain import newest
    from rewards.dated import sums
    from rewards.in_force import stakes_after
    from rewards.stake_document import stakes_document
    from rewards.tokens import in_tokens
    from roadcomb.epochs import date_of
    from roadcomb.node import open_existing

    node = open_existing(data)
    last = newest(node)
    stakes = stakes_after(node, last)
    if as_json:
        typer.echo(stakes_document(stakes, 0 if last is None else last.epoch).decode())
        return
    for account, amount in sorted(sums(stakes.staked).items()):
        typer.echo(f"{account}: {in_tokens(amount)} tokens staked")
    for account, amount in sorted(sums(stakes.cooling).items()):
        typer.echo(f"{account}: {in_tokens(amount)} tokens cooling down")
    for case in stakes.cases:
        typer.echo(
            f"case {case.number}: {in_tokens(case.amount)} tokens of {case.account} set aside, its "
            f"drive is {case.state}, appeals until {date_of(case.until)}"
        )
    for one in stakes.ended:
        typer.echo(
            f"case {one.number}: {in_tokens(one.amount)} tokens of {one.account} {one.outcome} on "
            f"{date_of(one.epoch)}"
        )


def show(to: To = _HERE, as_json: AsJson = False) -> None:
    """My stake: what is staked, what cools down, what is set aside and until when I can appeal."""
    import json

    from roadcomb.printable import printable

    with asking(to) as (client, key):
        stake = client.get_signed("/v1/stake", key)
    if as_json:
        typer.echo(json.dumps(stake, ensure_ascii=False))
        return
    typer.echo(f"account {printable(str(stake.get('account')))}")
    for sentence in stake.get("words") or ("nothing is staked",):
        typer.echo(printable(str(sentence)))


def withdraw(tokens: Tokens, to: To = _HERE) -> None:
    """Ask a part of my stake back: it cools down, and is claimable then."""
    from rewards.tokens import base_units_of, in_tokens
    from roadcomb.epochs import date_of

    amount = base_units_of(tokens)
    with asking(to) as (client, key):
        asked = client.delete_signed(f"/v1/stake/{amount}", key)
    day = date_of(int(asked["epoch"]))
    typer.echo(f"{in_tokens(amount)} tokens begin to cool down with the books of {day}")


def slash(
    drive: Annotated[str, typer.Argument(help="Id or public id of a drive, or 6 digits of one.")],
    by: Annotated[str, typer.Option(help="Who decides; it is not published.")],
    note: Annotated[
        str, typer.Option(help="Why, in words that are published: name no place and no person.")
    ],
    data: Data = None,
) -> None:
    """The operator: slash for a rejected drive, with its evidence published; it can be appealed."""
    from rewards.accusing import slash as run
    from rewards.tokens import in_tokens
    from roadcomb.node import open_existing

    made = run(open_existing(data), drive, by, note)
    typer.echo(
        f"case {made.case}: at most {in_tokens(made.penalty)} tokens of account "
        f"{made.account[:16]}.. for drive {made.drive_id[:12]} are set aside by the next books, "
        f"and taken {made.appeal_days} days later unless it is appealed"
    )
