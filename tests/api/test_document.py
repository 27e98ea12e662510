"""The OpenAPI document is true: whatever is asked, each answer is one that it tells of.

Schemathesis makes the requests out of the document itself, right ones and wrong ones, always the
same; a third of them name what this node has, so that answers and not only refusals are seen.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.openapi import from_asgi
from schemathesis.python import asgi
from schemathesis.specs.openapi import checks

from api.app import create_app
from ingest.requests import authorization
from roadcomb.cells import format_cell
from roadcomb.node import Node
from roadcomb.records import degrees
from tests.api.lived import copy_of
from tests.drives import contributor
from tiles.webmercator import world_box

CASES = 2_000
AN_OPERATION = 51
"""Of those that take anything; the others have one case each."""
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
KEY = contributor(1)
Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]
ZOOM = 15
PLACED = ("bbox", "lat", "lon")
"""Parameters of a query that are given a value: together they make one right question."""


@dataclass
class Asked:
    """How many requests were answered, how, and what was wrong with an answer."""

    statuses: Counter[int]
    wrong: dict[str, str]


@pytest.fixture(scope="module")
def app(lived: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The app of a node with pictures and epochs, which reports may be written to."""
    node = copy_of(lived, tmp_path_factory.mktemp("asked") / "node")
    yield create_app(node)
    node.catalog.close()


def test_two_thousand_requests_are_answered_as_the_document_tells(app: FastAPI) -> None:
    asked = Asked(Counter(), {})
    known = what_it_has(app)
    with asgi.get_client(cast(Any, app)) as client:
        for found in from_asgi("/openapi.json", app).get_all_operations():
            assert isinstance(found, Ok)
            ask(found.ok(), known, client, asked)
    assert asked.wrong == {}
    assert asked.statuses.total() >= CASES
    assert asked.statuses[200] >= CASES // 8


def ask(operation: Operation, known: Mapping[str, Any], client: Any, asked: Asked) -> None:
    """Send an operation its cases, and look at each answer."""

    @settings(
        max_examples=AN_OPERATION,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(*strategies(operation, known)))
    def look(case: AnyCase) -> None:
        response = case.call(session=client)
        asked.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            label = f"{operation.label} -> {response.status_code}"
            asked.wrong.setdefault(label, "; ".join(map(str, group.exceptions)))

    look()


def strategies(operation: Operation, known: Mapping[str, Any]) -> list[SearchStrategy[AnyCase]]:
    """Right requests and wrong ones; and of what is there, asked for by whom it belongs to."""
    right = operation.as_strategy(GenerationMode.POSITIVE)
    wrong = operation.as_strategy(GenerationMode.NEGATIVE)
    names = {one.name for one in operation.path_parameters}
    path = {name: known[name] for name in names & known.keys()}
    query = {one.name: known[one.name] for one in operation.query if one.name in PLACED}
    headers = {}
    if operation.method.upper() == "GET" and path.keys() == names:
        own_path = operation.path.format(**path)
        headers = {"Authorization": authorization(KEY, "GET", own_path, known["now_ms"])}
    found = operation.as_strategy(path_parameters=path, headers=headers)
    placed = operation.as_strategy(path_parameters=path, query=query, headers=headers)
    return [right, wrong, found, placed]


def what_it_has(app: FastAPI) -> dict[str, Any]:
    """A value for each name of a parameter, of something that this node has."""
    node, live = app.state.node, app.state.live
    state = live.state
    shown = next(one for one in state.drives if len(live.shown(one)))
    n = int(live.shown(shown)[0])
    row = state.pictures.to_pylist()[0]
    lat, lon = degrees(row["lat_e7"]), degrees(row["lon_e7"])
    tile = world_box((lon, lat, lon, lat), ZOOM)
    return {
        "bbox": f"{lon - 1},{lat - 1},{lon + 1},{lat + 1}",
        "cell": format_cell(row["cell"]),
        "drive_id": state.drives[shown].drive_id,
        "epoch": state.position.epoch,
        "file": "manifest.json",
        "id_": f"{shown}-{n}",
        "index": 0,
        "key": KEY.public,
        "lat": lat,
        "layers": "cells,drives,frames",
        "lon": lon,
        "n": n,
        "name": shown,
        "now_ms": node.clock.now_ms(),
        "public_id": shown,
        "x": tile.left,
        "y": tile.top,
        "z": ZOOM,
    }
