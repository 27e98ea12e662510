"""A pass: the accepted frames of one drive in one cell."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from roadcomb.epochs import DAY_MS
from tests.tiles.worlds import MONDAY_MS, Drive
from tiles.passes import PASSES, passes_of
from tiles.pictures import pictures_of

FRAMES = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(["accepted", "rejected"])),
    min_size=1,
    max_size=60,
)


def replaced(judgement: pa.Table, **columns: object) -> pa.Table:
    """The judgement with some columns changed."""
    for name, values in columns.items():
        field = judgement.schema.field(name)
        at = judgement.schema.get_field_index(name)
        judgement = judgement.set_column(at, field, pa.array(values, field.type))
    return judgement


@given(FRAMES)
def test_every_accepted_frame_counts_in_exactly_one_pass(frames: list[tuple[int, str]]) -> None:
    drive = Drive("d", grades=[g for g, _ in frames], verdicts=[v for _, v in frames])
    passes = passes_of(drive.judgement())
    accepted = [grade for grade, verdict in frames if verdict == "accepted"]
    assert sum(passes["frames"].to_pylist()) == len(accepted)
    assert sum(passes["grade_sum"].to_pylist()) == sum(accepted)
    assert max(passes["best_grade"].to_pylist(), default=None) == max(accepted, default=None)
    assert passes.schema.equals(PASSES)


def test_passes_are_sorted_by_cell_and_no_cell_stands_twice() -> None:
    cells = passes_of(Drive("d", grades=[500] * 200).judgement())["cell"].to_numpy()
    assert len(cells) > 50
    assert np.all(cells[1:] > cells[:-1])


def test_a_drive_that_comes_back_through_a_cell_is_one_pass() -> None:
    there = Drive("d", grades=[500] * 10).judgement()
    back = replaced(there.take(np.arange(9, -1, -1)), t_ms=there["t_ms"].to_numpy() + 600_000)
    once, twice = passes_of(there), passes_of(pa.concat_tables([there, back]))
    assert twice["cell"].equals(once["cell"])
    assert twice["frames"].to_pylist() == [2 * n for n in once["frames"].to_pylist()]
    assert pc.all(pc.greater(twice["last_ms"], once["last_ms"])).as_py()


def test_a_drive_over_midnight_has_one_day_so_that_nothing_tells_where_it_was_then() -> None:
    midnight = MONDAY_MS + DAY_MS
    drive = Drive("d", grades=[500] * 40, t_ms=midnight - 20_000)
    passes = passes_of(drive.judgement())
    assert len(passes) > 10
    assert set(passes["day"].to_pylist()) == {MONDAY_MS // DAY_MS}
    assert max(passes["last_ms"].to_pylist()) > midnight
    shown = pictures_of("public", drive.judgement())
    assert set(shown["day"].to_pylist()) == {MONDAY_MS // DAY_MS}


def test_sectors_are_those_looked_into_and_none_where_no_heading_is_known() -> None:
    judgement = Drive("d", grades=[500] * 3).judgement()
    one_cell = [judgement["cell"][0].as_py()] * 3
    turned = replaced(judgement, cell=one_cell, heading_cdeg=[9_000, None, 18_000])
    assert passes_of(turned)["sectors"].to_pylist() == [0b10100]


def test_a_drive_without_an_accepted_frame_has_no_pass() -> None:
    assert len(passes_of(Drive("d", verdicts=["rejected"] * 3).judgement())) == 0
