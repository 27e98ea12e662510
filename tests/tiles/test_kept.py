"""What was made lately is not made again."""

from tiles.kept import Kept


def test_a_thing_is_made_once_until_newer_ones_need_its_room() -> None:
    made: list[tuple[int, str]] = []

    def make(number: int, name: str) -> bytes:
        made.append((number, name))
        return f"{number}{name}".encode()

    kept = Kept(make, 2)
    for number in (1, 2, 1, 3, 1, 2):
        assert kept(number, "a") == f"{number}a".encode()
    assert made == [(1, "a"), (2, "a"), (3, "a"), (2, "a")]
    assert kept.has(1, "a")
    assert not kept.has(3, "a")
    assert not kept.has(1, "b")
