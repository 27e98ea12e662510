"""Demand through whole nights: burnt, opened, paid to who drove there, and found equal."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from rewards import ledger
from rewards.audit import audit
from rewards.chain import committed, newest
from rewards.demand.document import demand_in, payees_in, settled_in
from rewards.demand.opened import check_demand_opened
from rewards.demand.reading import check_demand, in_words
from rewards.differences import Difference
from rewards.documents import balances_of
from rewards.envelope import sign_epoch
from rewards.events import Event
from rewards.forgetting import forget_openings
from rewards.nightly import nightly
from rewards.policy import Policy, parse_policy
from rewards.recorded import record
from rewards.rows import rows_from_parquet
from rewards.salts_of import salts_of_node
from rewards.shelf import file_of
from rewards.statement import statement_of
from roadcomb.canonical import canonical_json, digest_of_bytes, digest_of_json, parse_json
from roadcomb.catalog.tables import drives
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from tests.rewards.demand.selling import (
    CENT,
    SECTION,
    TOKEN,
    burn,
    openings,
    prices,
)
from tests.rewards.earning import POLICY, account
from tests.rewards.town import CELLS, DAY, Shot, add_drive, open_town, person, set_day

MAPS = "c" * 64
STREET = [Shot(10 + index / 10, index, 900) for index in range(8)]


def policy_of(fewest: int = 1) -> Policy:
    text = POLICY.format(pool=10**12, ceiling=10**12, minimum=100)
    return parse_policy((text + SECTION.format(fewest=fewest)).encode())


def tell(node: Node, events: Sequence[Event], epoch: int = DAY) -> None:
    """Record events on a day, in this order."""
    set_day(node, epoch)
    for event in events:
        record(node, event.kind, digest_of_json(dict(event.body)), event.body, "operator")


def close(node: Node, policy: Policy, epoch: int = DAY) -> dict[str, int]:
    """Close the day; the balances after it."""
    set_day(node, epoch + 1)
    nightly(node, policy)
    last = newest(node)
    assert last is not None
    assert last.epoch == epoch
    found = balances_of(file_of(node.blobs, last.manifest, "ledger.json"))
    assert sum(found.values()) == 0
    return found


def told(node: Node, epoch: int = DAY) -> bytes:
    """demand.json of an epoch."""
    return (node.settings.published / str(epoch) / "demand.json").read_bytes()


def of(balances: dict[str, int], name: str) -> int:
    return balances.get(ledger.UNBOUND + account(name), 0)


def paid(node: Node, name: str, epoch: int = DAY) -> int:
    return payees_in(told(node, epoch)).get(account(name), 0)


def test_who_drove_through_an_opened_cell_has_a_quarter_of_what_was_burnt(node: Node) -> None:
    add_drive(node, person("alice"), STREET[:4])
    add_drive(node, person("bob"), STREET[4:])
    tell(node, [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0, 1, 5])])
    found = close(node, policy_of())
    cost = 75 * TOKEN * 3 // 100
    each = cost // 3 // 4
    assert (paid(node, "alice"), paid(node, "bob")) == (2 * each, each)
    assert found[ledger.CUSTOMERS] == -75 * TOKEN
    assert found[ledger.VAULT] == 75 * TOKEN - cost
    assert found[ledger.BURNED] == cost - 3 * each
    assert ledger.POT not in found
    assert [one.epoch for one in audit(node.settings.published)] == [DAY]


def test_what_was_driven_on_an_earlier_day_is_paid_in_proportion_to_its_weight(node: Node) -> None:
    policy = policy_of()
    add_drive(node, person("alice"), STREET)
    close(node, policy)
    add_drive(node, person("bob"), STREET, epoch=DAY + 1)
    close(node, policy, DAY + 1)
    tell(node, [*prices(CENT, DAY + 2), burn(MAPS, 75), *openings(MAPS, [0], DAY + 2)], DAY + 2)
    close(node, policy, DAY + 2)
    alice, bob = paid(node, "alice", DAY + 2), paid(node, "bob", DAY + 2)
    assert alice == 7 * bob + 1 or abs(alice - 7 * bob) <= 7
    amount = settled_in(told(node, DAY + 2))[0].lot.amount
    assert amount - 2 < alice + bob <= amount == 75 * TOKEN // 100 // 4
    assert len(list(audit(node.settings.published))) == 3


def test_a_pass_older_than_the_window_has_no_part(node: Node) -> None:
    policy = parse_policy(policy_of().text.replace(b"window_days = 28", b"window_days = 1"))
    add_drive(node, person("alice"), STREET)
    close(node, policy)
    tell(node, [*prices(CENT, DAY + 1), burn(MAPS, 75), *openings(MAPS, [0], DAY + 1)], DAY + 1)
    found = close(node, policy, DAY + 1)
    assert payees_in(told(node, DAY + 1)) == {}
    assert found[ledger.BURNED] == 75 * TOKEN // 100
    assert len(list(audit(node.settings.published))) == 2


def test_a_stale_price_stops_demand_and_not_coverage_and_the_manifest_says_so(node: Node) -> None:
    add_drive(node, person("alice"), STREET)
    tell(node, [*prices(CENT, DAY - 3), burn(MAPS, 75), *openings(MAPS, [0])])
    found = close(node, policy_of())
    assert of(found, "alice") > 0
    assert found[ledger.VAULT] == 75 * TOKEN
    [waited] = committed(node)
    assert waited.manifest["notes"] == [
        "demand waits: too few sources have signed a price that is fresh and near the others"
    ]
    tell(node, prices(CENT, DAY + 1), DAY + 1)
    found = close(node, policy_of(), DAY + 1)
    assert paid(node, "alice", DAY + 1) == 75 * TOKEN // 100 // 4
    assert committed(node)[-1].manifest["notes"] == []
    assert len(list(audit(node.settings.published))) == 2


def test_a_night_that_would_pay_too_few_accounts_waits_for_company(node: Node) -> None:
    policy = policy_of(fewest=2)
    add_drive(node, person("alice"), STREET[:4])
    add_drive(node, person("bob"), STREET[4:])
    tell(node, [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0])])
    found = close(node, policy)
    one = 75 * TOKEN // 100 // 4
    assert (payees_in(told(node)), found[ledger.POT]) == ({}, one)
    assert list(demand_in(told(node)).cells.values()) == [one]
    tell(node, [*prices(CENT, DAY + 1), *openings(MAPS, [5], DAY + 1)], DAY + 1)
    found = close(node, policy, DAY + 1)
    assert (paid(node, "alice", DAY + 1), paid(node, "bob", DAY + 1)) == (one, one)
    assert ledger.POT not in found
    assert len(list(audit(node.settings.published))) == 2


def test_the_cap_of_a_week_holds_and_what_is_over_stays_burnt(node: Node) -> None:
    cap, saturday = 100, DAY + 5
    text = policy_of().text.replace(b"cap_per_week = 500_000_000_000_000", b"cap_per_week = 100")
    policy = parse_policy(text)
    add_drive(node, person("alice"), STREET, epoch=saturday)
    nights = [(saturday, [0, 1]), (saturday + 1, [2]), (saturday + 2, [3])]
    for epoch, cells in nights:
        tell(node, [*prices(CENT, epoch), burn(MAPS, 75), *openings(MAPS, cells, epoch)], epoch)
        found = close(node, policy, epoch)
    assert [paid(node, "alice", epoch) for epoch, _ in nights] == [cap, 0, cap]
    assert found[ledger.BURNED] == 4 * 75 * TOKEN // 100 - 2 * cap
    assert len(list(audit(node.settings.published))) == 3


def test_demand_paid_from_a_pool_takes_what_customers_paid_and_leaves_the_rest(node: Node) -> None:
    pool = """
