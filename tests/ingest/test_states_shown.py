"""What `roadcomb status` prints of a drive whose pictures a node has blurred."""

import io

from ingest.telling import print_states
from ingest.voice import Voice


def test_status_says_how_many_pictures_are_shown_and_why_others_wait() -> None:
    said = io.StringIO()
    row = dict.fromkeys(("offered", "pending", "held", "accepted", "rejected"), 5) | {
        "drive_id": "ab" * 32,
        "started_ms": 0,
        "state": "judged",
        "reasons": {},
        "reason": None,
        "held": 0,
        "pictures": {"published": 1, "waiting": {"blur-too-large": 4, "new-one": 2}},
    }
    print_states(Voice(file=said), [row])
    assert "1 picture is published, 4 wait: too much would have to be masked" in said.getvalue()
    assert "2 wait: new-one" in said.getvalue()
