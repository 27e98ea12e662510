"""Pictures drawn by a later log head are judged again, and a grade that was made up is named."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
import sqlalchemy as sa
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.app import create_app
from quality import decisions, judgement
from quality.decisions import decision_of
from quality.deleting import delete_drive
from quality.judge import judge_pending
from quality.publishing.publisher import Publisher
from quality.publishing.record import folder_of
from rewards.albums import Listed, albums_document, parse_albums
from rewards.audit import audit
from rewards.commands import register
from rewards.differences import Difference
from rewards.drawing import draw, seed_of
from rewards.inputs import parse_inputs
from rewards.nightly import nightly
from rewards.policy import read_policy
from rewards.regrading import Seen, adds_up, look_again, refused
from rewards.sources import FolderSource, NodeSource, Source
from roadcomb.clock import FileClock
from roadcomb.engine import InlineEngine
from roadcomb.epochs import DAY_MS
from roadcomb.errors import IntegrityError, NotFound, Unreachable
from roadcomb.node import Node
from tests.api.serving import serving
from tests.drives import NOW_MS, contributor, make_node
from tests.quality.deliveries import deliver
from tests.quality.pictures import blurred, decoded, drawn_frames, jpeg
from tests.quality.publishing.detectors import Opens
from tiles.live import LiveMap

SHOWN = 3


@dataclass(frozen=True)
class Network:
    """A node with two closed days: the first shows pictures, the second makes the log longer."""

    node: Node
    drive_id: str
    client: httpx.Client

    @property
    def published(self) -> Path:
        return self.node.settings.published


def soft_frames() -> list[bytes]:
    """A little out of focus: worth 200 to 700."""
    return [jpeg(blurred(decoded(data), 1.3)) for data in drawn_frames()[:SHOWN]]


@contextmanager
def network(
    folder: Path, made_up: Sequence[int] | None = None, masked: str = "plate"
) -> Iterator[Network]:
    node = make_node(folder / "node")
    drive_id = deliver(node, contributor(1), soft_frames())
    judge_pending(node, InlineEngine())
    if made_up is not None:
        make_up(node, drive_id, made_up)
    Publisher(node, InlineEngine(), None, Opens(masked)).publish_pending()
    later(node, 1)
    deliver(node, contributor(2), drawn_frames()[10:14], started_ms=NOW_MS + DAY_MS - 3_600_000)
    judge_pending(node, InlineEngine())
    later(node, 2)
    nightly(node, read_policy())
    live = LiveMap(node)
    live.refresh()
    with serving(create_app(node, live)) as client:
        yield Network(node, drive_id, client)
    node.catalog.close()


def later(node: Node, days: int) -> None:
    assert isinstance(node.clock, FileClock)
    node.clock.set_ms(NOW_MS + days * DAY_MS)


def make_up(node: Node, drive_id: str, grades: Sequence[int]) -> None:
    """What a crooked operator would do: pay by other grades than were measured."""
    with node.catalog.writing() as connection:
        made = decision_of(connection, drive_id)
        assert made is not None
        judged = judgement.load(node.blobs, made.judgement)
        field = judged.schema.get_field_index("grade")
        wrong = judged.set_column(field, judgement.SCHEMA.field("grade"), pa.array(grades, "int32"))
        values = {name: getattr(made, name) for name in made._fields if name != "id"}
        del values["decided_ms"], values["epoch"]
        digest = judgement.store(node.blobs, wrong)
        decisions.enter(connection, node.clock, values | {"judgement": digest})


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("honest")) as opened:
        yield opened


def commands() -> typer.Typer:
    made = typer.Typer()
    register(made)
    return made


def seen(where: Network, source: Source | None = None, own: str = "") -> list[Seen]:
    return list(look_again(where.published, source or NodeSource(where.client), 200, own))


def grades_of(where: Network) -> list[int]:
    with where.node.catalog.reading() as connection:
        made = decision_of(connection, where.drive_id)
    assert made is not None
    return [int(grade) for grade in judgement.load(where.node.blobs, made.judgement)["grade"]]


def test_the_pictures_of_an_honest_node_bear_out_its_grades(honest: Network) -> None:
    found = seen(honest)
    assert len(found) == SHOWN
    assert [one.fault for one in found] == [None] * SHOWN
    assert sorted(int(str(one.grade)) for one in found) == sorted(grades_of(honest))
    assert all(grade < 800 for grade in grades_of(honest))


def test_a_grade_that_was_made_up_is_named_though_all_the_books_are_equal(tmp_path: Path) -> None:
    with network(tmp_path, [990] * SHOWN, masked="nothing") as crooked:
        assert len(list(audit(crooked.published))) == 2
        found = seen(crooked)
    assert [one.fault for one in found] == ["grade"] * SHOWN
    assert all(one.borne is not None and one.borne.most < 940 for one in found)
    assert all(one.is_named for one in found)


def test_what_was_kept_is_judged_offline_and_a_changed_byte_is_named(
    honest: Network, tmp_path: Path
) -> None:
    seen(honest, NodeSource(honest.client, tmp_path))
    assert [one.fault for one in seen(honest, FolderSource(tmp_path))] == [None] * SHOWN
    picture = sorted(tmp_path.glob("*.jpg"))[0]
    picture.write_bytes(picture.read_bytes() + b"\0")
    assert sorted(str(one.fault) for one in seen(honest, FolderSource(tmp_path))) == [
        "None",
        "None",
        "bytes",
    ]
    for file in tmp_path.glob("*.json"):
        file.write_bytes(file.read_bytes().replace(b'"grade":', b'"grade": '))
    assert {one.fault for one in seen(honest, FolderSource(tmp_path))} == {"album"}


def test_another_album_than_was_committed_to_is_named(honest: Network) -> None:
    """A node that answers with grades that fit its pictures, after it paid by others."""

    class Liar(NodeSource):
        def album(self, digest: str) -> bytes | None:
            raise IntegrityError("its digest is another")

    assert {one.fault for one in seen(honest, Liar(honest.client))} == {"album"}


def test_a_deleted_drive_proves_nothing_and_is_counted_as_that(tmp_path: Path) -> None:
    with network(tmp_path) as where:
        delete_drive(where.node, where.drive_id, contributor(1).public)
        found = seen(where)
        assert [(one.fault, one.is_named) for one in found] == [("gone", False)] * SHOWN
        assert not list(where.node.blobs.keys(f"{folder_of(where.drive_id)}/"))


def test_nothing_is_drawn_before_the_log_is_longer(honest: Network, tmp_path: Path) -> None:
    first = min(honest.published.iterdir(), key=lambda folder: int(folder.name))
    alone = tmp_path / "published" / first.name
    alone.mkdir(parents=True)
    for file in first.iterdir():
        (alone / file.name).write_bytes(file.read_bytes())
    with pytest.raises(NotFound, match="log of the newest epoch"):
        list(look_again(alone.parent, NodeSource(honest.client), 200))


def test_albums_are_bound_by_the_signed_inputs(honest: Network, tmp_path: Path) -> None:
    for folder in honest.published.iterdir():
        (tmp_path / folder.name).mkdir()
        for file in folder.iterdir():
            (tmp_path / folder.name / file.name).write_bytes(file.read_bytes())
    first = min(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    (first / "albums.json").write_bytes(albums_document([Listed("ab" * 32, int(first.name), 1)]))
    with pytest.raises(Difference, match=r"albums\.json: SHA-256"):
        list(audit(tmp_path))


def test_the_command_says_how_many_bear_out_their_grades_and_ends_well(
    honest: Network, tmp_path: Path
) -> None:
    seen(honest, NodeSource(honest.client, tmp_path))
    words = ["audit", str(honest.published), "--pictures", "2", "--from", str(tmp_path)]
    told = CliRunner().invoke(commands(), words)
    assert told.exit_code == 0, told.output
    assert "2 pictures drawn: 2 bear out their grades, 0 do not, 0 are no longer" in told.output
    told = CliRunner().invoke(commands(), [*words, "--json"])
    lines = [json.loads(line) for line in told.output.splitlines() if "picture" in line]
    assert [line["fault"] for line in lines] == [None, None]


def test_the_command_asks_a_node_and_keeps_what_it_saw(honest: Network, tmp_path: Path) -> None:
    words = ["audit", str(honest.published), "--pictures", "9", "--keep", str(tmp_path / "seen")]
    told = CliRunner().invoke(commands(), [*words, "--from", str(honest.client.base_url)])
    assert told.exit_code == 0, told.output
    assert len(list((tmp_path / "seen").iterdir())) == 1 + SHOWN


def test_a_node_that_does_not_answer_or_a_missing_folder_is_said(
    honest: Network, tmp_path: Path
) -> None:
    with httpx.Client(base_url="http://127.0.0.1:1") as nobody, pytest.raises(Unreachable):
        seen(honest, NodeSource(nobody))
    with pytest.raises(NotFound, match=r"--keep` writes one"):
        FolderSource(tmp_path / "nowhere")


def test_the_command_names_a_picture_that_is_another_and_fails(
    honest: Network, tmp_path: Path
) -> None:
    seen(honest, NodeSource(honest.client, tmp_path))
    for picture in tmp_path.glob("*.jpg"):
        picture.write_bytes(drawn_frames()[0])
    words = ["audit", str(honest.published), "--pictures", "9", "--from", str(tmp_path)]
    told = CliRunner().invoke(commands(), words)
    assert isinstance(told.exception, IntegrityError)
    assert told.output.count("is not the picture that was committed to") == SHOWN


def test_an_album_names_nobody_and_no_time(honest: Network) -> None:
    with honest.node.catalog.reading() as connection:
        digest = connection.scalar(sa.text("select album from publications"))
        names = connection.execute(sa.text("select contributor, device from drives")).all()
    text = honest.client.get(f"/v1/albums/{digest}").text
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    for row in names:
        assert row.contributor not in text
    assert honest.drive_id not in text
    assert set(json.loads(text)["pictures"][0]) == {"n", "cell", "grade", "sha256", "zones"}


def test_an_epoch_lists_a_publication_once(honest: Network) -> None:
    folders = sorted(honest.published.iterdir(), key=lambda folder: int(folder.name))
    albums = [parse_albums((folder / "albums.json").read_bytes()) for folder in folders]
    assert [len(each) for each in albums] == [1, 0]
    assert albums[0][0].pictures == SHOWN
    newest = [parse_inputs((f / "inputs.json").read_bytes()).publications for f in folders]
    assert newest == [1, 1]


def test_one_grade_in_fifty_is_told_and_more_or_anything_else_is_refused() -> None:
    fine, grade, gone = (Seen(1, "a/0", 500, fault=fault) for fault in (None, "grade", "gone"))
    assert refused([fine] * 49 + [grade]) == 0
    assert refused([fine] * 48 + [gone, grade]) == 1
    assert refused([fine] * 98 + [grade] * 3) == 3
    assert refused([fine] * 199 + [Seen(1, "a/0", 500, fault="bytes")]) == 1


LISTED = st.lists(st.integers(1, 30), min_size=1, max_size=20).map(
    lambda counts: [Listed(f"{n:064x}", n, count) for n, count in enumerate(counts)]
)


@given(LISTED, st.binary(min_size=32, max_size=32), st.integers(0, 300))
def test_a_draw_is_of_different_pictures_that_are_there_and_as_many_as_can_be(
    albums: list[Listed], root: bytes, count: int
) -> None:
    drawn = draw(albums, seed_of(root.hex()), count)
    assert len(set(drawn)) == len(drawn) == min(count, sum(each.pictures for each in albums))
    assert all(0 <= one.number < one.album.pictures for one in drawn)
    assert drawn == draw(albums, seed_of(root.hex()), count)


def test_another_log_head_or_other_words_draw_other_pictures() -> None:
    albums = [Listed("ab" * 32, 1, 10**9)]
    draws = [draw(albums, seed_of(root, own), 5) for root in ("01", "02") for own in ("", "mine")]
    assert len({tuple(each) for each in draws}) == 4


def test_every_picture_is_as_likely_as_any_other() -> None:
    albums = [Listed("aa" * 32, 1, 1), Listed("bb" * 32, 1, 9)]
    hits = [draw(albums, seed_of(f"{n:04x}"), 1)[0].album.pictures for n in range(2000)]
    assert 140 < hits.count(1) < 260


@given(st.lists(st.lists(st.integers(1, 1000), min_size=1, max_size=4), min_size=1, max_size=5))
def test_the_grades_of_some_rows_of_a_cell_add_up_and_one_more_does_not(
    visits: list[list[int]],
) -> None:
    rows = [(len(each), sum(each), max(each)) for each in visits]
    own = [grade for each in visits[:2] for grade in each]
    assert adds_up(rows, own)
    assert not adds_up(rows, [grade for each in visits for grade in each] + [1000])


def test_a_row_that_was_paid_better_than_its_pictures_does_not_add_up() -> None:
    assert adds_up([(2, 900, 500)], [400, 500])
    assert not adds_up([(2, 1800, 950)], [400, 500])
    assert not adds_up([(1, 500, 500)], [400, 500])
