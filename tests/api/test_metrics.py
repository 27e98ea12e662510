"""What the node tells of itself: figures for Prometheus, and logs that machines read."""

import json
import logging
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.upkeep.note import note_backup
from ingest.batches import CONTENT_TYPE, encode_batch
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS
from roadcomb.jsonlog import JsonFormatter, request_id
from roadcomb.node import Node
from tests.api.lived import copy_of
from tests.api.processes import Served
from tests.api.serving import serving
from tests.drives import drive_of, pictures


def figures(client: httpx.Client) -> dict[str, float]:
    """Each sample by its name and labels."""
    answer = client.get("/metrics").raise_for_status()
    return {
        " ".join([sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))]): (
            sample.value
        )
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def upload(client: httpx.Client) -> int:
    """A drive up to its seal; bytes of its frames' body."""
    frames = pictures(3)
    signed = drive_of(frames)
    url, body = f"/v1/drives/{signed.drive_id}", encode_batch(frames)
    client.post("/v1/drives", json=signed.to_json()).raise_for_status()
    headers = {"Content-Type": CONTENT_TYPE}
    client.post(f"{url}/frames", content=body, headers=headers).raise_for_status()
    client.post(f"{url}/seal").raise_for_status()
    return len(body)


def test_the_queue_is_told_with_its_age(client: httpx.Client, node: Node) -> None:
    assert figures(client)["roadcomb_unjudged_drives"] == 0
    upload(client)
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(node.clock.now_ms() + 90_000)
    found = figures(client)
    assert found["roadcomb_unjudged_drives"] == found["roadcomb_log_entries"] == 1
    assert found["roadcomb_oldest_unjudged_seconds"] == 90


def test_requests_are_counted_by_template_and_status(client: httpx.Client) -> None:
    size = upload(client)
    client.get(f"/v1/drives/{'0' * 64}")
    client.get("/nowhere")
    found = figures(client)
    one = "roadcomb_requests_total method={} route={} status={}"
    assert found[one.format("POST", "/v1/drives/{drive_id}/frames", 200)] == 1
    assert found[one.format("GET", "/v1/drives/{drive_id}", 404)] == 1
    assert found[one.format("GET", "other", 404)] == 1
    assert found["roadcomb_upload_bytes_total"] > size
    assert not any("0000" in name for name in found)


def test_methods_that_no_door_knows_add_no_figures(client: httpx.Client) -> None:
    methods = ("PROPFIND", "MKCOL", "LOCK")  # httptools lets no invented ones through
    for method in methods:
        client.request(method, "/v1/node")
    found = figures(client)
    assert not any(method in name for name in found for method in methods)
    assert found["roadcomb_requests_total method=other route=/v1/node status=405"] == 3


def test_the_epoch_lag_counts_days_that_are_over_and_not_paid(lived: Node, tmp_path: Path) -> None:
    node = copy_of(lived, tmp_path / "node")
    with serving(create_app(node)) as client:
        assert figures(client)["roadcomb_epoch_lag_days"] == 0
        assert isinstance(node.clock, FileClock)
        node.clock.set_ms(node.clock.now_ms() + 3 * DAY_MS)
        assert figures(client)["roadcomb_epoch_lag_days"] == 3
    node.catalog.close()


def test_the_age_of_the_last_backup_is_absent_before_the_first(
    client: httpx.Client, node: Node
) -> None:
    assert "roadcomb_last_backup_age_seconds" not in figures(client)
    note_backup(node.settings.data, time.time_ns() // 1_000_000 - 60_000, 7)
    found = figures(client)
    assert 60 <= found["roadcomb_last_backup_age_seconds"] < 120
    assert found["roadcomb_disk_free_bytes"] > found["roadcomb_disk_reserve_bytes"] == 0


@pytest.fixture
def formatted() -> Iterator[JsonFormatter]:
    token = request_id.set("abc")
    yield JsonFormatter()
    request_id.reset(token)


def test_a_line_of_the_log_is_one_json_object_with_the_requests_id(
    formatted: JsonFormatter,
) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        facts = (type(error), error, error.__traceback__)
    record = logging.LogRecord("roadcomb.x", logging.ERROR, "", 0, "what %s", ("it is",), facts)
    line = formatted.format(record)
    found = json.loads(line)
    assert "\n" not in line
    assert (found["level"], found["message"], found["request_id"]) == ("error", "what it is", "abc")
    assert "two\nlines" in found["traceback"]


def test_a_node_that_logs_json_tells_each_request_and_names_no_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADCOMB_LOG", "json")
    with Served(tmp_path / "node", "--no-judge") as served:
        with served.client() as client:
            client.get(f"/v1/drives/{'0' * 64}", headers={"X-Request-Id": "mine"})
        served.process.send_signal(signal.SIGTERM)
        _, err = served.process.communicate(timeout=30)
    (line,) = [json.loads(text) for text in err.splitlines()]
    assert line["request_id"] == "mine"
    assert (line["route"], line["status"]) == ("/v1/drives/{drive_id}", 404)
    assert "0000" not in err
