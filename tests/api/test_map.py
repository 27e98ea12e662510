"""The map over HTTP: tiles, tags, cells and pictures, by the real app on a real node."""

from collections.abc import Iterator
from pathlib import Path

import h3
import httpx
import mapbox_vector_tile
import pytest

from api.app import create_app
from rewards.nightly import nightly
from rewards.policy import read_policy
from roadcomb.cells import cell_of, format_cell
from roadcomb.clock import FileClock
from roadcomb.epochs import DAY_MS
from tests.api.serving import serving
from tests.quality.publishing.showing import show
from tests.rewards.town import DAY, Shot, add_drive, open_town, person, set_day
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import AT_SEA, MONDAY_MS, Drive, a_node, a_picture, decide, seal
from tiles.live import LiveMap
from tiles.state import LAYERS
from tiles.webmercator import MAX_ZOOM

HOME = tile_around(AT_SEA, 16)
TILE = f"/tiles/cells/{HOME.z}/{HOME.x}/{HOME.y}.mvt"
EMPTY = "/tiles/cells/16/5/5.mvt"
CELL = format_cell(cell_of(*AT_SEA))
PICTURES = [a_picture(seed) for seed in range(3)]
FIRST = Drive("first", pictures=PICTURES)
SECOND = Drive("second", "bob", t_ms=MONDAY_MS + 9 * 3_600_000, grades=(900, 900, 900))


class World:
    """A node with one accepted drive, and a client of its app once it is served."""

    client: httpx.Client

    def __init__(self, folder: Path, shown: bool) -> None:
        self.node = a_node(folder)
        self.accept(FIRST)
        if shown:
            show(self.node, FIRST.drive_id, dict(enumerate(PICTURES)))
        self.live = LiveMap(self.node)

    def accept(self, drive: Drive) -> None:
        seal(self.node, drive)
        decide(self.node, drive)

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={"accept-encoding": "identity", **named})


def served(folder: Path, shown: bool) -> Iterator[World]:
    world = World(folder, shown)
    with serving(create_app(world.node, world.live)) as world.client:
        yield world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from served(tmp_path, shown=False)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[World]:
    yield from served(tmp_path, shown=True)


def test_a_tile_holds_the_cells_of_an_accepted_drive(world: World) -> None:
    answer = world.get(TILE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    features = mapbox_vector_tile.decode(answer.content)["cells"]["features"]
    drawn = {feature["properties"]["cell"]: feature["properties"] for feature in features}
    known = world.live.state.table(12)
    assert set(drawn) == {format_cell(cell) for cell in known["cell"].to_pylist()}
    assert drawn[CELL]["last_seen"] == MONDAY_MS // 86_400_000


def test_a_client_that_has_the_tile_is_told_so_in_either_encoding(world: World) -> None:
    for encoding in ("gzip", "identity", "br, gzip;q=0.5", "gzip;q=0", "*"):
        first = world.get(TILE, accept_encoding=encoding)
        tag = first.headers["etag"]
        assert not tag.startswith("W/")
        for named in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = world.get(TILE, accept_encoding=encoding, if_none_match=named)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert world.get(TILE, accept_encoding=encoding, if_none_match='"old"').content


def test_the_two_encodings_have_one_content_and_two_tags(world: World) -> None:
    packed, plain = world.get(TILE, accept_encoding="gzip"), world.get(TILE)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the client unpacks
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]


def test_the_tag_changes_with_a_verdict_in_the_overlay(world: World) -> None:
    before = world.get(TILE)
    world.accept(SECOND)
    assert world.get(TILE).headers["etag"] == before.headers["etag"]
    world.live.refresh()
    after = world.get(TILE, if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.content != before.content


def test_an_empty_tile_is_204_and_may_be_cached_too(world: World) -> None:
    answer = world.get(EMPTY, accept_encoding="gzip")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-encoding" not in answer.headers
    assert "max-age" in answer.headers["cache-control"]
    again = world.get(EMPTY, accept_encoding="gzip", if_none_match=answer.headers["etag"])
    assert again.status_code == 304


@pytest.mark.parametrize("numbers", [f"{MAX_ZOOM + 1}/0/0", "3/8/0", "3/0/8", "3/-1/0", "-1/0/0"])
def test_a_tile_out_of_range_is_a_usage_problem(world: World, numbers: str) -> None:
    answer = world.get(f"/tiles/cells/{numbers}.mvt")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/usage")


@pytest.mark.parametrize("numbers", [f"3/{10**30}/0", f"{10**30}/0/0", f"16/{-(2**70)}/1"])
def test_numbers_beyond_every_tile_are_a_problem_of_the_client(world: World, numbers: str) -> None:
    for path in (f"/tiles/cells/{numbers}.mvt", f"/tiles/freshness/{numbers}.png"):
        assert world.get(path).status_code == 400
    for wrong in ("1e3/0/0", "a/b/c", "0x1/0/0"):
        answer = world.get(f"/tiles/cells/{wrong}.mvt")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [TILE, "/style.json", "/tiles/cells.json", f"/v1/cells/{CELL}"])
