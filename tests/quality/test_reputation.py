"""The laws of reputation, and that no way of parting one's drives over keys pays."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from quality.records import reputations, reputations_at
from quality.reputation import FRESH, NEUTRAL, Decided, Reputation, audit_per_mille, fold
from roadcomb.records import Verdict
from tests.drives import make_node

VERDICTS = st.sampled_from(list(Verdict))
REASONS = st.sampled_from([None, "replay", "authenticity-doubted", "too-dark", "blurred"])
DECIDED = st.builds(Decided, st.integers(20_000, 20_200), VERDICTS, REASONS)
HISTORY = st.lists(DECIDED, max_size=30).map(lambda made: sorted(made, key=lambda one: one.epoch))
GOOD = st.builds(Decided, st.integers(20_000, 20_200), st.just(Verdict.ACCEPTED), st.none())
END = 20_200


def accepted(count: int, epoch: int = END) -> list[Decided]:
    return [Decided(epoch, Verdict.ACCEPTED, None)] * count


def lies(count: int, epoch: int = END) -> list[Decided]:
    return [Decided(epoch, Verdict.REJECTED, "replay")] * count


@given(HISTORY)
def test_a_value_is_between_0_and_1000_whatever_was_decided(made: list[Decided]) -> None:
    assert 0 <= fold(made, END).value <= 1000


def test_a_fresh_key_stands_at_neutral() -> None:
    assert FRESH.value == fold([], END).value == NEUTRAL


@given(HISTORY)
def test_only_accepted_drives_raise_anybody_above_neutral(made: list[Decided]) -> None:
    if not any(one.verdict is Verdict.ACCEPTED for one in made):
        assert fold(made, END).value <= NEUTRAL


@given(st.lists(GOOD, max_size=30), st.data())
def test_parting_accepted_drives_over_keys_gives_none_of_them_more(
    made: list[Decided], data: st.DataObject
) -> None:
    made = sorted(made, key=lambda one: one.epoch)
    keys = data.draw(st.lists(st.integers(0, 3), min_size=len(made), max_size=len(made)))
    whole = fold(made, END).value
    for key in range(4):
        part = [one for one, owner in zip(made, keys, strict=True) if owner == key]
        assert fold(part, END).value <= whole


@given(HISTORY, st.integers(0, 29))
def test_another_accepted_drive_never_lowers_and_another_lie_never_raises(
    made: list[Decided], at: int
) -> None:
    epoch = made[at % len(made)].epoch if made else END
    place = sum(one.epoch <= epoch for one in made)
    value = fold(made, END).value
    assert fold([*made[:place], *accepted(1, epoch), *made[place:]], END).value >= value
    assert fold([*made[:place], *lies(1, epoch), *made[place:]], END).value <= value


def test_half_of_a_record_is_left_after_a_half_life() -> None:
    faded = fold(accepted(100), END + 30)
    assert 49_999_000 <= faded.good <= 50_001_000
    assert fold(lies(3), END + 3_000) == Reputation(0, 0, END + 3_000)


def test_a_dark_picture_is_nobodys_lie() -> None:
    assert fold([Decided(END, Verdict.REJECTED, "too-dark")], END).value == NEUTRAL
    assert fold([Decided(END, Verdict.HELD, "replay")], END).value == NEUTRAL


def test_who_lied_is_looked_at_oftener() -> None:
    rates = [audit_per_mille(value) for value in range(1001)]
    assert rates == sorted(rates, reverse=True)
    assert (rates[0], rates[NEUTRAL], rates[1000]) == (250, 20, 2)


def test_more_keys_wait_than_a_statement_takes(tmp_path: Path, catalog_url: str) -> None:
    """Keys are free: 70,000 of them must not stop the judging of everybody else."""
    node = make_node(tmp_path / "node", catalog_url)
    keys = {f"{n:064x}" for n in range(70_000)}
    assert set(reputations(node, keys).values()) == {NEUTRAL}
    with node.catalog.reading() as connection:
        assert set(reputations_at(connection, keys, END).values()) == {NEUTRAL}
    node.catalog.close()
