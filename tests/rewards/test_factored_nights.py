"""Factors through whole nights: what counts, what its contributor reads, what an audit finds."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rewards.audit import audit
from rewards.chain import newest
from rewards.check import check_devices, check_statement
from rewards.differences import Difference
from rewards.earned import HARDWARE, NONE, SOFTWARE, device_of
from rewards.folders import read_folder
from rewards.nightly import nightly
from rewards.policy import Policy, parse_policy
from rewards.report import print_cell, print_statement
from rewards.salts import check_opened
from rewards.salts_of import salts_of_node, salts_of_statement
from rewards.shelf import file_of
from rewards.statement import statement_of
from roadcomb.canonical import canonical_json
from roadcomb.errors import IntegrityError
from roadcomb.keys import account_of
from roadcomb.node import Node
from tests.rewards.earning import POLICY
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

ALICE, BOB = person("alice"), person("bob")
CELL = 7_000_000
PHONE, KEY = (hashlib.sha256(name).hexdigest() for name in (b"phone", b"key"))
FACTORS = """
[factors]
none = 200
software_key = 200
hardware_key = 1000
floor = 3
ceiling = 8
"""


def factored() -> Policy:
    text = POLICY.format(pool=10**18, ceiling=CELL, minimum=100) + FACTORS
    return parse_policy(text.encode())


def street(first: int, cells: int) -> list[Shot]:
    return [Shot(index, first + index, 1000) for index in range(cells)]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Alice with her phone, a key of her own and nothing, two days; Bob with nothing."""
    node = open_town(tmp_path_factory.mktemp("factored") / "node")
    add_drive(node, ALICE, street(0, 5), device=(PHONE, HARDWARE))
    add_drive(node, ALICE, street(6, 2), device=(KEY, SOFTWARE))
    add_drive(node, ALICE, street(9, 1), device=(KEY, NONE))
    add_drive(node, BOB, street(11, 5))
    add_drive(node, ALICE, street(17, 5), epoch=DAY + 1, device=(PHONE, HARDWARE))
    set_day(node, DAY + 2)
    nightly(node, factored())
    yield node
    node.catalog.close()


def told(node: Node, epoch: int) -> dict[str, Any]:
    """Alice's devices in an epoch, by name."""
    epochs = {each["epoch"]: each for each in statement_of(node, ALICE.public)["epochs"]}
    return {each["device"]: each for each in epochs[epoch]["devices"]}


def test_levels_count_at_their_factors_and_the_ceiling_holds_over_the_week(driven: Node) -> None:
    account = account_of(ALICE.public)
    phone, key = (device_of(account, each, HARDWARE).name for each in (PHONE, KEY))
    first, second = told(driven, DAY), told(driven, DAY + 1)
    assert {name: int(each["counted"]) for name, each in first.items()} == {
        phone: 5 * CELL,
        key: 2 * CELL // 5,
        "unvouched": CELL // 5,
    }
    assert int(second[phone]["counted"]) == 3 * CELL + 2 * CELL // 5
    assert "has reached what counts at its level" in second[phone]["why"]
    assert "20 % of its weight counts" in first[key]["why"]
    assert first[phone]["why"] is None


def test_amounts_follow_what_counts_and_rows_add_up(driven: Node) -> None:
    """The ceiling pays a full cell CELL base units: as many as its weight."""
    for key, devices in ((ALICE, 3), (BOB, 1)):
        statement = statement_of(driven, key.public)
        epoch = statement["epochs"][0]
        assert len(epoch["devices"]) == devices
        rows = sum(int(row["amount"]) for row in epoch["rows"])
        assert rows + int(epoch["rounding"]) == int(epoch["amount"]) == int(epoch["weight"])
        assert 0 <= int(epoch["rounding"]) <= len(epoch["rows"])
        check_statement(statement, key.public)


