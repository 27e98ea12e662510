"""A statement on a terminal: why did I earn this, and why not more."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from rewards.demand.reading import in_words
from rewards.tokens import in_tokens
from roadcomb.printable import printable

__all__ = ["print_cell", "print_statement"]

Statement = Mapping[str, Any]


def print_statement(console: Console, statement: Statement, most_rows: int) -> None:
    """Print drives, epochs (each with its `most_rows` best rows) and what can be claimed."""
    _print_drives(console, statement["drives"])
    for epoch in statement["epochs"]:
        _print_epoch(console, epoch, most_rows)
    if not statement["epochs"]:
        console.print(
            "No epoch with your drives is closed yet: rewards follow when the day is over."
        )
    for night in statement["demand"]:
        _print_demand(console, night, most_rows)
    _print_standing(console, statement)
    for sentence in statement["stake"]["words"]:
        console.print(printable(sentence), markup=False)


def print_cell(console: Console, statement: Statement, cell: str) -> None:
    """Print in words what each pass through one cell earned, and how the amount came about."""
    found = False
    for epoch in statement["epochs"]:
        for row in epoch["rows"]:
            if row["cell"] == cell:
                found = True
                _print_amount(console, epoch, row)
    if not found:
        console.print(
            f"None of your passes through {cell} is in these {len(statement['epochs'])} epochs: "
            "--epochs shows older ones; a drive counts when its day is over."
        )


def _print_amount(console: Console, epoch: Statement, row: Statement) -> None:
    console.print(
        f"{epoch['day']}: {in_tokens(int(row['amount']))} tokens for {row['frames']} frames, "
        f"the best of grade {row['grade']} of 1000"
    )
    for sentence in row["why"] or ["it earned all that the cell had to give"]:
        console.print(f"  - {sentence}")
    console.print(f"  - {epoch['why']}")
    rate = epoch["rate"]
    device = next(each for each in epoch["devices"] if each["device"] == row["device"])
    part = ""
    if device["why"]:
        console.print(f"  - {device['why']}")
        part = f"x {int(device['counted']):,} / {int(device['weight']):,} "
    console.print(
        f"  weight {row['weight']:,} {part}x {int(rate['numerator']):,} / "
        f"{int(rate['denominator']):,} = {int(row['amount']):,} base units, rounded down"
    )


def _print_drives(console: Console, drives: Iterable[Statement]) -> None:
    table = Table("drive", "offered", "accepted", "held", "rejected", "pending", "why", box=None)
    for drive in drives:
        counts = (str(drive[name]) for name in ("offered", "accepted", "held", "rejected"))
        why = [drive["why"]] if drive["why"] else []
        why += [f"{item['frames']} rejected: {item['words']}" for item in drive["rejections"]]
        why += [f"{item['frames']} graded lower: {item['words']}" for item in drive["grades"]]
        table.add_row(drive["drive_id"][:12], *counts, str(drive["pending"]), "\n".join(why))
    console.print(table)


def _print_epoch(console: Console, epoch: Statement, most_rows: int) -> None:
    amount, rows = int(epoch["amount"]), epoch["rows"]
    console.print()
    console.print(
        f"{epoch['day']} (epoch {epoch['epoch']}): {in_tokens(amount)} tokens for "
        f"{len(rows)} passes; {epoch['why']}"
    )
    table = Table("cell", "grade", "refill", "tokens", "why not more", box=None)
    best = sorted(rows, key=lambda row: (-int(row["amount"]), row["cell"]))
    for row in best[:most_rows]:
        paid = in_tokens(int(row["amount"]))
        why = "; ".join(row["why"]) or "all there was"
        table.add_row(row["cell"], str(row["grade"]), f"{row['refill_days']} d", paid, why)
    if rest := best[most_rows:]:
        others = sum(int(row["amount"]) for row in rest)
        table.add_row(f"{len(rest)} more", "", "", in_tokens(others), "--rows shows them")
    if forgotten := int(epoch["forgotten"]["amount"]):
        table.add_row("deleted", "", "", in_tokens(forgotten), "of drives that you had deleted")
    table.add_row("rounding", "", "", in_tokens(int(epoch["rounding"])), "so that rows add up")
    console.print(table)
    for device in epoch["devices"]:
        if device["why"]:
            console.print(f"device {device['device'][:12]}: {device['why']}")
    _print_fleet(console, epoch["fleet"])


def _print_fleet(console: Console, fleet: Statement) -> None:
    if gave := fleet["gave"]:
        amount = in_tokens(int(gave["amount"]))
        console.print(f"of these {amount} tokens went to {gave['to'][:12]}.., your fleet's manager")
    if received := fleet["received"]:
        amount = in_tokens(sum(int(each["amount"]) for each in received))
        count = f"{len(received)} driver{'s' if len(received) > 1 else ''}"
        console.print(f"{amount} tokens more came from {count} of your fleet, as agreed")


def _print_demand(console: Console, night: Statement, most_rows: int) -> None:
    console.print()
    console.print(f"{night['day']}: {night['words']}", markup=False)
    best = sorted(night["rows"], key=lambda row: (-int(row["amount"]), row["cell"]))
    for row in best[:most_rows]:
        console.print(f"  {in_words(row)}", markup=False)
    if rest := best[most_rows:]:
        console.print(f"  {len(rest)} more: --rows shows them")
    if forgotten := int(night["forgotten"]):
        console.print(f"  {in_tokens(forgotten)} tokens of drives that you had deleted")


def _print_standing(console: Console, statement: Statement) -> None:
    books = statement["books"]
    if books is None:
        return
    console.print()
    if waiting := int(books["waiting_for_address"]):
        console.print(
            f"{in_tokens(waiting)} tokens wait for a payout address: "
            "bind one with `roadcomb init --payout 0x...`"
        )
    if vesting := int(books["vesting"]):
        console.print(f"{in_tokens(vesting)} tokens are earned and not free yet")
    if claim := books["claim"]:
        console.print(
            f"{in_tokens(int(claim['cumulative']))} tokens earned in all by {claim['address']}, "
            f"proved by {len(claim['proof'])} hashes to the root {claim['root']} "
            f"of epoch {books['epoch']}"
        )
