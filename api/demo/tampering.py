"""One number of the published books is changed in a copy, and the audit names it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.demo.stage import Stage
from roadcomb.canonical import canonical_json, parse_json
from roadcomb.errors import IntegrityError

__all__ = ["tamper"]


def tamper(stage: Stage, epoch: int, say: Callable[[str], None]) -> None:
    """Give the epoch's first account a token more in a copy of the books, and audit the copy."""
    copy = stage.folder / "tampered"
    shutil.copytree(stage.data / "published", copy)
    changed = _one_token_more(copy / str(epoch) / "allocation.json")
    say(f"\nIn a copy of the books account {changed[:16]}.. gets a token more on day {epoch}:")
    words = ("audit", str(copy))
    say(stage.run(*words, environment={}, refused=IntegrityError.exit_code).strip())


def _one_token_more(file: Path) -> str:
    """The account whose amount was changed."""
    document: Any = parse_json(file.read_bytes())
    account = min(document["amounts"])
    document["amounts"][account] = str(int(document["amounts"][account]) + 10**9)
    file.write_bytes(canonical_json(document))
    return str(account)
