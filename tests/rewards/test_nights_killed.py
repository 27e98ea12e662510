"""One night, killed at every step one after the other, ends in the books of a night left alone."""

import subprocess
import sys
from pathlib import Path

from rewards.chain import committed
from rewards.documents import FILES
from rewards.nightly import STEPS, nightly
from rewards.policy import Policy
from roadcomb.node import Node
from tests.rewards.town import Shot, add_drive, open_town, person

STREET = [Shot(10 + index / 10, index, 700 + index) for index in range(8)]

# One process imports everything and forks a child for each step, before any thread is started.
KILLED = """
import os, signal, sys
from pathlib import Path
from rewards.nightly import nightly
from rewards.policy import read_policy
from tests.rewards.town import open_town

def run(last):
    def reached(step):
        if step == last:
            os.kill(os.getpid(), signal.SIGKILL)
    nightly(open_town(Path(sys.argv[1]), catalog=sys.argv[2]), read_policy(), reached=reached)

for step in sys.argv[3:]:
    child = os.fork()
    if child == 0:
        run(step)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, step
"""


def driven(folder: Path, catalog: str | None) -> Node:
    node = open_town(folder, catalog=catalog)
    add_drive(node, person("alice"), STREET)
    add_drive(node, person("bob"), STREET[:5])
    return node


def published(node: Node) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in node.settings.published.glob("*/*")}


def test_a_night_killed_at_every_step_ends_in_the_same_bytes_on_either_catalog(
    tmp_path: Path, policy: Policy, catalog_url: str
) -> None:
    alone = driven(tmp_path / "alone", None)
    nightly(alone, policy)
    driven(tmp_path / "killed", catalog_url).catalog.close()
    steps = [*STEPS, *(f"published {name}" for name in FILES)]
    words = [sys.executable, "-c", KILLED, str(tmp_path / "killed"), catalog_url, *steps]
    subprocess.run(words, check=True, timeout=300)
    node = open_town(tmp_path / "killed", catalog=catalog_url)
    assert nightly(node, policy).closed == ()
    assert published(node) == published(alone)
    assert [each.file for each in committed(node)] == [each.file for each in committed(alone)]
    node.catalog.close()
    alone.catalog.close()