def test_head_says_what_get_says_without_the_body(world: World, path: str) -> None:
    headers = {"accept-encoding": "identity"}
    got, asked = world.client.get(path, headers=headers), world.client.head(path, headers=headers)
    assert asked.content == b""
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert asked.headers[name] == got.headers[name]
    assert asked.status_code == 200


def test_the_tilejson_leads_to_the_tiles_and_the_style_to_the_tilejson(world: World) -> None:
    style = world.get("/style.json").json()
    tilejson = world.get(style["sources"]["cells"]["url"]).json()
    [template] = tilejson["tiles"]
    url = template.format(z=HOME.z, x=HOME.x, y=HOME.y)
    assert world.get(url).status_code == 200
    west, south, east, north = tilejson["bounds"]
    assert west <= AT_SEA[1] + 1e-3
    assert south <= AT_SEA[0] + 1e-3
    assert (tilejson["tilejson"], tilejson["maxzoom"]) == ("3.0.0", MAX_ZOOM)
    fields = tilejson["vector_layers"][0]["fields"]
    features = mapbox_vector_tile.decode(world.get(url).content)["cells"]["features"]
    assert set(fields) == set(features[0]["properties"])
    assert east >= west
    assert north >= south


def test_layers_come_alone_or_together_in_one_tile(world: World) -> None:
    alone = {name: world.get(TILE.replace("cells", name)).content for name in LAYERS}
    for name, body in alone.items():
        assert set(mapbox_vector_tile.decode(body)) == {name}
    together = world.get(TILE.replace("cells", "frames,cells,drives"))
    assert together.content == b"".join(alone[name] for name in LAYERS)


def test_the_tilejson_of_some_layers_describes_them_as_they_are(world: World) -> None:
    tilejson = world.get("/tiles/cells,drives,frames.json").json()
    url = tilejson["tiles"][0].format(z=HOME.z, x=HOME.x, y=HOME.y)
    tile = mapbox_vector_tile.decode(world.get(url).content)
    for layer in tilejson["vector_layers"]:
        for feature in tile[layer["id"]]["features"]:
            assert set(feature["properties"]) == set(layer["fields"])
    assert world.get("/tiles/frames.json").json()["minzoom"] == 15
    assert tilejson["attribution"] == "© contributors of this Roadcomb node (CC-BY-SA-4.0)"


def test_freshness_is_a_picture_whose_tag_names_the_day(world: World) -> None:
    path = f"/tiles/freshness/{HOME.z}/{HOME.x}/{HOME.y}.png"
    first = world.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.content.startswith(b"\x89PNG")
    tag = first.headers["etag"]
    assert world.get(path, if_none_match=tag).status_code == 304
    FileClock(world.node.settings.data / "clock").set_ms(MONDAY_MS + 9 * DAY_MS)
    older = world.get(path, if_none_match=tag)
    assert older.status_code == 200
    assert older.headers["etag"] != tag
    assert older.content != first.content
    assert world.get("/tiles/freshness/16/5/5.png").status_code == 204
    assert world.get("/tiles/freshness/3/8/0.png").status_code == 400


@pytest.mark.parametrize("path", ["roads/0/0/0.mvt", "cells,roads/0/0/0.mvt", "roads.json"])
def test_an_unknown_layer_is_not_found_and_the_known_ones_are_named(
    world: World, path: str
) -> None:
    answer = world.get(f"/tiles/{path}")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/not-found")
    assert "drives" in answer.json()["detail"]


def test_the_style_is_of_the_nodes_day(world: World) -> None:
    assert world.get("/style.json").json()["metadata"]["roadcomb:today"] == MONDAY_MS // 86_400_000


