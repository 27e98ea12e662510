"""The statement tells each base unit and why not more; its owner can check it alone."""

import copy
from typing import Any

import pytest
from rich.console import Console

from ingest.payout import sign_binding
from quality.grade import grade
from quality.measures import Measures
from rewards.bindings import bind, parse_binding
from rewards.chain import committed
from rewards.check import check_claim, check_epoch, check_statement, signed_manifest
from rewards.nightly import nightly
from rewards.policy import Policy
from rewards.reasons import WORDS, in_words, of_drive
from rewards.report import print_statement
from rewards.shelf import file_of
from rewards.statement import statement_of
from rewards.tokens import in_tokens
from rewards.why import GOOD_GRADE
from roadcomb.canonical import parse_json
from roadcomb.errors import IntegrityError, Unauthorised
from roadcomb.node import Node
from tests.rewards.earning import policy_of
from tests.rewards.town import DAY, Shot, add_drive, person, set_day

ALICE, BOB = person("alice"), person("bob")
STREET = [Shot(10 + index / 10, index, 300 + 50 * index) for index in range(8)]
DARK = Shot(30, 9, 0, verdict="rejected", reason="too-dark")
ADDRESS = "0x" + "a1" * 20


@pytest.fixture
def driven(node: Node, policy: Policy) -> Node:
    """Alice and Bob in one convoy on day one; Alice again on day two, bound to an address."""
    add_drive(node, ALICE, [*STREET, DARK])
    add_drive(node, BOB, [Shot(shot.minute + 1, shot.cell, 700) for shot in STREET[:3]])
    add_drive(node, ALICE, STREET[4:], epoch=DAY + 1)
    add_drive(node, ALICE, STREET, epoch=DAY + 1, verdict="held", reason="replay-suspected")
    now_ms = node.clock.now_ms()
    bind(node, parse_binding(sign_binding(ALICE, ADDRESS, now_ms), now_ms))
    set_day(node, DAY + 2)
    nightly(node, policy)
    return node


def alices(node: Node) -> dict[str, Any]:
    return statement_of(node, ALICE.public)


def test_rows_and_rounding_add_up_to_the_amount_of_the_books(driven: Node) -> None:
    for name in (ALICE, BOB):
        statement = statement_of(driven, name.public)
        for epoch in statement["epochs"]:
            rows = sum(int(row["amount"]) for row in epoch["rows"])
            assert rows + int(epoch["rounding"]) == int(epoch["amount"]) > 0
            assert 0 <= int(epoch["rounding"]) < len(epoch["rows"])
    total = sum(int(epoch["amount"]) for epoch in alices(driven)["epochs"])
    assert alices(driven)["books"]["claim"]["cumulative"] == str(total)


def test_a_statement_holds_its_owners_rows_and_nobody_elses(driven: Node) -> None:
    epochs = alices(driven)["epochs"]
    assert [(epoch["epoch"], len(epoch["rows"])) for epoch in epochs] == [(DAY, 8), (DAY + 1, 4)]
    assert epochs[0]["day"] == "2026-01-05"
    assert statement_of(driven, person("nobody").public)["epochs"] == []


def test_each_row_says_why_it_earned_no_more(driven: Node) -> None:
    first, second = alices(driven)["epochs"]
    shared = [row["why"] for row in first["rows"] if row["others"]]
    assert len(shared) == 3
    assert all("shared with 1 other pass in this visit" in words[-1] for words in shared)
    for row in first["rows"]:
        graded = [words for words in row["why"] if f"grade {row['cell_best']} of 1000" in words]
        assert len(row["why"]) == len(graded) + (row["others"] > 0)
        assert len(graded) == (row["cell_best"] < GOOD_GRADE)
    assert all("paid yesterday, so 14 % of its reward" in row["why"][0] for row in second["rows"])
    assert "the most it can" in first["why"]


