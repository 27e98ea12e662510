"""A judgement is read by columns, and one that is older than a column has nulls there."""

import io
from typing import Any

import pyarrow as pa
import pytest

from quality import judgement
from roadcomb.blobs import Blobs, open_blobs
from roadcomb.errors import IntegrityError


@pytest.fixture
def blobs() -> Blobs:
    return open_blobs("memory:///")


def judged() -> pa.Table:
    row: dict[str, Any] = {
        name: bytes(32) if name in ("image_id", "fingerprint", "crop_fingerprint") else 7
        for name in judgement.SCHEMA.names
    }
    row |= {"verdict": "accepted", "reason": None, "grade_reasons": ["too-dark"]}
    return pa.Table.from_pylist([row, row], judgement.SCHEMA)


def stored_before(blobs: Blobs, last: str) -> str:
    """As it was stored before `last` and what follows it were measured."""
    old = judged().select(judgement.SCHEMA.names[: judgement.SCHEMA.get_field_index(last)])
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, old.schema) as file:
        file.write_table(old)
    return blobs.put_addressed(judgement.PREFIX, sink.getvalue())


def test_columns_come_back_as_they_were_stored_in_the_order_asked_for(blobs: Blobs) -> None:
    digest = judgement.store(blobs, judged())
    assert judgement.load(blobs, digest).equals(judged())
    asked = ["grade", "n", "verdict"]
    assert judgement.load(blobs, digest, asked).equals(judged().select(asked))


def test_an_older_judgement_has_nulls_where_nothing_was_measured_yet(blobs: Blobs) -> None:
    digest = stored_before(blobs, "crop_fingerprint")
    whole = judgement.load(blobs, digest)
    assert whole.schema.equals(judgement.SCHEMA)
    assert whole["crop_fingerprint"].null_count == 2
    assert whole.drop("crop_fingerprint").equals(judged().drop("crop_fingerprint"))
    some = judgement.load(blobs, digest, ["crop_fingerprint", "n"])
    assert some["n"].to_pylist() == [7, 7]


def test_what_is_no_judgement_is_refused(blobs: Blobs) -> None:
    digest = blobs.put_addressed(judgement.PREFIX, b"nothing of that kind")
    with pytest.raises(pa.ArrowInvalid):
        judgement.load(blobs, digest, ["n"])
    blobs.put(f"{judgement.PREFIX}/{'ab' * 32}", b"other bytes")
    with pytest.raises(IntegrityError):
        judgement.load(blobs, "ab" * 32)
