"""The registry of devices: who vouched for which, what was revoked, and what a drive had of it."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("devices", "device_revocations")
_DIGEST = sa.String(length=64)


def upgrade() -> None:
    _make_devices()
    op.create_table(
        "device_revocations",
        sa.Column("device", _DIGEST, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "revoked_by",
            sa.String(length=100),
            nullable=False,
            comment="contributor or operator",
        ),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_revocations")),
    )
    op.create_table(
        "signed_blocks",
        sa.Column(
            "name", _DIGEST, nullable=False, comment="final hash: signed positions count once"
        ),
        sa.Column("drive_id", _DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signed_blocks")),
    )
    op.create_index("ix_signed_blocks_drive_id", "signed_blocks", ["drive_id"], unique=False)
    signed = "id of the device that signed for it, checked"
    op.add_column("drives", sa.Column("device_key", _DIGEST, nullable=True, comment=signed))
    said = "what the registry said of it at the seal"
    op.add_column("drives", sa.Column("level", sa.String(12), nullable=True, comment=said))
    for table in TABLES:
        forbid_changes(table)


def _make_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contributor", _DIGEST, nullable=False),
        sa.Column("device", _DIGEST, nullable=False, comment="SHA-256 of its public key"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False, comment="SubjectPublicKeyInfo, hex"),
        sa.Column("model", sa.String(length=200), nullable=False, comment="the contributor's word"),
        sa.Column(
            "level", sa.String(length=12), nullable=False, comment="software-key or hardware-key"
        ),
        sa.Column("evidence", _DIGEST, nullable=False, comment="digest of what vouched for it"),
        sa.Column("serials", sa.Text(), nullable=False, comment="of its chain, hex, with spaces"),
        sa.Column(
            "session",
            sa.String(length=48),
            nullable=True,
            comment="of a receiver: what it signs with, hex",
        ),
        sa.Column("nonce", _DIGEST, nullable=False, comment="digest: it counts once"),
        sa.Column("verified_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("nonce", name=op.f("uq_devices_nonce")),
    )
    op.create_index("ix_devices_device", "devices", ["device"], unique=False)
    op.create_index("ix_devices_contributor", "devices", ["contributor"], unique=False)


def downgrade() -> None:
    op.drop_column("drives", "level")
    op.drop_column("drives", "device_key")
    for table in ("signed_blocks", "device_revocations", "devices"):
        op.drop_table(table)
