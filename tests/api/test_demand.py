"""A customer burns, waits a night and opens cells by key; drivers are paid. HTTP and commands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from api.app import create_app
from api.main import build
from rewards.audit import audit
from rewards.demand.document import payees_in
from rewards.demand.price import KIND, sign_quote
from rewards.demand.recording import (
    balance_of,
    pseudonym,
    record_burn,
    record_burst,
    record_price,
)
from rewards.nightly import nightly
from rewards.policy import parse_policy
from rewards.recorded import record
from roadcomb.canonical import canonical_json
from roadcomb.cells import format_cell
from roadcomb.errors import Conflict, PaymentRequired, Unauthorised, UsageError
from roadcomb.keys import save_key
from roadcomb.node import Node
from roadcomb.settings import ImageryAccess
from tests.api.serving import serving
from tests.quality.publishing.showing import show
from tests.rewards.demand.selling import CENT, SOURCES, TOKEN
from tests.rewards.demand.test_nights import policy_of
from tests.rewards.earning import account
from tests.rewards.town import CELLS, DAY, Shot, add_drive, open_town, person, set_day
from tests.tiles.worlds import a_picture
from tiles.live import LiveMap
from tiles.metering import create_key

STREET = [Shot(10 + index / 10, index, 900) for index in range(4)]
HASH = "0x" + "ab" * 32


PUBLIC = "/v1/pictures/{}/{}/full.jpg"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A metered node of one night, whose policy sells credits; its drive's pictures are shown."""
    opened = open_town(tmp_path / "node")
    drive = add_drive(opened, person("alice"), STREET)
    show(opened, drive, {n: a_picture(n) for n in range(4)})
    nightly(opened, policy_of())
    settings = opened.settings.model_copy(update={"imagery_access": ImageryAccess.METERED})
    yield replace(opened, settings=settings)
    opened.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    live = LiveMap(node)
    with serving(create_app(node, live)) as client:
        [public] = live.state.drives
        client.headers["X-Drive"] = public
        yield client


def full(client: httpx.Client, n: int, key: str) -> httpx.Response:
    """Ask for a full picture; each is in a cell of its own."""
    return client.get(PUBLIC.format(client.headers["X-Drive"], n), headers={"X-Api-Key": key})


def price_today(node: Node) -> None:
    for key in SOURCES:
        record_price(node, sign_quote(key, CENT, node.clock.now_ms()))


def close_day(node: Node, epoch: int) -> None:
    set_day(node, epoch + 1)
    nightly(node, policy_of())


