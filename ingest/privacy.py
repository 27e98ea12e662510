"""A contributor's wishes, as they lie in the folder of their key: consent, licence, secret, zones.

::

    consent.json             what was agreed to, and the licence
    trip-ends.secret         where discs lie (ingest/trimming.py); made once, kept when keys change
    privacy-zones.geojson    places that must not be shown

Law: the secret is written down before it is first used, since a second one would show a second disc
around the same home. It comes of the key, so that a key restored from its backup has the same.
"""

from pathlib import Path

from ingest.settings import TrimSettings
from ingest.terms import CONSENT, LICENCES, Terms, check_licence
from ingest.trimming import Hidden, Privacy
from roadcomb.canonical import Json, canonical_json, parse_json
from roadcomb.errors import InvalidInput, UsageError
from roadcomb.files import OWNER_ONLY, write_durably
from roadcomb.keys import Key

__all__ = ["ZONES_FILE", "load_terms", "open_privacy", "save_consent", "zones_in"]

ZONES_FILE = "privacy-zones.geojson"
_CONSENT_FILE = "consent.json"
_DISCS_FILE = "trip-ends.secret"
_LABEL = "trip ends"


def open_privacy(folder: Path, key: Key | None, settings: TrimSettings) -> Privacy:
    """What must not leave of this contributor's drives. Raises InvalidInput for bad zones.

    Without a key nothing can leave, and a look at what would shows some discs.
    """
    secret = bytes(32) if key is None else _secret(folder, key)
    return Privacy(secret, settings, zones_in(folder, settings.zone_margin_m))


def zones_in(folder: Path, margin_m: float) -> Hidden | None:
    """The test of the zones that lie in a folder; None when there are none."""
    try:
        data = (folder / ZONES_FILE).read_bytes()
    except FileNotFoundError:
        return None
    from ingest.zones import parse_zones  # few have zones, and their geometry takes a while

    try:
        return parse_zones(data, margin_m).hide
    except InvalidInput as error:
        raise InvalidInput(f"{folder / ZONES_FILE}: {error}; nothing is shown before") from error


def save_consent(folder: Path, licence: str, consented_ms: int) -> None:
    """Note that the contributor agreed. Raises UsageError for an unknown licence."""
    check_licence(licence)
    agreed: Json = {"consent": CONSENT, "consented_ms": consented_ms, "licence": licence}
    write_durably(folder / _CONSENT_FILE, canonical_json(agreed), OWNER_ONLY)


def load_terms(folder: Path, trimmed_m: float) -> Terms:
    """What manifests tell. Raises UsageError when nothing, or an older text, was agreed to."""
    try:
        agreed = parse_json((folder / _CONSENT_FILE).read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            "sending pictures needs your consent and a licence for them: `roadcomb init` asks for "
            f"both, `roadcomb init --consent --licence {LICENCES[0]}` says so for scripts"
        ) from error
    match agreed:
        case {"consent": int(text), "consented_ms": int(at_ms), "licence": str(licence)}:
            if text != CONSENT:
                raise UsageError("the consent's text has changed: `roadcomb init` shows it anew")
            return Terms(text, at_ms, licence, round(trimmed_m))
    raise UsageError(f"{folder / _CONSENT_FILE} is damaged: `roadcomb init --consent` writes it")


def _secret(folder: Path, key: Key) -> bytes:
    path = folder / _DISCS_FILE
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        secret = key.derive(_LABEL)
        write_durably(path, secret.hex().encode(), OWNER_ONLY)
    except ValueError as error:
        raise InvalidInput(f"{path} is damaged: restore it, or delete it for a new one") from error
    if len(secret) != len(key.derive(_LABEL)):
        raise InvalidInput(f"{path} is damaged: restore it, or delete it for a new one")
    return secret
