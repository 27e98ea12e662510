"""Several real servers of one catalog show one map, under one tag, also after a restart."""

import time
from pathlib import Path

import httpx

from tests.api.processes import Served
from tests.tiles.test_cover import tile_around
from tests.tiles.worlds import AT_SEA, Drive, a_node, decide, seal

HOME = tile_around(AT_SEA, 16)
TILE = f"/tiles/cells,drives,frames/{HOME.z}/{HOME.x}/{HOME.y}.mvt"
QUIET = ("--no-judge", "--no-publish")


def test_a_verdict_shows_on_every_server_under_one_tag_that_no_client_had_before(
    tmp_path: Path,
) -> None:
    data, drive = tmp_path / "node", Drive("a")
    node = a_node(data)
    seal(node, drive)
    with Served(data, *QUIET) as one, Served(data, *QUIET) as other:
        before = [fetched(server, "") for server in (one, other)]
        assert [answer.status_code for answer in before] == [204, 204]
        decide(node, drive)
        after = [changed(server, before[0].headers["etag"]) for server in (one, other)]
        with Served(data, *QUIET) as restarted:
            after.append(fetched(restarted, before[0].headers["etag"]))
            tag = after[0].headers["etag"]
            assert {fetched(server, tag).status_code for server in (one, other, restarted)} == {304}
    assert [answer.status_code for answer in after] == [200, 200, 200]
    assert {answer.headers["etag"] for answer in (*before, *after)} == {
        before[0].headers["etag"],
        tag,
    }
    assert len({answer.content for answer in after}) == 1
    node.catalog.close()


def fetched(server: Served, known: str) -> httpx.Response:
    """The tile, by a client that has the one of the tag `known`."""
    with server.client() as client:
        return client.get(TILE, headers={"If-None-Match": known})


def changed(server: Served, known: str) -> httpx.Response:
    """The first answer that is another than the known one."""
    for _ in range(600):
        answer = fetched(server, known)
        if answer.status_code != 304:
            return answer
        time.sleep(0.1)
    raise AssertionError("the verdict is not on the map after 60 s")