def test_a_burn_opens_cells_after_its_night_and_pays_who_drove_there(
    node: Node, client: httpx.Client
) -> None:
    key, second = create_key(node, "maps"), create_key(node, "maps")
    refused = full(client, 0, key)
    assert refused.status_code == 402
    assert "no credit left" in refused.json()["detail"]
    price_today(node)
    record_burn(node, "maps", 3 * TOKEN // 2, HASH, "the operator")
    assert "the next night" in full(client, 0, key).json()["detail"]
    close_day(node, DAY + 1)
    asked = client.get("/v1/credits", headers={"X-Api-Key": key}).json()
    assert asked == {
        "customer": pseudonym(node, "maps"),
        "credits": 2,
        "waiting": "0",
        "opened": 0,
    }
    opened = [full(client, n, own).status_code for n, own in [(0, key), (0, second), (1, second)]]
    assert opened == [200, 200, 200]
    assert full(client, 2, key).status_code == 402
    assert full(client, 1, key).status_code == 200
    assert client.get("/v1/credits", headers={"X-Api-Key": second}).json()["opened"] == 2
    price_today(node)
    close_day(node, DAY + 2)
    told = (node.settings.published / str(DAY + 2) / "demand.json").read_bytes()
    assert payees_in(told) == {account("alice"): 3 * TOKEN // 2 // 4}
    assert b"maps" not in told
    assert full(client, 0, key).status_code == 200
    assert balance_of(node, "maps").credits == 0
    assert len(list(audit(node.settings.published))) == 3


def test_what_was_opened_since_the_newest_books_uses_credits_at_once(
    node: Node, client: httpx.Client
) -> None:
    key = create_key(node, "maps")
    record_burn(node, "maps", TOKEN, HASH, "the operator")
    price_today(node)
    close_day(node, DAY + 1)
    assert [full(client, n, key).status_code for n in range(3)] == [200, 402, 402]
    assert client.get("/v1/credits").status_code == 402


def test_a_burn_is_recorded_once_for_a_customer_that_has_a_key(node: Node) -> None:
    with pytest.raises(UsageError, match="no key is of 'maps'"):
        record_burn(node, "maps", TOKEN, HASH, "the operator")
    create_key(node, "maps")
    for _ in range(2):
        record_burn(node, "maps", TOKEN, HASH, "the operator")
    assert balance_of(node, "maps").waiting == TOKEN
    with pytest.raises(Conflict):
        record_burn(node, "maps", 2 * TOKEN, HASH, "the operator")
    with pytest.raises(UsageError, match="no transaction"):
        record_burn(node, "maps", TOKEN, "0x12", "the operator")


def test_a_burst_takes_credits_at_once_and_is_refused_without_them(
    tmp_path: Path, catalog_url: str
) -> None:
    node = open_town(tmp_path, catalog=catalog_url)
    bursts = b"[demand.bursts]\ncredits = 60\ndays = 7\nrings = 4\n"
    add_drive(node, person("alice"), STREET)
    create_key(node, "maps")
    set_day(node, DAY)
    record(node, KIND, "a", sign_quote(SOURCES[0], CENT, node.clock.now_ms()), "it")
    record(node, KIND, "b", sign_quote(SOURCES[1], CENT, node.clock.now_ms()), "it")
    record_burn(node, "maps", 75 * TOKEN, HASH, "the operator")
    set_day(node, DAY + 1)
    nightly(node, parse_policy(policy_of().text + bursts))
    assert balance_of(node, "maps").credits == 100
    for _ in range(2):
        assert record_burst(node, "maps", CELLS[0]).first == DAY + 2
        assert balance_of(node, "maps").credits == 40
    with pytest.raises(PaymentRequired, match="takes 60 credits"):
        record_burst(node, "maps", CELLS[1])
    price_today(node)
    set_day(node, DAY + 2)
    nightly(node, policy_of())
    assert balance_of(node, "maps").credits == 40
    with pytest.raises(Conflict, match="runs already"):
        record_burst(node, "maps", CELLS[0])
    node.catalog.close()


def test_bursts_are_asked_for_by_key_where_the_policy_sells_them(
    node: Node, client: httpx.Client
) -> None:
    key = create_key(node, "maps")
    asked = {"cell": format_cell(CELLS[0])}
    refused = client.post("/v1/bursts", params=asked, headers={"X-Api-Key": key})
    assert (refused.status_code, refused.json()["detail"]) == (400, "this node sells no bursts")
    assert client.post("/v1/bursts", params=asked).status_code == 402


def test_only_a_pinned_source_may_say_what_a_token_costs(node: Node, client: httpx.Client) -> None:
    said = sign_quote(SOURCES[0], CENT, node.clock.now_ms())
    taken = client.post("/v1/prices", content=canonical_json(said))
    assert (taken.status_code, taken.json()["price"]) == (200, str(CENT))
    stranger = sign_quote(person("stranger"), CENT, 5)
    with pytest.raises(Unauthorised, match="pins no source"):
        record_price(node, stranger)
    for body, status in ((said | {"price": "1"}, 401), (stranger, 401), ({}, 422), ([], 422)):
        assert client.post("/v1/prices", content=canonical_json(body)).status_code == status


def test_source_operator_and_customer_each_have_a_command(
    node: Node, client: httpx.Client, tmp_path: Path
) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(build(), ["demand", *words], env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    environment = {
        "ROADCOMB_KEY_SEED": "a town",
        "ROADCOMB_CLOCK_FILE": str(node.settings.data / "clock"),
    }
    to, data = ["--to", str(client.base_url)], ["--data", str(node.settings.data)]
    key = create_key(node, "maps")
    for n, source in enumerate(SOURCES[:2]):
        save_key(source, tmp_path / f"{n}.pem")
    run("quote", "0.01", "--key", str(tmp_path / "0.pem"), *to)
    run("quote", "0.01", "--key", str(tmp_path / "1.pem"), "--out", str(tmp_path / "said"), *to)
    assert "0.01000000 USD" in run("price", str(tmp_path / "said"), *data)
    run("burn", "maps", "75", "--transaction", HASH, "--by", "the operator", *data)
    assert "75 tokens become credits" in run("credits", "--key", key, *to)
    close_day(node, DAY + 1)
    assert "100 credits" in run("credits", "--key", key, *to)
    assert json.loads(run("customers", "--json", *data))["maps"]["credits"] == 100
    assert "maps" in run("customers", *data)