def test_drives_are_counted_with_their_reasons_in_words(driven: Node) -> None:
    drives = alices(driven)["drives"]
    assert sorted((d["offered"], d["accepted"], d["held"], d["rejected"]) for d in drives) == [
        (4, 4, 0, 0),
        (8, 0, 8, 0),
        (9, 8, 0, 1),
    ]
    for drive in drives:
        parts = (drive[name] for name in ("pending", "held", "accepted", "rejected"))
        assert sum(parts) == drive["offered"]
    whys = {drive["why"] for drive in drives}
    assert whys == {None, of_drive("replay-suspected", "held")}
    (reason,) = [item for drive in drives for item in drive["rejections"]]
    assert (reason["reason"], reason["frames"]) == ("too-dark", 1)
    assert "too dark" in reason["words"]
    assert any(item["reason"] == "low-contrast" for drive in drives for item in drive["grades"])


def test_a_statement_that_has_not_the_form_of_one_is_named_so(driven: Node) -> None:
    statement = alices(driven)
    statement["epochs"][0]["rows"][0]["cell"] = "no cell"
    with pytest.raises(IntegrityError, match="form"):
        check_statement(statement, ALICE.public)


def test_the_owner_can_open_every_row_with_the_salts(driven: Node) -> None:
    assert check_statement(alices(driven), ALICE.public) == 12


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("epochs", 0, "rows", 0, "grade"), 999),
        (("epochs", 0, "rows", 0, "weight"), 1),
        (("epochs", 0, "rows", 0, "amount"), "1"),
        (("epochs", 0, "rows", 0, "commitment"), "00" * 32),
        (("epochs", 0, "amount"), "1"),
        (("epochs", 0, "rounding"), "7"),
        (("account",), "00" * 32),
    ],
)
def test_a_statement_with_a_changed_value_does_not_bear_the_check(
    driven: Node, path: tuple[str | int, ...], value: object
) -> None:
    statement: Any = copy.deepcopy(alices(driven))
    place = statement
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(IntegrityError):
        check_statement(statement, ALICE.public)


def test_the_claim_leads_to_the_signed_root_and_no_other_amount_does(driven: Node) -> None:
    statement, envelope = alices(driven), newest_envelope(driven)
    epoch, node = statement["books"]["epoch"], driven.key.public
    manifest = signed_manifest(envelope, epoch, node)
    check_claim(statement, manifest)
    for wrong in ({**envelope, "signature": "00" * 64}, {"signature": envelope["signature"]}):
        with pytest.raises(Unauthorised):
            signed_manifest(wrong, epoch, node)
    for other in ((epoch - 1, node), (epoch, person("nobody").public)):
        with pytest.raises(Unauthorised):
            signed_manifest(envelope, *other)
    statement["books"]["claim"]["cumulative"] += "0"
    with pytest.raises(IntegrityError, match="proof"):
        check_claim(statement, manifest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weight", "1"),
        ("amount", "1"),
        ("rate", {"numerator": "1", "denominator": "1000000"}),
    ],
)
def test_weight_amount_and_rate_are_those_of_the_signed_books(
    driven: Node, name: str, value: object
) -> None:
    last, statement = committed(driven)[-1], alices(driven)
    signed = signed_manifest(newest_envelope(driven), last.epoch, driven.key.public)
    accounts, allocation = (
        file_of(driven.blobs, signed, file) for file in ("accounts.json", "allocation.json")
    )
    epoch, account = statement["epochs"][-1], statement["account"]
    check_epoch(epoch, account, signed, accounts, allocation)
    with pytest.raises(IntegrityError, match=name):
        check_epoch({**epoch, name: value}, account, signed, accounts, allocation)
    with pytest.raises(IntegrityError, match=r"accounts.json is not the one"):
        check_epoch(epoch, account, signed, accounts + b" ", allocation)
    with pytest.raises(IntegrityError, match=r"allocation.json is not the one"):
        check_epoch(epoch, account, signed, accounts, allocation + b" ")


def newest_envelope(node: Node) -> Any:
    return parse_json(committed(node)[-1].file)


