"""A drive that was held loses nothing by waiting and takes nothing from anybody meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from quality import judgement
from rewards.audit import audit
from rewards.chain import committed_epoch
from rewards.differences import Difference
from rewards.inputs import parse_inputs
from rewards.nightly import nightly
from rewards.policy import read_policy
from rewards.refill import NEVER_PAID
from rewards.rows import rows_from_parquet
from rewards.shelf import file_of
from roadcomb.canonical import parse_json
from roadcomb.errors import IntegrityError
from roadcomb.node import Node
from tests.rewards.town import (
    CELLS,
    DAY,
    Shot,
    add_drive,
    decide,
    judgement_of,
    open_town,
    person,
    set_day,
)

ANN, BEN, EVE = person("ann"), person("ben"), person("eve")
POLICY = read_policy()
HERE = [Shot(600, 0, 800), Shot(601, 1, 800)]
"""A drive through two cells, and another one through them at another hour."""
LATER = [Shot(700, 0, 800), Shot(701, 1, 800)]


def weights(node: Node, epoch: int) -> list[int]:
    """Of the rows that an epoch published."""
    manifest = committed_epoch(node, epoch).manifest
    found: list[int] = rows_from_parquet(file_of(node.blobs, manifest, "rows.parquet"))[
        "weight"
    ].to_pylist()
    return found


def release(node: Node, drive: str, shots: list[Shot], epoch: int) -> None:
    """A person accepts a drive."""
    digest = judgement.store(node.blobs, judgement_of(shots, DAY))
    decide(node, drive, digest, shots, epoch, "accepted")


@pytest.fixture
def town(tmp_path: Path) -> Node:
    """Held on the first day, released on the fourth; another drove there on the second."""
    node = open_town(tmp_path / "town")
    held = add_drive(node, EVE, HERE, DAY, "held", "authenticity-doubted")
    add_drive(node, ANN, LATER, DAY + 1)
    release(node, held, HERE, DAY + 3)
    set_day(node, DAY + 5)
    nightly(node, POLICY)
    return node


def test_a_held_drive_is_in_no_books_and_takes_no_refill(town: Node) -> None:
    assert weights(town, DAY) == []
    assert weights(town, DAY + 1) == [5_600_000, 5_600_000]  # 7 days at grade 800 of 1000


def test_released_it_is_paid_as_on_the_day_it_was_first_judged(town: Node) -> None:
    assert weights(town, DAY + 3) == [5_600_000, 5_600_000]
    inputs = parse_inputs(
        file_of(town.blobs, committed_epoch(town, DAY + 3).manifest, "inputs.json")
    )
    assert inputs.released == {DAY: [0, 1]}


def test_released_it_does_not_take_the_days_that_gathered_since(tmp_path: Path) -> None:
    node = open_town(tmp_path / "town")
    add_drive(node, ANN, LATER, DAY)
    held = add_drive(node, EVE, HERE, DAY + 1, "held", "authenticity-doubted")
    release(node, held, HERE, DAY + 6)
    set_day(node, DAY + 7)
    nightly(node, POLICY)
    assert weights(node, DAY + 6) == [800_000, 800_000]  # 1 of 7 days, not 6


def test_its_cells_count_as_paid_since_the_day_it_was_first_judged(tmp_path: Path) -> None:
    node = open_town(tmp_path / "town")
    held = add_drive(node, EVE, HERE, DAY, "held", "authenticity-doubted")
    release(node, held, HERE, DAY + 3)
    add_drive(node, BEN, LATER, DAY + 4)
    set_day(node, DAY + 5)
    nightly(node, POLICY)
    assert weights(node, DAY + 4) == [3_200_000, 3_200_000]  # 4 days since the first judgement


def test_a_lost_record_of_paid_cells_stops_the_night_instead_of_paying_again(
    tmp_path: Path,
) -> None:
    node = open_town(tmp_path / "town")
    add_drive(node, ANN, LATER, DAY)
    held = add_drive(node, EVE, HERE, DAY + 1, "held", "authenticity-doubted")
    add_drive(node, BEN, LATER, DAY + 1)  # so that the record of the day is not the newest
    set_day(node, DAY + 2)
    nightly(node, POLICY)
    release(node, held, HERE, DAY + 2)
    node.blobs.delete(f"refill/{committed_epoch(node, DAY).manifest['refill']}")
    set_day(node, DAY + 3)
    with pytest.raises(IntegrityError, match="backup"):
        nightly(node, POLICY)


def test_a_release_never_makes_a_cell_look_paid_earlier_than_it_was() -> None:
    cells = np.array(CELLS[:2], np.uint64)
    record = NEVER_PAID.paid(cells[:1], DAY + 2).paid(cells, DAY)
    assert dict(zip(record.cells.tolist(), record.epochs.tolist(), strict=True)) == {
        CELLS[0]: DAY + 2,
        CELLS[1]: DAY,
    }


def test_audit_recomputes_a_release_from_the_published_files(town: Node, tmp_path: Path) -> None:
    published = tmp_path / "town" / "published"
    assert [found.epoch for found in audit(published)] == list(range(DAY, DAY + 5))


def test_an_auditor_finds_a_release_that_was_counted_back_too_far(town: Node) -> None:
    folder = Path(town.settings.data) / "published"
    file = next(folder.rglob(f"{DAY + 3}/inputs.json"), None) or next(
        path for path in folder.rglob("inputs.json") if str(DAY + 3) in path.read_text()
    )
    file.write_bytes(file.read_bytes().replace(b'"judged":%d' % DAY, b'"judged":%d' % (DAY + 2)))
    with pytest.raises(Difference):
        list(audit(folder))


@pytest.mark.parametrize(
    "released", ['[{"judged":20461,"rows":[0]}]', '[{"judged":1,"rows":[1,0]}]', "[7]"]
)
def test_released_rows_that_cannot_be_are_refused(town: Node, released: str) -> None:
    data = file_of(town.blobs, committed_epoch(town, DAY + 3).manifest, "inputs.json")
    text = data.decode()
    at = text.index('"released":') + len('"released":')
    end = text.index("]}]", at) + 3
    damaged = (text[:at] + released + text[end:]).encode()
    assert parse_json(damaged) is not None
    with pytest.raises(IntegrityError):
        parse_inputs(damaged)
