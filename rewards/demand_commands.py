"""Command line verbs of demand: `demand quote|price|burn|customers|credits|burst`."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["register"]

Data = Annotated[Path | None, typer.Option(help="Folder of the node. [env: ROADCOMB_DATA]")]
To = Annotated[str, typer.Option(help="Address of the node.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]

_HERE = "http://127.0.0.1:8300"


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    demand = typer.Typer(no_args_is_help=True, help="What customers burn, open and have left.")
    demand.command()(quote)
    demand.command()(price)
    demand.command()(burn)
    demand.command()(customers)
    demand.command("credits")(show_credits)
    demand.command()(burst)
    app.add_typer(demand, name="demand")


def quote(
    usd: Annotated[str, typer.Argument(help="USD a token, as 0.02; at most eight places.")],
    to: To = _HERE,
    key: Annotated[
        Path | None, typer.Option(help="Key of the source. Default: this machine's.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it to a file, for `demand price`; send nothing.")
    ] = None,
) -> None:
    """A source of prices: sign what a token costs now, and send it to the node."""
    from rewards.demand.price import price_of_usd, sign_quote
    from rewards.fetch import fetch_public, send_public
    from roadcomb.canonical import canonical_json
    from roadcomb.files import check_named, write_durably
    from roadcomb.keys import load_key
    from roadcomb.settings import ClientSettings

    if out is not None:
        check_named(out)
    source = load_key(key or ClientSettings().key_file)
    now_ms = int(fetch_public(to, "/v1/node")["now_ms"])
    said = canonical_json(sign_quote(source, price_of_usd(usd), now_ms))
    if out is None:
        send_public(to, "/v1/prices", said)
        typer.echo(f"{usd} USD a token, signed by {source.signer}, is sent")
    else:
        write_durably(out, said)
        typer.echo(f"{out}: {usd} USD a token, signed by {source.signer}")


def price(
    files: Annotated[list[Path], typer.Argument(help="Prices that `demand quote --out` wrote.")],
    data: Data = None,
) -> None:
    """The operator: record prices that sources have signed."""
    from rewards.demand.price import in_usd
    from rewards.demand.recording import record_price
    from roadcomb.canonical import parse_json
    from roadcomb.errors import InvalidInput
    from roadcomb.node import open_existing

    node = open_existing(data)
    for file in files:
        said = parse_json(file.read_bytes())
        if not isinstance(said, dict):
            raise InvalidInput(f"{file} holds no price")
        taken = record_price(node, said)
        typer.echo(f"{in_usd(taken.price)} USD a token by {taken.source}")


def burn(
    account: Annotated[str, typer.Argument(help="The customer, as `apikey create` named it.")],
    tokens: Annotated[str, typer.Argument(help="Tokens, as 12 or 0.5.")],
    transaction: Annotated[str, typer.Option(help="Its hash, 0x..; with :n for one of several.")],
    by: Annotated[str, typer.Option(help="Who saw it confirmed.")],
    data: Data = None,
) -> None:
    """The operator: record a burn that is confirmed; it becomes credits with the next night."""
    from rewards.demand.recording import record_burn
    from rewards.tokens import base_units_of, in_tokens
    from roadcomb.node import open_existing

    amount = base_units_of(tokens)
    customer = record_burn(open_existing(data), account, amount, transaction, by)
    typer.echo(
        f"{in_tokens(amount)} tokens of {account}, {customer} in the books, become credits with "
        "the next night that has a price"
    )


def customers(data: Data = None, as_json: AsJson = False) -> None:
    """The operator: what each customer has left and waits for."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from rewards.demand.recording import customers as run
    from rewards.tokens import in_tokens
    from roadcomb.node import open_existing
    from roadcomb.printable import printable

    found = run(open_existing(data))
    if as_json:
        typer.echo(json.dumps({account: asdict(balance) for account, balance in found.items()}))
        return
    table = Table("account", "in the books", "credits", "opened since", "tokens that wait")
    for account, balance in found.items():
        counts = (str(balance.credits), str(balance.opened), in_tokens(balance.waiting))
        table.add_row(printable(account), balance.customer[:16], *counts)
    Console().print(table)


def burst(
    cell: Annotated[str, typer.Argument(help="The middle: a cell of resolution 12.")],
    key: Annotated[str, typer.Option(help="Your key.", envvar="ROADCOMB_API_KEY")],
    to: To = _HERE,
) -> None:
    """A customer: pay for an area to be mapped; credits come back if nobody does."""
    import httpx

    from rewards.fetch import send_public

    asked = httpx.QueryParams({"cell": cell})
    made = send_public(to, f"/v1/bursts?{asked}", b"", {"X-Api-Key": key})
    typer.echo(f"{made['credits']} credits for {cell} and around it, from {made['first']} on")


def show_credits(
    key: Annotated[str, typer.Option(help="Your key.", envvar="ROADCOMB_API_KEY")],
    to: To = _HERE,
    as_json: AsJson = False,
) -> None:
    """A customer: what my key can open, and what is still to come."""
    import json

    from rewards.fetch import fetch_public
    from rewards.tokens import in_tokens

    found = fetch_public(to, "/v1/credits", {"X-Api-Key": key})
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(f"{found['credits']} credits: each opens one cell for one week")
    if found["opened"]:
        typer.echo(f"{found['opened']} cells opened since the newest books")
    if int(found["waiting"]):
        typer.echo(f"{in_tokens(int(found['waiting']))} tokens become credits with the next night")
