"""Anybody may report what they see, not too often; the operator lists and closes."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.allowance import Allowance
from api.app import create_app
from api.main import build
from api.routes.reports import PER_HOUR
from roadcomb.errors import QuotaExceeded
from roadcomb.node import Node
from tests.api.serving import serving
from tests.quality.publishing.showing import show
from tests.tiles.test_imagery import PICTURES
from tests.tiles.worlds import Drive, a_node, decide, seal

DRIVE = Drive("shown", pictures=PICTURES, grades=(500,) * len(PICTURES))
HIDDEN = Drive("hidden", "bob")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    opened = a_node(tmp_path)
    for drive in (DRIVE, HIDDEN):
        seal(opened, drive)
        decide(opened, drive)
    show(opened, DRIVE.drive_id, dict(enumerate(PICTURES)))
    yield opened
    opened.catalog.close()


@pytest.fixture
def client(node: Node) -> Iterator[httpx.Client]:
    with serving(create_app(node)) as opened:
        yield opened


def say(client: httpx.Client, picture: str, **said: str) -> httpx.Response:
    return client.post(f"/v1/pictures/{picture}/reports", json={"kind": "blur", **said})


def test_a_report_is_kept_and_the_operator_closes_it(
    client: httpx.Client, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_KEY_SEED", "tiles")
    answer = say(client, "public-shown/1", words="a \u202eplate")
    assert (answer.status_code, answer.json()["status"]) == (202, "open")
    data = ["--data", str(node.settings.data)]
    told = CliRunner().invoke(build(), ["reports", "list", *data, "--json"])
    (one,) = json.loads(told.stdout)
    assert (one["public_id"], one["n"], one["kind"]) == ("public-shown", 1, "blur")
    table = CliRunner().invoke(build(), ["reports", "list", *data])
    assert "\u202e" not in table.stdout
    closing = ["reports", "close", str(one["id"]), "--note", "masked", *data]
    assert CliRunner().invoke(build(), closing).exit_code == 0
    assert "no report is open" in CliRunner().invoke(build(), ["reports", "list", *data]).stdout


def test_what_nobody_can_see_is_not_reported(client: httpx.Client) -> None:
    assert say(client, "nobody/0").status_code == 404
    assert say(client, "public-shown/99").status_code == 404
    assert say(client, "public-hidden/0").status_code == 409


@pytest.mark.parametrize(
    "said", [{"kind": "spam"}, {"words": "x" * 501}, {"more": "1"}, {"words": "\0"}]
)
def test_a_report_of_another_form_is_refused(client: httpx.Client, said: dict[str, str]) -> None:
    assert say(client, "public-shown/0", **said).status_code == 422


def test_one_address_reports_so_often_an_hour_and_no_more(client: httpx.Client) -> None:
    codes = [say(client, "public-shown/0").status_code for _ in range(PER_HOUR + 1)]
    assert codes == [202] * PER_HOUR + [429]
    assert int(say(client, "public-shown/0").headers["retry-after"]) > 0


@given(st.lists(st.integers(0, 200), min_size=1, max_size=40), st.integers(1, 5))
def test_in_any_window_an_address_has_at_most_its_share(times: list[int], most: int) -> None:
    allowance, granted = Allowance(most, 50), list[int]()
    for now in sorted(times):
        try:
            allowance.take("here", now)
        except QuotaExceeded:
            continue
        granted.append(now)
    for start in granted:
        assert sum(start <= t < start + 50 for t in granted) <= most