def test_a_cell_says_what_is_known_and_its_pictures_wait(world: World) -> None:
    answer = world.get(f"/v1/cells/{CELL}").json()
    pictures = answer.pop("pictures")
    assert answer.pop("best_picture") == max(pictures, key=lambda picture: picture["grade"])
    assert [day["day"] for day in answer.pop("history")] == ["2026-01-05"]
    assert answer == {
        "cell": CELL,
        "resolution": 12,
        "passes": 1,
        "contributors": 1,
        "first_seen": "2026-01-05",
        "last_seen": "2026-01-05",
        "best_grade": max(picture["grade"] for picture in pictures),
        "mean_grade": sum(p["grade"] for p in pictures) // len(pictures),
        "sectors": [0],
    }
    assert {(p["waits_for"], p["thumbnail"], p["full"]) for p in pictures} == {("blur", None, None)}
    assert pictures[0]["id"].startswith("public-first/")
    assert pictures[0]["heading"] == 0.0


def test_a_coarser_cell_is_known_too_with_at_most_twenty_pictures(world: World) -> None:
    for number in range(8):
        world.accept(Drive(f"more-{number}"))
    world.live.refresh()
    answer = world.get(f"/v1/cells/{h3.cell_to_parent(CELL, 6)}").json()
    assert (answer["resolution"], len(answer["pictures"])) == (6, 20)


def test_a_cells_best_picture_is_told_also_where_newer_ones_fill_the_list(gallery: World) -> None:
    for number in range(8):
        poor = Drive(f"poor-{number}", t_ms=MONDAY_MS + (1 + number) * DAY_MS, grades=(100,) * 3)
        gallery.accept(poor)
    gallery.live.refresh()
    answer = gallery.get(f"/v1/cells/{h3.cell_to_parent(CELL, 6)}").json()
    told = answer["best_picture"]
    assert told["id"] not in [picture["id"] for picture in answer["pictures"]]
    assert told["grade"] == answer["best_grade"] == 700
    assert gallery.get(told["thumbnail"]).status_code == 200


def test_an_unseen_cell_is_404_and_no_cell_is_422(world: World) -> None:
    assert world.get(f"/v1/cells/{h3.latlng_to_cell(-40, 100, 12)}").status_code == 404
    for wrong in ("nonsense", h3.cell_to_center_child(CELL, 13), "0"):
        answer = world.get(f"/v1/cells/{wrong}")
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/invalid-input")


@pytest.mark.parametrize("kind", ["thumbnail", "full"])
def test_a_picture_that_is_not_published_is_never_served(world: World, kind: str) -> None:
    for n in range(3):
        answer = world.get(f"/v1/pictures/public-first/{n}/{kind}.jpg")
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/waits-for-blur")
        assert b"\xff\xd8" not in answer.content


def test_published_pictures_are_linked_and_served(gallery: World) -> None:
    for picture in gallery.get(f"/v1/cells/{CELL}").json()["pictures"]:
        n = int(picture["id"].split("/")[1])
        for url in (picture["thumbnail"], picture["full"]):
            answer = gallery.get(url)
            assert answer.headers["content-type"] == "image/jpeg"
            assert answer.content == PICTURES[n]
            tag = answer.headers["etag"]
            assert answer.headers["cache-control"] == "public, no-cache"
            assert gallery.get(url, if_none_match=tag).status_code == 304
        assert picture["waits_for"] is None


@pytest.mark.parametrize("path", ["nobody/0/full.jpg", "public-first/3/full.jpg"])
def test_a_picture_that_is_not_there_is_404(gallery: World, path: str) -> None:
    assert gallery.get(f"/v1/pictures/{path}").status_code == 404


def test_no_answer_names_the_contributor_the_device_or_the_time(gallery: World) -> None:
    tile = TILE.replace("cells", ",".join(LAYERS))
    for path in (f"/v1/cells/{CELL}", "/tiles/cells.json", tile):
        text = gallery.get(path).text
        state = gallery.live.state.drives["public-first"]
        for secret in (state.account, state.drive_id, "drawn", str(FIRST.t_ms), "08:00"):
            assert secret not in text


def test_the_map_stays_the_same_when_a_night_puts_its_drives_into_the_snapshot(
    tmp_path: Path,
) -> None:
    node = open_town(tmp_path, DAY)
    add_drive(node, person("alice"), [Shot(480 + n, n, 700) for n in range(5)])
    add_drive(node, person("bob"), [Shot(490 + n, n, 800) for n in range(3)])
    live = LiveMap(node)
    before = live.state
    set_day(node, DAY + 1)
    nightly(node, read_policy())
    assert live.refresh()
    assert live.state.snapshot.count(12) == len(before.table(12)) == 5
    assert len(live.state.overlay[12]) == 0
    assert live.state.table(12).equals(before.table(12))
