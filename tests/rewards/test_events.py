"""Events enter the books once, in order, and are published with the epoch that takes them in."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from rewards.audit import audit
from rewards.chain import committed
from rewards.differences import Difference
from rewards.events import Event, events_document, parse_events
from rewards.nightly import nightly
from rewards.policy import read_policy
from rewards.recorded import events_of, pending_events, record
from roadcomb.catalog.tables import events
from roadcomb.errors import Conflict, IntegrityError
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day

STREET = [Shot(10 + index / 10, index, 700 + index) for index in range(5)]


def test_an_event_is_recorded_once_and_says_one_thing(tmp_path: Path) -> None:
    node = open_town(tmp_path)
    first = record(node, "noted", "tx-1", {"amount": "5"}, "operator")
    assert record(node, "noted", "tx-1", {"amount": "5"}, "operator") == first
    assert record(node, "other", "tx-1", {"amount": "6"}, "operator") != first
    with pytest.raises(Conflict, match="noted tx-1 is recorded already"):
        record(node, "noted", "tx-1", {"amount": "6"}, "operator")


def test_an_epoch_takes_in_what_was_recorded_by_its_end_once_and_in_order(tmp_path: Path) -> None:
    node = open_town(tmp_path)
    add_drive(node, person("alice"), STREET)
    set_day(node, DAY)
    early = record(node, "noted", "a", {}, "operator")
    set_day(node, DAY + 1)
    late = record(node, "noted", "b", {}, "operator")
    set_day(node, DAY)
    set_back = record(node, "noted", "c", {}, "operator")
    set_day(node, DAY + 2)
    nightly(node, read_policy())
    told = [
        [event.number for event in parse_events(_file(node.settings.published, epoch.epoch))]
        for epoch in committed(node)
    ]
    assert told == [[early], [late, set_back]]
    assert [one.epoch for one in audit(node.settings.published)] == [DAY, DAY + 1]
    with node.catalog.reading() as connection:
        assert [event.number for event in events_of(connection, DAY, 0)] == [early]
        assert [event.number for event in pending_events(connection, early)] == [late, set_back]
        assert pending_events(connection, set_back) == ()


def test_a_changed_event_is_named_by_the_audit(tmp_path: Path) -> None:
    node = open_town(tmp_path)
    add_drive(node, person("alice"), STREET)
    set_day(node, DAY)
    record(node, "noted", "a", {"amount": "5"}, "operator")
    set_day(node, DAY + 1)
    nightly(node, read_policy())
    path = node.settings.published / str(DAY) / "events.json"
    path.write_bytes(path.read_bytes().replace(b'"5"', b'"6"'))
    with pytest.raises(Difference, match=rf"{DAY}/events\.json"):
        list(audit(node.settings.published))


def test_the_database_itself_refuses_to_change_an_event(tmp_path: Path) -> None:
    node = open_town(tmp_path)
    record(node, "noted", "a", {}, "operator")
    for change in (sa.update(events).values(body="{}"), sa.delete(events)):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            node.catalog.writing() as connection,
        ):
            connection.execute(change)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b'{"events":{},"v":1}',
        b'{"events":[{"body":[],"kind":"a","number":1}],"v":1}',
        b'{"events":[{"body":{},"kind":"a"}],"v":1}',
        b'{"events":[],"more":1,"v":1}',
    ],
)
def test_what_is_no_list_of_events_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError, match=r"events\.json"):
        parse_events(data)


def test_numbers_that_do_not_rise_are_refused() -> None:
    twice = events_document([Event(3, "noted", {}), Event(3, "noted", {})])
    with pytest.raises(IntegrityError, match="in order"):
        parse_events(twice)


def _file(published: Path, epoch: int) -> bytes:
    return (published / str(epoch) / "events.json").read_bytes()
