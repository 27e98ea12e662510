"""The peer beside us: `ROADCOMB_PEER=<virtual environment> python -m tests.benchmarks.bench_peer`.

Panoramax' server, geovisio (`pip install geovisio==2.15.1 waitress` in an environment of its own,
never in ours), with PostGIS in a private cluster, and a node of ours have the same frames in one
run, and take turns. Both answer all tiles of zoom 15 with anything in them, over 8 connections:
their `sequences` and `pictures`, our `drives` and `frames`. Told are the CPU of all processes
behind a tile, the first time (cold) and again (warm), and the slowest answer of a hundred; warm
figures are medians of five turns.

Theirs is inserted as its importer leaves it, with prepared pictures and ready sequences, triggers
aside, and analysed; its server is waitress, the faster of the two that it was tried with.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
import urllib3

from tests.benchmarks.bench_serving import (
    CONNECTIONS,
    FRAMES,
    ZOOM,
    Asked,
    asked,
    drives_in_a_box,
    filled,
    in_any_order,
    serving,
    tiles_of,
)
from tests.cluster import cluster
from tests.tiles.worlds import Drive
from tiles.webmercator import Tile

PEER = "ROADCOMB_PEER"
THREADS = 8
COLD_TURN = 70
"""Tiles asked of one server before the other is asked."""
WARM_TURNS, WARM_ROUNDS = 5, 3
"""All tiles so many times a turn: of these answers less than one in a hundred finds its connection
not yet accepted."""
_POINT = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)"
_LINE = "ST_Multi(ST_SetSRID(ST_MakeLine(ST_MakePoint(%s, %s), ST_MakePoint(%s, %s)), 4326))"
_GOALS = (("warm, ms CPU", 20.0), ("cold, ms CPU", 3.0), ("p99, ms", 10.0))


def main(count: int = 400) -> None:
    """Measure both and print the table."""
    peer = os.environ.get(PEER)
    if peer is None:
        print(f"the peer is not measured: {PEER} names no virtual environment with geovisio")
        return
    drives = drives_in_a_box(count)
    tiles = tiles_of(drives)
    cold = [tiles[start : start + COLD_TURN] for start in range(0, len(tiles), COLD_TURN)]
    warm = [in_any_order(tiles, WARM_ROUNDS)] * WARM_TURNS
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder), drives)
        with serving(folder) as (url, pid), _geovisio(Path(peer), drives) as (other, pids):
            doors = (
                Door(f"{url}/tiles/drives,frames/{{z}}/{{x}}/{{y}}.mvt", [pid]),
                Door(f"{other}/api/map/{{z}}/{{x}}/{{y}}.mvt", pids),
            )
            ours, theirs = zip(in_turns(doors, cold), in_turns(doors, warm), strict=True)
    print(
        f"{count * FRAMES:,} frames, {len(tiles)} tiles of zoom {ZOOM}, {CONNECTIONS} connections"
    )
    print("                 ours   geovisio    times   goal")
    for (name, goal), one, peers in zip(_GOALS, figures(*ours), figures(*theirs), strict=True):
        print(f"{name:14s} {one:6.2f} {peers:10.2f} {peers / one:8.1f}   {goal:.0f}")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server's tiles are, and the processes that answer."""

    address: str
    pids: Sequence[int]


def in_turns(doors: Sequence[Door], turns: Sequence[Sequence[Tile]]) -> list[list[Asked]]:
    """Ask each door in each turn: what else the machine does falls on all. A list a door."""
    found = [[asked(door.address, tiles, door.pids) for door in doors] for tiles in turns]
    return [list(of_one) for of_one in zip(*found, strict=True)]


def figures(cold: Sequence[Asked], warm: Sequence[Asked]) -> tuple[float, float, float]:
    """In the order of _GOALS."""
    all_cold = sum(len(turn.times_ms) for turn in cold)
    return (
        median(turn.cpu_ms for turn in warm),
        1000 * sum(turn.cpu_s for turn in cold) / all_cold,
        median(turn.p99_ms for turn in warm),
    )


@contextmanager
def _geovisio(peer: Path, drives: Sequence[Drive]) -> Iterator[tuple[str, list[int]]]:
    """Its server with these drives: its address, and the processes whose descendants answer."""
    with cluster() as home, tempfile.TemporaryDirectory() as folder:
        database = f"host={home} user=tests dbname=peer"
        with psycopg.connect(f"host={home} user=tests dbname=postgres", autocommit=True) as first:
            first.execute("CREATE DATABASE peer")
        environment = {
            **os.environ,
            "DB_URL": f"postgresql:///peer?host={home}&user=tests",
            "FS_URL": folder,
            "FLASK_APP": "geovisio",
        }
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        made = [str(peer / "bin/flask"), "db", "upgrade"]
        subprocess.run(made, env=environment, cwd=folder, check=True, capture_output=True)
        with psycopg.connect(database) as connection:
            _insert(connection, drives)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        with _waitress(peer, environment, folder) as (url, pid):
            yield url, [pid, int((home / "data/postmaster.pid").read_text().splitlines()[0])]


def _insert(connection: psycopg.Connection, drives: Sequence[Drive]) -> None:
    """Its rows, as its importer leaves them."""
    [account] = connection.execute("SELECT id FROM accounts WHERE is_default").fetchall()[0]
    connection.execute("SET session_replication_role = replica")
    cursor = connection.cursor()
    for drive in drives:
        sequence, lon = uuid.uuid4(), drive.start[1]
        ends = (lon, float(drive.lat[0]), lon, float(drive.lat[-1]))
        cursor.execute(
            "INSERT INTO sequences (id, status, account_id, geom, computed_type, computed_model,"
            " computed_capture_date, nb_pictures, computed_h_pixel_density, computed_gps_accuracy)"
            f" VALUES (%s, 'ready', %s, {_LINE}, 'flat', 'drawn', %s::date, %s, 10, 2)",
            (sequence, account, *ends, "2026-01-05", len(drive.grades)),
        )
        pictures = [uuid.uuid4() for _ in drive.grades]
        cursor.executemany(
            "INSERT INTO pictures (id, status, preparing_status, ts, heading, metadata, geom,"
            " account_id, gps_accuracy_m, h_pixel_density) VALUES (%s, 'ready', 'prepared',"
            f" to_timestamp(%s), 0, '{_METADATA}', {_POINT}, %s, 2, 10)",
            [
                (picture, drive.t_ms / 1000 + n, lon, float(lat), account)
                for n, (picture, lat) in enumerate(zip(pictures, drive.lat, strict=True))
            ],
        )
        cursor.executemany(
            "INSERT INTO sequences_pictures (seq_id, rank, pic_id) VALUES (%s, %s, %s)",
            [(sequence, n, picture) for n, picture in enumerate(pictures, 1)],
        )


_METADATA = '{"type": "flat", "make": "drawn", "model": "drawn", "width": 1920, "height": 1080}'


@contextmanager
def _waitress(peer: Path, environment: dict[str, str], folder: str) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(peer / "bin/waitress-serve"),
        f"--listen=127.0.0.1:{port}",
        f"--threads={THREADS}",
    ]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [*command, "--call", "geovisio:create_app"],
        env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            _wait_for(url)
            yield url, server.pid
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            if urllib3.request("GET", f"{url}/api", retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