[[purposes]]
name = "data"
share = 400
kind = "demand"
unused = "map"
"""
    text = policy_of().text.decode().replace("share = 1000", "share = 600")
    policy = parse_policy((text + 'paid_from = "pool"\n' + pool).encode())
    add_drive(node, person("alice"), STREET)
    tell(node, [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0, 1])])
    found = close(node, policy)
    cost = 2 * 75 * TOKEN // 100
    assert paid(node, "alice") == cost
    assert found[ledger.BURNED] == cost
    assert found[ledger.EMISSION] == -(10**12)
    assert len(list(audit(node.settings.published))) == 1


def test_books_without_demand_say_so_and_wait_for_a_policy_with_it(node: Node) -> None:
    policy = parse_policy(POLICY.format(pool=10**12, ceiling=10**12, minimum=100).encode())
    add_drive(node, person("alice"), STREET)
    tell(node, [burn(MAPS, 75), *prices(CENT)])
    found = close(node, policy)
    assert found[ledger.VAULT] == 75 * TOKEN
    assert committed(node)[0].manifest["notes"] == []
    assert len(list(audit(node.settings.published))) == 1


def test_a_statement_says_which_opened_cell_earned_what_and_bears_its_check(sold: Node) -> None:
    alice = person("alice").public
    [night] = statement_of(sold, alice)["demand"]
    manifest = committed(sold)[0].manifest
    check_demand(night, account("alice"), manifest, told(sold))
    assert [int(row["amount"]) for row in night["rows"]] == [75 * TOKEN // 400] * 2
    assert night["forgotten"] == "0"
    assert night["words"] == "0.375 tokens because customers opened 2 of your cells"
    words = in_words(night["rows"][0])
    assert words.startswith("0.1875 tokens because a customer opened your cell 8c")
    assert words.endswith("passed on 2026-01-05")
    for changed in (
        night | {"amount": "1"},
        night | {"rows": night["rows"][:1]},
        night | {"rows": [row | {"amount": "5"} for row in night["rows"]]},
        night | {"rows": [row | {"weight": "heavy"} for row in night["rows"]]},
    ):
        with pytest.raises(IntegrityError, match=f"epoch {DAY}"):
            check_demand(changed, account("alice"), manifest, told(sold))
    with pytest.raises(IntegrityError, match="not the one"):
        check_demand(night, account("alice"), manifest, told(sold) + b" ")


def test_a_deleted_drive_earns_nothing_of_what_is_opened_later(node: Node) -> None:
    drive = add_drive(node, person("alice"), STREET)
    close(node, policy_of())
    with node.catalog.writing() as connection:
        gone = sa.update(drives).where(drives.c.drive_id == drive)
        connection.execute(gone.values(deleted_ms=1, salt=None))
    assert forget_openings(node, drive) > 0
    tell(node, [*prices(CENT, DAY + 1), burn(MAPS, 75), *openings(MAPS, [0], DAY + 1)], DAY + 1)
    found = close(node, policy_of(), DAY + 1)
    assert (payees_in(told(node, DAY + 1)), list(demand_in(told(node, DAY + 1)).cells)) == (
        {},
        [CELLS[0]],
    )
    assert found[ledger.POT] == 75 * TOKEN // 400


def test_salts_open_what_rows_earned_and_a_node_that_withholds_is_found_out(
    sold: Node, tmp_path: Path
) -> None:
    salts, each = salts_of_node(sold), 75 * TOKEN // 400
    [night] = check_demand_opened(sold.settings.published, salts)
    assert (night.rows, night.amount) == (3, 3 * each)
    folder = Path(shutil.copytree(sold.settings.published, tmp_path / "published"))
    document = parse_json(told(sold))
    assert isinstance(document, dict)
    document["accounts"][account("alice")] = str(each)
    (folder / str(DAY) / "demand.json").write_bytes(canonical_json(document))
    with pytest.raises(Difference, match=rf"demand\.json: accounts\.{account('alice')}"):
        list(check_demand_opened(folder, salts))


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A night on which a customer opened cells of two drivers."""
    node = open_town(tmp_path_factory.mktemp("sold"))
    add_drive(node, person("alice"), STREET[:4])
    add_drive(node, person("bob"), STREET[4:])
    tell(node, [*prices(CENT), burn(MAPS, 75), *openings(MAPS, [0, 1, 5])])
    close(node, policy_of())
    return node


