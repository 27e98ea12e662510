"""What must a node hide of a drive? Trip ends that its client has not cut, the operator's zones.

Law: the node's discs lie elsewhere than any client's, under a secret of the node and each
contributor; the operator's zones, `privacy-zones.geojson` in the node's folder, hide for everyone.
"""

from dataclasses import dataclass

from ingest.privacy import zones_in
from ingest.settings import TrimSettings
from ingest.stored import load_manifest
from ingest.trimming import Hidden, Privacy, contributor_secret
from roadcomb.node import Node

__all__ = ["Hiding", "open_hiding"]


@dataclass(frozen=True, slots=True)
class Hiding:
    """A node's rules of privacy."""

    node: Node
    settings: TrimSettings
    hidden: Hidden | None

    def of(self, drive_id: str, contributor: str) -> Privacy | None:
        """What is to be hidden of a drive; None: nothing. Raises NotFound or IntegrityError."""
        terms = load_manifest(self.node, drive_id).terms
        trimmed = terms is not None and terms.trimmed_m is not None
        if self.hidden is None and (trimmed or not self.settings.radius_m):
            return None
        settings = self.settings.model_copy(update={"radius_m": 0.0}) if trimmed else self.settings
        secret = contributor_secret(self.node.key.derive("trip ends"), contributor)
        return Privacy(secret, settings, self.hidden)


def open_hiding(node: Node, settings: TrimSettings | None = None) -> Hiding:
    """The rules of a node. Raises InvalidInput when its zones cannot be read."""
    chosen = settings or TrimSettings()
    return Hiding(node, chosen, zones_in(node.settings.data, chosen.zone_margin_m))
