"""Command line verbs of this room: `roadcomb judge` and `roadcomb review`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quality import publish_commands, report_commands

if TYPE_CHECKING:
    from quality.review import Case
    from roadcomb.node import Node
    from roadcomb.records import Verdict

__all__ = ["register"]

_PAUSE_S = 1.0

Data = Annotated[Path | None, typer.Option(help="Folder of the node.")]
Drive = Annotated[str, typer.Argument(help="Id or public id of a drive, or 6 digits of one.")]
By = Annotated[str, typer.Option(help="Who decides.")]
Note = Annotated[str, typer.Option(help="Why, in words that the contributor may read.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


def register(app: typer.Typer) -> None:
    """Add this room's verbs."""
    review = typer.Typer(help="Look at held drives and decide.", no_args_is_help=True)
    review.command("list")(list_held)
    review.command("show")(show)
    review.command("sample")(sample)
    review.command("accept")(accept)
    review.command("reject")(reject)
    app.command()(judge)
    publish_commands.register(app)
    report_commands.register(app)
    app.add_typer(review, name="review")


def judge(
    data: Data = None,
    watch: Annotated[bool, typer.Option(help="Go on, looking again each second.")] = False,
) -> None:
    """Judge the sealed drives that wait for it."""
    import time

    from quality.judge import Judge
    from roadcomb.engine import ProcessEngine

    node = _node(data)
    engine = ProcessEngine(node.settings.workers)
    try:
        judging = Judge(node, engine)
        _say(judging.judge_pending())
        while watch:
            time.sleep(_PAUSE_S)
            if count := judging.judge_pending():
                _say(count)
    finally:
        engine.close()


def list_held(data: Data = None, as_json: AsJson = False) -> None:
    """What waits for a person, the oldest first."""
    from quality.review import held_cases

    cases = held_cases(_node(data))
    if as_json:
        _print_json([_as_json(case) for case in cases])
    elif not cases:
        _print("nothing is held")
    else:
        _print_table(cases)


def sample(data: Data = None, days_ago: Annotated[int, typer.Option(min=0)] = 0) -> None:
    """Drives accepted without a person that one should look at again, drawn by reputation."""
    from quality.records import to_look_at
    from roadcomb.epochs import epoch_of

    node = _node(data)
    drawn = to_look_at(node, epoch_of(node.clock.now_ms()) - days_ago)
    _print("\n".join(drawn) if drawn else "none was drawn of that day")


def show(drive: Drive, data: Data = None, as_json: AsJson = False) -> None:
    """The newest decision on a drive with its evidence."""
    from quality.review import find_case

    case = find_case(_node(data), drive)
    if as_json:
        _print_json(_as_json(case))
    else:
        _print_case(case)


def accept(
    drive: Drive,
    by: By,
    note: Note,
    data: Data = None,
    copies: Annotated[
        bool,
        typer.Option("--copies", help="Pay pictures twice that others were paid for bit by bit."),
    ] = False,
) -> None:
    """Accept a drive; it belongs to the epoch of now."""
    from roadcomb.records import Verdict

    _decide(data, drive, Verdict.ACCEPTED, by, note, copies)


def reject(drive: Drive, by: By, note: Note, data: Data = None) -> None:
    """Reject a drive."""
    from roadcomb.records import Verdict

    _decide(data, drive, Verdict.REJECTED, by, note)


def _decide(
    data: Path | None, drive: str, verdict: "Verdict", by: str, note: str, copies: bool = False
) -> None:
    from quality.review import decide

    case = decide(_node(data), drive, verdict, by, note, copies)
    _print(f"drive {case.drive_id}: {case.verdict} ({case.accepted} of {case.frames} frames)")


def _node(data: Path | None) -> "Node":
    from roadcomb.node import open_existing

    return open_existing(data)


def _say(judged: int) -> None:
    _print("1 drive judged" if judged == 1 else f"{judged} drives judged")


def _print_table(cases: "list[Case]") -> None:
    from rich.table import Table

    from roadcomb.epochs import to_datetime

    table = Table(
        "drive", "held since (UTC)", "frames", "reason", "looks like", "appeals", box=None
    )
    for case in cases:
        since = f"{to_datetime(case.decided_ms):%Y-%m-%d %H:%M}"
        seen = ", ".join(f"{drive} ({count} frames)" for drive, count in case.looks_like.items())
        appeals = str(len(case.appeals) or "")
        table.add_row(case.drive_id[:12], since, str(case.frames), case.reason or "", seen, appeals)
    _print(table)


def _print_case(case: "Case") -> None:
    from rich.pretty import pretty_repr

    from quality.evidence.words import sentences
    from roadcomb.epochs import to_datetime
    from roadcomb.printable import printable

    _print(f"drive {case.drive_id}\npublic id {case.public_id}\ncontributor {case.contributor}")
    reason = f" ({case.reason})" if case.reason else ""
    _print(f"{case.verdict}{reason} by {case.decided_by}: {case.note or 'no note'}")
    _print(
        f"frames {case.frames}: accepted {case.accepted}, held {case.held}, "
        f"rejected {case.rejected}"
    )
    for doubt in sentences(case.evidence) if isinstance(case.evidence, dict) else ():
        _print(f"against it: {doubt}")
    for said in case.appeals:
        at = f"{to_datetime(said.appealed_ms):%Y-%m-%d %H:%M}"
        _print(f"its contributor, {at}: {printable(said.words)}")
    _print(f"evidence {pretty_repr(case.evidence)}")


def _as_json(case: "Case") -> dict[str, object]:
    from dataclasses import asdict

    return asdict(case)


def _print_json(value: object) -> None:
    import json

    print(json.dumps(value, indent=2, sort_keys=True, default=str))


def _print(what: object) -> None:
    from rich.console import Console

    Console().print(what, highlight=False, markup=False, soft_wrap=True)
