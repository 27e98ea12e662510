"""Pictures that are published as they are, for tests of whoever shows them."""

from collections.abc import Mapping

from quality.publishing import publications
from quality.publishing.composing import compose
from quality.publishing.fates import Concealed, Fate, Named
from quality.publishing.record import FrameRecord
from quality.publishing.sources import known_frames
from roadcomb.node import Node

__all__ = ["show"]

NOBODY = Named("nobody-is-there", "1")


def show(node: Node, drive_id: str, pictures: Mapping[int, bytes]) -> None:
    """Publish these pictures (by frame) of an accepted drive; its other frames go on waiting."""
    with node.catalog.reading() as connection:
        before = publications.newest(connection, drive_id)
    known = known_frames(node, drive_id, before, every=1)
    anew = [
        (FrameRecord(n, Fate.PUBLISHED), Concealed(data, data, 64, 48, 0.0))
        for n, data in sorted(pictures.items())
        if n in {one.n for one in known}
    ]
    draft = compose(node.blobs, drive_id, "published", NOBODY, known, anew)
    with node.catalog.writing() as connection:
        assert publications.enter(connection, draft, before, node.clock.now_ms())
