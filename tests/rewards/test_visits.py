"""A visit is a chain of frames in one cell, whoever made them."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rewards.visits import chains_of, gathered, passes_of_shards
from tests.rewards.town import CELLS, Shot, frames_of
from tiles.passes import Columns

GAP_MS = 300_000


def chains(listed: list[tuple[int, int]]) -> set[frozenset[int]]:
    """The visits by the definition: frames that a chain of small steps in one cell connects."""
    found: list[list[int]] = []
    for index in sorted(range(len(listed)), key=lambda index: listed[index]):
        last = listed[found[-1][-1]] if found else None
        cell, t_ms = listed[index]
        if last is not None and last[0] == cell and t_ms - last[1] <= GAP_MS:
            found[-1].append(index)
        else:
            found.append([index])
    return {frozenset(chain) for chain in found}


def passes_by_visit(drives: Sequence[Sequence[Shot]]) -> list[dict[str, int]]:
    chains = chains_of(frames_of(drives), GAP_MS)
    (passes,) = passes_of_shards(gathered([chains], len(drives)), GAP_MS)
    return told_of(passes)


def told_of(passes: Columns) -> list[dict[str, int]]:
    """Each pass by the names of its columns."""
    rows = zip(*(passes[name].tolist() for name in passes), strict=True)
    return [dict(zip(passes, row, strict=True)) for row in rows]


def test_a_gap_of_exactly_the_limit_is_still_one_visit() -> None:
    minutes = [0, GAP_MS / 60_000, (2 * GAP_MS + 1) / 60_000]
    passes = passes_by_visit([[Shot(minute, 0, 500) for minute in minutes]])
    assert [row["frames"] for row in passes] == [2, 1]


def test_a_pass_holds_the_frames_of_one_drive_in_one_visit() -> None:
    first = [Shot(0, 0, 500, 0), Shot(1, 0, 700, 9_000), Shot(60, 0, 300)]
    second = [Shot(3, 0, 900), Shot(2, 1, 100)]
    passes = passes_by_visit([first, second])
    told = [
        (CELLS.index(row["cell"]), row["drive"], row["frames"], row["best_grade"], row["sectors"])
        for row in passes
    ]
    assert told == [
        (0, 0, 2, 700, 0b101),
        (0, 1, 1, 900, 0b100),
        (0, 0, 1, 300, 0b100),
        (1, 1, 1, 100, 0b100),
    ]
    visits = [row["visit"] for row in passes]
    assert visits[0] == visits[1]
    assert len(set(visits)) == 3


def test_no_frames_make_no_passes() -> None:
    assert passes_by_visit([]) == []


shots = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 40), st.integers(0, 1000)),
    max_size=24,
)


@given(shots)
def test_passes_are_the_frames_of_each_drive_in_each_chain_in_whatever_order_they_come(
    listed: list[tuple[int, int, int, int]],
) -> None:
    drives = [
        [Shot(minute, cell, grade) for cell, drive, minute, grade in listed if drive == number]
        for number in (0, 1)
    ]
    frames = [(number, shot) for number, own in enumerate(drives) for shot in own]
    found = passes_by_visit(drives)
    expected = []
    for chain in chains([(shot.cell, int(shot.minute) * 60_000) for _, shot in frames]):
        for number in (0, 1):
            own = [frames[index][1] for index in chain if frames[index][0] == number]
            if own:
                times = [int(shot.minute) * 60_000 for shot in own]
                grades = [shot.grade for shot in own]
                span = max(times) - min(times)
                told = (len(own), sum(grades), max(grades), span)
                expected.append((CELLS[own[0].cell], number, *told))
    names = ("cell", "drive", "frames", "grade_sum", "best_grade")
    assert sorted(expected) == sorted(
        (*(row[name] for name in names), row["last_ms"] - row["first_ms"]) for row in found
    )


@given(shots, st.integers(0, 4))
def test_passes_are_the_same_in_shards_of_any_size_and_of_batches_of_drives(
    listed: list[tuple[int, int, int, int]], shard: int
) -> None:
    drives = [
        [Shot(minute, cell, grade) for cell, drive, minute, grade in listed if drive == number]
        for number in (0, 1)
    ]
    alone = ([drives[0], []], [[], drives[1]])
    batches = [chains_of(frames_of(each), GAP_MS) for each in alone]
    found = list(passes_of_shards(gathered(batches, 2, 1, shard), GAP_MS))
    cells = [cell for passes in found for cell in passes["cell"].tolist()]
    assert cells == sorted(cells)
    whole = passes_by_visit(drives)
    assert [without_visit(row) for passes in found for row in told_of(passes)] == [
        without_visit(row) for row in whole
    ]


def without_visit(row: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in row.items() if name != "visit"}
