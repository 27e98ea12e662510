"""A judgement is read by columns, and one that is older than a column has nulls there."""

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
    rejected = row | {"verdict": "rejected", "reason": "blurred"}
    return pa.Table.from_pylist([row, rejected], judgement.SCHEMA)


def stored_before(blobs: Blobs, last: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """As it was stored before `last` and what follows it were measured."""
    with monkeypatch.context() as before:
        names = judgement.SCHEMA.names[: judgement.SCHEMA.get_field_index(last)]
        schema = pa.schema([judgement.SCHEMA.field(name) for name in names])
        before.setattr(judgement, "SCHEMA", schema)
        rest = [field for field in schema if field.name not in judgement.OUTLINE]
        before.setattr(judgement, "_REST", pa.schema(rest))
        return judgement.store(blobs, judged().select(names))


def test_columns_come_back_as_they_were_stored_in_the_order_asked_for(blobs: Blobs) -> None:
    digest = judgement.store(blobs, judged())
    assert judgement.load(blobs, digest).equals(judged())
    asked = ["grade", "n", "verdict"]
    assert judgement.load(blobs, digest, asked).equals(judged().select(asked))


def test_a_judgement_of_no_frames_is_read_as_one(blobs: Blobs) -> None:
    nothing = judgement.SCHEMA.empty_table()
    digest = judgement.store(blobs, nothing)
    assert judgement.load(blobs, digest).equals(nothing)
    assert len(judgement.outline(blobs, digest)) == 0


def test_an_older_judgement_has_nulls_where_nothing_was_measured_yet(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = stored_before(blobs, "crop_fingerprint", monkeypatch)
    whole = judgement.load(blobs, digest)
    assert whole.schema.equals(judgement.SCHEMA)
    assert whole["crop_fingerprint"].null_count == 2
    assert whole.drop("crop_fingerprint").equals(judged().drop("crop_fingerprint"))
    some = judgement.load(blobs, digest, ["crop_fingerprint", "n"])
    assert some["n"].to_pylist() == [7, 7]


def test_a_flipped_bit_anywhere_is_noticed_by_who_reads_all(blobs: Blobs) -> None:
    digest = judgement.store(blobs, judged())
    key = f"{judgement.PREFIX}/{digest}"
    stored = blobs.get(key)
    for place in range(0, len(stored), 7):
        blobs.put(key, stored[:place] + bytes([stored[place] ^ 4]) + stored[place + 1 :])
        with pytest.raises(IntegrityError):
            judgement.load(blobs, digest)


def test_an_outline_is_read_without_the_rest(blobs: Blobs) -> None:
    digest = judgement.store(blobs, judged())
    key = f"{judgement.PREFIX}/{digest}"
    stored = blobs.get(key)
    blobs.put(key, stored[:-1])
    assert judgement.load(blobs, digest, judgement.OUTLINE).equals(
        judged().select(judgement.OUTLINE)
    )
    with pytest.raises(IntegrityError):
        judgement.load(blobs, digest, ["n", "sharpness"])


def test_an_outline_tells_which_frames_were_accepted(blobs: Blobs) -> None:
    outline = judgement.outline(blobs, judgement.store(blobs, judged()))
    assert outline["accepted"].to_pylist() == [True, False]
    assert outline["t_ms"].to_pylist() == [7, 7]


def test_a_verdict_that_no_frame_has_is_not_stored(blobs: Blobs) -> None:
    held = pa.array(["accepted", "held"])
    place = judgement.SCHEMA.get_field_index("verdict")
    with pytest.raises(ValueError, match="accepted or rejected"):
        judgement.store(blobs, judged().set_column(place, judgement.SCHEMA.field(place), held))


def test_what_is_no_judgement_is_refused(blobs: Blobs) -> None:
    for data in (b"", b"nothing of that kind", (1 << 60).to_bytes(8, "little")):
        blobs.put(f"{judgement.PREFIX}/{'ab' * 32}", data)
        with pytest.raises(IntegrityError):
            judgement.load(blobs, "ab" * 32)