def test_who_has_no_address_reads_what_waits_for_it(driven: Node) -> None:
    books = statement_of(driven, BOB.public)["books"]
    assert books["claim"] is None
    assert int(books["waiting_for_address"]) > 0


def test_a_row_below_the_minimum_grade_says_that_it_is_not_paid(node: Node) -> None:
    add_drive(node, ALICE, [Shot(0, 0, 40), Shot(1, 1, 900)])
    nightly(node, policy_of(minimum=100))
    (epoch,) = alices(node)["epochs"]
    unpaid = [row for row in epoch["rows"] if row["grade"] == 40]
    assert unpaid[0]["amount"] == "0"
    assert "is below 100" in unpaid[0]["why"][0]


def test_a_scarce_pool_and_another_visit_are_named_as_reasons(node: Node) -> None:
    add_drive(node, ALICE, [Shot(0, 0, 800)])
    add_drive(node, BOB, [Shot(600, 0, 800)])
    nightly(node, policy_of(pool=100, ceiling=10**12))
    (epoch,) = alices(node)["epochs"]
    assert "was shared by all who drove" in epoch["why"]
    assert epoch["rows"][0]["why"] == [
        "the cell's best picture that day has grade 800 of 1000: it pays so much",
        "shared with 1 other visit to the cell that day: 50 % of it is yours",
    ]


def test_sharing_with_a_better_picture_never_reads_as_more_than_all(node: Node) -> None:
    add_drive(node, ALICE, [Shot(index / 10, 0, 200) for index in range(5)])
    add_drive(node, BOB, [Shot(0.5, 0, 1000), Shot(600, 0, 1000)])
    nightly(node, policy_of())
    (row,) = alices(node)["epochs"][0]["rows"]
    assert row["why"] == [
        "shared with 1 other pass in this visit and 1 other visit to the cell that day: "
        "25 % of it is yours"
    ]


def test_a_pass_too_poor_to_be_paid_is_not_named_as_taking_a_share(node: Node) -> None:
    add_drive(node, ALICE, [Shot(0, 0, 1000)])
    add_drive(node, BOB, [Shot(0.5, 0, 99), Shot(600, 0, 99)])
    nightly(node, policy_of(minimum=100))
    (row,) = alices(node)["epochs"][0]["rows"]
    assert (row["why"], row["others"], row["other_visits"]) == ([], 0, 0)


def test_before_the_first_epoch_a_statement_is_empty_and_says_so(node: Node) -> None:
    add_drive(node, ALICE, STREET)
    statement = alices(node)
    assert (statement["epochs"], statement["books"]) == ([], None)
    assert "rewards follow when the day is over" in printed(statement)


def printed(statement: dict[str, Any], most_rows: int = 20) -> str:
    console = Console(width=200, force_terminal=False, highlight=False)
    with console.capture() as captured:
        print_statement(console, statement, most_rows)
    return captured.get()


def test_the_printed_statement_says_what_and_why(driven: Node) -> None:
    text = printed(alices(driven))
    for words in (
        "2026-01-05 (epoch 20458)",
        "rounding",
        "shared with 1 other pass",
        "1 rejected: too dark",
        "a person looks",
        ADDRESS,
    ):
        assert words in text
    assert "5 more" in printed(alices(driven), most_rows=3)
    assert "wait for a payout address" in printed(statement_of(driven, BOB.public))


@pytest.mark.parametrize(
    ("units", "text"),
    [(0, "0"), (1, "0.000000001"), (1_500_000_000, "1.5"), (10**12, "1,000"), (-1, "-0.000000001")],
)
def test_base_units_read_as_exact_tokens(units: int, text: str) -> None:
    assert in_tokens(units) == text


def test_every_reason_for_a_lower_grade_has_words_and_an_unknown_one_its_own() -> None:
    worst = grade(Measures(sharpness=0, bright=0, blown=10**6, contrast=0))
    assert set(worst.reasons) <= set(WORDS)
    assert len(worst.reasons) == 4
    assert in_words("never-heard-of") == "never heard of"