@pytest.mark.parametrize("path", [("accounts", "more"), ("cells",), ("price",), ("burnt",)])
def test_one_changed_number_of_demand_is_named_by_the_audit(
    sold: Node, tmp_path: Path, path: tuple[str, ...]
) -> None:
    folder = tmp_path / str(DAY)
    folder.mkdir()
    for file in (sold.settings.published / str(DAY)).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    document = parse_json(told(sold))
    assert isinstance(document, dict)
    match path[0]:
        case "accounts":
            document["accounts"] = dict.fromkeys(document["accounts"], "1")
        case "cells":
            document["cells"] = {}
        case name:
            document[name] = str(int(document[name]) + 1)
    (folder / "demand.json").write_bytes(canonical_json(document))
    with pytest.raises(Difference, match=rf"{DAY}/demand\.json"):
        list(audit(tmp_path))


def test_a_node_that_pays_more_than_rows_earn_is_found_out(sold: Node, tmp_path: Path) -> None:
    folder = tmp_path / str(DAY)
    folder.mkdir()
    for file in (sold.settings.published / str(DAY)).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    document = parse_json(told(sold))
    assert isinstance(document, dict)
    document["accounts"][account("alice")] = str(10**12)
    changed = canonical_json(document)
    (folder / "demand.json").write_bytes(changed)
    manifest = dict(committed(sold)[0].manifest) | {"demand": digest_of_bytes(changed)}
    (folder / "manifest.json").write_bytes(sign_epoch(manifest, sold.key))
    with pytest.raises(IntegrityError, match=r"demand\.json: accounts get"):
        list(audit(tmp_path))


def test_a_cell_that_customers_opened_counts_more_from_the_next_day_on(node: Node) -> None:
    policy = parse_policy(policy_of().text + b"boost = 1500\n")
    weights = []
    for epoch, cells in ((DAY, [0]), (DAY + 1, [])):
        add_drive(node, person("alice"), STREET[:2], epoch=epoch)
        tell(node, [*prices(CENT, epoch), burn(MAPS, 75), *openings(MAPS, cells, epoch)], epoch)
        close(node, policy, epoch)
        file = node.settings.published / str(epoch) / "rows.parquet"
        rows = rows_from_parquet(file.read_bytes())
        found = dict(zip(rows["cell"].to_pylist(), rows["weight"].to_pylist(), strict=True))
        weights.append([found[CELLS[0]], found[CELLS[1]]])
    assert weights == [[6_300_000, 6_300_000], [1_350_000, 900_000]]
    assert len(list(audit(node.settings.published))) == 2
