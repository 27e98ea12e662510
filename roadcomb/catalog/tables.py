"""The catalog's tables. One row per drive, not per frame; times are milliseconds since 1970 UTC.

What a drive's frames measured and what became of them is one columnar file, named by its digest in
`decisions.judgement`. Decisions, the log, epochs, their drives and the ledger are append-only,
enforced by triggers (migrations); a drive's state is its newest decision.
"""

import sqlalchemy as sa

__all__ = [
    "BaseUnits",
    "appeals",
    "bindings",
    "contributors",
    "decisions",
    "device_revocations",
    "devices",
    "discards",
    "drives",
    "epoch_drives",
    "epochs",
    "events",
    "ledger",
    "log_entries",
    "metadata",
    "originals",
    "packs",
    "policies",
    "publications",
    "reports",
    "rotations",
    "sessions",
    "signed_blocks",
]

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

DIGEST = sa.String(64)


class BaseUnits(sa.TypeDecorator[int]):
    """Integer base units of money; decimal text, since 10**19 of them overflow 64 bits."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else int(value)


contributors = sa.Table(
    "contributors",
    metadata,
    sa.Column("key", DIGEST, primary_key=True, comment="Ed25519 public key, hex"),
    sa.Column("account", DIGEST, nullable=False, unique=True, comment="pseudonym in the books"),
    sa.Column("first_seen_ms", sa.BigInteger, nullable=False),
)

bindings = sa.Table(
    "bindings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("contributor", DIGEST, sa.ForeignKey("contributors.key"), nullable=False),
    sa.Column("address", sa.String(42), nullable=False, comment="0x and 40 lower-case hex digits"),
    sa.Column("message", sa.Text, nullable=False, comment="the signed canonical JSON"),
    sa.Column("signature", sa.String(128), nullable=False),
    sa.Column("bound_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_bindings_contributor", "contributor"),
)

rotations = sa.Table(
    "rotations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("contributor", DIGEST, nullable=False, comment="the first key: it names them"),
    sa.Column("old", DIGEST, nullable=False, unique=True, comment="signs no more"),
    sa.Column("new", DIGEST, nullable=False, unique=True, comment="signs from now on"),
    sa.Column("message", sa.Text, nullable=False, comment="canonical JSON, signed by both"),
    sa.Column("rotated_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_rotations_contributor", "contributor"),
)

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("contributor", DIGEST, nullable=False),
    sa.Column("device", DIGEST, nullable=False, comment="SHA-256 of its public key"),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("public_key", sa.Text, nullable=False, comment="SubjectPublicKeyInfo, hex"),
    sa.Column("model", sa.String(200), nullable=False, comment="the contributor's word"),
    sa.Column("level", sa.String(12), nullable=False, comment="software-key or hardware-key"),
    sa.Column("evidence", DIGEST, nullable=False, comment="digest of what vouched for it"),
    sa.Column("serials", sa.Text, nullable=False, comment="of its chain, hex, with spaces"),
    sa.Column("session", sa.String(48), comment="of a receiver: what it signs with, hex"),
    sa.Column("nonce", DIGEST, nullable=False, unique=True, comment="digest: it counts once"),
    sa.Column("verified_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_devices_device", "device"),
    sa.Index("ix_devices_contributor", "contributor"),
)

device_revocations = sa.Table(
    "device_revocations",
    metadata,
    sa.Column("device", DIGEST, primary_key=True),
    sa.Column("revoked_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_by", sa.String(100), nullable=False, comment="contributor or operator"),
)

drives = sa.Table(
    "drives",
    metadata,
    sa.Column("drive_id", DIGEST, primary_key=True, comment="digest of the manifest"),
    sa.Column("public_id", sa.String(36), nullable=False, unique=True, comment="random"),
    sa.Column("contributor", DIGEST, sa.ForeignKey("contributors.key"), nullable=False),
    sa.Column("device", sa.String(200), nullable=False),
    sa.Column("device_key", DIGEST, comment="id of the device that signed for it, checked"),
    sa.Column("level", sa.String(12), comment="what the registry said of it at the seal"),
    sa.Column("licence", sa.String(40), comment="SPDX id that its manifest names for its pictures"),
    sa.Column("frames", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False, comment="of all its frames, as promised"),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_ms", sa.BigInteger, nullable=False),
    sa.Column("salt", sa.LargeBinary(32), comment="destroyed with the drive's pictures"),
    sa.Column("opened_ms", sa.BigInteger, nullable=False),
    sa.Column("sealed_ms", sa.BigInteger),
    sa.Column("log_index", sa.Integer, unique=True),
    sa.Column("receipt", sa.Text, comment="the node's signed promise"),
    sa.Column("decision", sa.Integer, comment="id of the newest one; none: pending"),
    sa.Column("deleted_ms", sa.BigInteger, comment="its bytes are lawfully gone since then"),
    sa.Index("ix_drives_contributor", "contributor"),
    sa.Index("ix_drives_sealed_ms", "sealed_ms"),
)

signed_blocks = sa.Table(
    "signed_blocks",
    metadata,
    sa.Column("name", DIGEST, primary_key=True, comment="final hash: signed positions count once"),
    sa.Column("drive_id", DIGEST, nullable=False),
    sa.Index("ix_signed_blocks_drive_id", "drive_id"),
)

packs = sa.Table(
    "packs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False),
    sa.Column("key", sa.String(200), nullable=False, comment="in the blob store"),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("index", sa.LargeBinary, nullable=False, comment="roadcomb/packs.py"),
    sa.Index("ix_packs_drive_id", "drive_id"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("reason", sa.String(60), comment="of the drive, when it is not accepted"),
    sa.Column("judgement", DIGEST, nullable=False, comment="blob judgements/<digest>"),
    sa.Column("thumbnails", sa.Text, comment="key of their pack"),
    sa.Column("accepted", sa.Integer, nullable=False, comment="frames"),
    sa.Column("held", sa.Integer, nullable=False, comment="frames"),
    sa.Column("rejected", sa.Integer, nullable=False, comment="frames"),
    sa.Column("evidence", sa.Text, nullable=False, comment="JSON, what a person should look at"),
    sa.Column("decided_ms", sa.BigInteger, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("decided_by", sa.String(100), nullable=False),
    sa.Column("note", sa.Text, comment="a person's words"),
    sa.Index("ix_decisions_epoch", "epoch"),
    sa.Index("ix_decisions_drive_id", "drive_id"),
)

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False),
    sa.Column("cause", sa.String(20), nullable=False, comment="why it was made"),
    sa.Column("detector", sa.String(100), nullable=False),
    sa.Column("version", sa.String(100), nullable=False, comment="of weights and rules"),
    sa.Column("packs", sa.Text, nullable=False, comment="JSON list of keys, full pictures"),
    sa.Column("thumbnails", sa.Text, nullable=False, comment="JSON list of keys"),
    sa.Column("masks", DIGEST, nullable=False, comment="of the drive's record of masks"),
    sa.Column("published", sa.Integer, nullable=False, comment="frames"),
    sa.Column("waiting", sa.Integer, nullable=False, comment="frames"),
    sa.Column("reasons", sa.Text, nullable=False, comment="JSON, waiting frames by reason"),
    sa.Column("published_ms", sa.BigInteger, nullable=False),
    sa.Column("album", DIGEST, comment="digest of what is told to those who check grades"),
    sa.Index("ix_publications_drive_id", "drive_id"),
    sa.Index("ix_publications_album", "album"),
    comment="what of a drive may be shown; the newest row of a drive counts",
)

originals = sa.Table(
    "originals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False),
    sa.Column("key", sa.String(200), nullable=False, unique=True, comment="encrypted pack"),
    sa.Column("index", sa.LargeBinary, nullable=False, comment="of the pack inside"),
    sa.Column("kept_ms", sa.BigInteger, nullable=False, comment="since when"),
    sa.Index("ix_originals_drive_id", "drive_id"),
    comment="unblurred packs that the operator's retention keeps",
)

discards = sa.Table(
    "discards",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True, comment="in the blob store"),
    comment="blobs that nothing names any more and that are to be destroyed",
)

appeals = sa.Table(
    "appeals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False),
    sa.Column("contributor", DIGEST, sa.ForeignKey("contributors.key"), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False, comment="the signed canonical JSON"),
    sa.Column("signature", sa.String(128), nullable=False),
    sa.Column("appealed_ms", sa.BigInteger, nullable=False),
    sa.Index("ix_appeals_drive_id", "drive_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("public_id", sa.String(36), nullable=False, comment="of the drive"),
    sa.Column("n", sa.Integer, nullable=False, comment="of the picture, as the map counts"),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("status", sa.String(10), nullable=False, comment="open or closed"),
    sa.Column("reported_ms", sa.BigInteger, nullable=False),
    sa.Column("closed_ms", sa.BigInteger),
    sa.Column("note", sa.Text, comment="what was done"),
    sa.Index("ix_reports_status", "status"),
    comment="what people who look at the map say of a picture; nothing of who they are",
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token", DIGEST, primary_key=True, comment="digest of what the browser holds"),
    sa.Column("link", DIGEST, nullable=False, unique=True, comment="digest of the link it came by"),
    sa.Column("contributor", DIGEST, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    comment="browsers that may read a contributor's statement, for half an hour",
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", DIGEST, nullable=False, unique=True, comment="digest of the key"),
    sa.Column("account", sa.String(64), nullable=False, comment="the operator's name"),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger),
    comment="who may open full pictures where these are metered",
)

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("account", sa.String(64), primary_key=True),
    sa.Column("cell", sa.String(16), primary_key=True, comment="H3, resolution 12"),
    sa.Column("week", sa.Integer, primary_key=True, comment="Mondays since 1969-12-29"),
    comment="an account is counted once for a cell and a week",
)

log_entries = sa.Table(
    "log_entries",
    metadata,
    sa.Column("log_index", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("leaf", DIGEST, nullable=False, comment="RFC 9162 leaf hash of the receipt"),
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), nullable=False, unique=True),
)

policies = sa.Table(
    "policies",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("policy", DIGEST, nullable=False, comment="SHA-256 of the text"),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("effective", sa.Integer, nullable=False, comment="its first epoch"),
    sa.Column("announced_ms", sa.BigInteger, nullable=False),
)

epochs = sa.Table(
    "epochs",
    metadata,
    sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("manifest_digest", DIGEST, nullable=False, unique=True),
    sa.Column("manifest", sa.Text, nullable=False, comment="signed canonical JSON"),
    sa.Column("committed_ms", sa.BigInteger, nullable=False),
)

epoch_drives = sa.Table(
    "epoch_drives",
    metadata,
    sa.Column("drive_id", DIGEST, sa.ForeignKey("drives.drive_id"), primary_key=True),
    sa.Column("epoch", sa.Integer, sa.ForeignKey("epochs.epoch"), nullable=False),
    sa.Index("ix_epoch_drives_epoch", "epoch"),
    comment="which epoch a drive was counted in; the primary key is why nothing is paid twice",
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("reference", sa.String(200), nullable=False, comment="it counts once"),
    sa.Column("body", sa.Text, nullable=False, comment="canonical JSON, public"),
    sa.Column("recorded_ms", sa.BigInteger, nullable=False),
    sa.Column("recorded_by", sa.String(100), nullable=False),
    sa.UniqueConstraint("kind", "reference"),
    comment="what happened outside and the books depend on",
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("epoch", sa.Integer, sa.ForeignKey("epochs.epoch"), nullable=False),
    sa.Column("transaction", sa.String(100), nullable=False, comment="its entries sum to zero"),
    sa.Column("account", sa.String(100), nullable=False),
    sa.Column("amount", BaseUnits, nullable=False, comment="signed, base units"),
    sa.Index("ix_ledger_epoch", "epoch"),
    sa.Index("ix_ledger_account", "account"),
)
