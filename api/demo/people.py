"""Who drives in the demo, as the city's manifest says, and the keys that their names give them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ingest.privacy import save_consent
from ingest.terms import LICENCES
from roadcomb.epochs import end_ms, parse_epoch, start_ms
from roadcomb.errors import UsageError
from roadcomb.keys import Key, key_from_seed, save_key

__all__ = ["Person", "Upload", "read_uploads"]

SEED = "roadcomb demo"
AGREED_MS = 1_767_225_600_000
"""2026-01-01; it stands in the manifests, on which the demo's books depend."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One folder that somebody sends on one day; `note` says what is the matter with it."""

    name: str
    epoch: int
    folder: Path
    note: str

    @property
    def sent_ms(self) -> int:
        """Eight in the evening, when the day's driving is done."""
        return start_ms(self.epoch) + 20 * 3_600_000


@dataclass(frozen=True, slots=True)
class Person:
    """A contributor of the demo and the folders of their machine."""

    name: str
    home: Path

    @property
    def key(self) -> Key:
        """The key of the fixed seed and the name."""
        return key_from_seed(hashlib.sha256(f"{SEED} {self.name}".encode()).digest())

    @property
    def payout(self) -> str:
        """A made-up address; nobody holds its key."""
        return "0x" + hashlib.sha256(f"{SEED} payout {self.name}".encode()).hexdigest()[:40]

    @property
    def environment(self) -> dict[str, str]:
        """What points `roadcomb` at this person's machine."""
        return {
            "ROADCOMB_CLIENT_CONFIG": str(self.home / "config"),
            "ROADCOMB_CLIENT_STATE": str(self.home / "state"),
        }

    def settle_in(self) -> None:
        """Lay key and consent where `roadcomb init` would have made a random one, and asked."""
        save_key(self.key, self.home / "config" / "contributor.pem")
        save_consent(self.home / "config", LICENCES[0], AGREED_MS)


def read_uploads(city: Path) -> list[Upload]:
    """The uploads of a drawn city, in order. Raises UsageError where none is drawn."""
    try:
        entries = json.loads((city / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no drawn city in {city}: `python -m sample_data --out {city}` draws one"
        ) from error
    return [
        Upload(e["contributor"], parse_epoch(e["day"]), city / e["folder"], e["note"])
        for e in entries
    ]


def after_midnight_ms(epoch: int) -> int:
    """Half an hour after the epoch is over, when the nightly job runs."""
    return end_ms(epoch) + 30 * 60_000