def test_a_statement_is_held_against_the_signed_devices(driven: Node) -> None:
    last, account = newest(driven), account_of(ALICE.public)
    assert last is not None
    epoch = statement_of(driven, ALICE.public)["epochs"][-1]
    devices = file_of(driven.blobs, last.manifest, "devices.json")
    check_devices(epoch, account, last.manifest, devices)
    for field, value in (("counted", "1"), ("level", NONE), ("passes", 0), ("device", "x")):
        changed = {**epoch, "devices": [{**epoch["devices"][0], field: value}]}
        with pytest.raises(IntegrityError, match="is signed"):
            check_devices(changed, account, last.manifest, devices)
    with pytest.raises(IntegrityError, match="not the one that the node signed"):
        check_devices(epoch, account, last.manifest, devices + b" ")


@pytest.mark.parametrize("field", ["counted", "weight", "forgotten"])
def test_a_statement_whose_devices_do_not_add_up_does_not_bear_its_check(
    driven: Node, field: str
) -> None:
    statement = statement_of(driven, ALICE.public)
    device = statement["epochs"][0]["devices"][0]
    device[field] = {"weight": "1", "amount": "0"} if field == "forgotten" else "1"
    with pytest.raises(IntegrityError):
        check_statement(statement, ALICE.public)


def test_factored_nights_are_audited_equal_and_every_row_opens(driven: Node) -> None:
    published = driven.settings.published
    assert [each.epoch for each in audit(published)] == [DAY, DAY + 1]
    mine = salts_of_statement(statement_of(driven, ALICE.public), ALICE.public)
    for epoch, rows in salts_of_node(driven).items():
        found = check_opened(read_folder(published, epoch), rows, whole=True)
        assert found.left == 0
    assert check_opened(read_folder(published, DAY), mine[DAY], whole=True).accounts == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("counted", "7"), ("weight", "7"), ("passes", 7), ("level", HARDWARE)],
)
def test_one_changed_value_of_a_device_is_named(
    driven: Node, tmp_path: Path, field: str, value: object
) -> None:
    published = shutil.copytree(driven.settings.published, tmp_path / "published")
    file = published / str(DAY) / "devices.json"
    document = json.loads(file.read_bytes())
    document["earned"][account_of(BOB.public)]["unvouched"][field] = value
    file.write_bytes(canonical_json(document))
    with pytest.raises(Difference, match=r"devices\.json") as found:
        list(audit(published))
    closer = f"earned.{account_of(BOB.public)} counted"
    assert found.value.field == (closer if field == "counted" else "SHA-256")


def test_the_weeks_counters_are_published_of_devices_alone(driven: Node) -> None:
    last, account = newest(driven), account_of(ALICE.public)
    assert last is not None
    week = json.loads(file_of(driven.blobs, last.manifest, "devices.json"))["week"]
    assert set(week["devices"]) == {account}
    phone, key = (device_of(account, each, HARDWARE).name for each in (PHONE, KEY))
    assert week["devices"][account] == {
        phone: {"passes": 10, "weight": str(8 * CELL), "before": 0},
        key: {"passes": 2, "weight": "0", "before": 0},
    }


def test_the_printed_statement_names_the_device_and_the_part_that_counts(driven: Node) -> None:
    statement = statement_of(driven, ALICE.public)
    key = device_of(account_of(ALICE.public), KEY, SOFTWARE).name
    printed = in_print(lambda console: print_statement(console, statement, 20))
    assert f"device {key[:12]}: its level counts from 3 cells passed in a week on" in printed
    (row,) = [each for each in statement["epochs"][0]["rows"] if each["device"] == "unvouched"]
    why = in_print(lambda console: print_cell(console, statement, row["cell"]))
    assert "no device vouches for these drives" in why
    assert "weight 7,000,000 x 1,400,000 / 7,000,000 x" in why
    assert "= 1,400,000 base units" in why


def in_print(write: Callable[[Console], None]) -> str:
    console = Console(width=250, force_terminal=False, highlight=False)
    with console.capture() as captured:
        write(console)
    return captured.get()
