"""The catalog's first schema, with the triggers that keep the books append-only."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("decisions", "log_entries", "epochs", "ledger")


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_PG_FUNCTION)
    for table in APPEND_ONLY:
        forbid_changes(table)


def _create_tables() -> None:
    op.create_table(
        "contributors",
        sa.Column("key", sa.String(length=64), nullable=False, comment="Ed25519 public key, hex"),
        sa.Column(
            "account", sa.String(length=64), nullable=False, comment="pseudonym in the books"
        ),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contributors")),
        sa.UniqueConstraint("account", name=op.f("uq_contributors_account")),
    )
    op.create_table(
        "epochs",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("manifest_digest", sa.String(length=64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False, comment="signed canonical JSON"),
        sa.Column("committed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_epochs")),
        sa.UniqueConstraint("manifest_digest", name=op.f("uq_epochs_manifest_digest")),
    )
    op.create_table(
        "bindings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contributor", sa.String(length=64), nullable=False),
        sa.Column(
            "address",
            sa.String(length=42),
            nullable=False,
            comment="0x and 40 lower-case hex digits",
        ),
        sa.Column("message", sa.Text(), nullable=False, comment="the signed canonical JSON"),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("bound_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.key"], name=op.f("fk_bindings_contributor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bindings")),
    )
    op.create_index("ix_bindings_contributor", "bindings", ["contributor"], unique=False)
    op.create_table(
        "drives",
        sa.Column(
            "drive_id", sa.String(length=64), nullable=False, comment="digest of the manifest"
        ),
        sa.Column("public_id", sa.String(length=36), nullable=False, comment="random"),
        sa.Column("contributor", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column(
            "bytes", sa.BigInteger(), nullable=False, comment="of all its frames, as promised"
        ),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column(
            "salt",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="destroyed with the drive's pictures",
        ),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed_ms", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True, comment="the node's signed promise"),
        sa.Column(
            "decision", sa.Integer(), nullable=True, comment="id of the newest one; none: pending"
        ),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.key"], name=op.f("fk_drives_contributor")
        ),
        sa.PrimaryKeyConstraint("drive_id", name=op.f("pk_drives")),
        sa.UniqueConstraint("log_index", name=op.f("uq_drives_log_index")),
        sa.UniqueConstraint("public_id", name=op.f("uq_drives_public_id")),
    )
    op.create_index("ix_drives_contributor", "drives", ["contributor"], unique=False)
    op.create_index("ix_drives_sealed_ms", "drives", ["sealed_ms"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column(
            "transaction", sa.String(length=100), nullable=False, comment="its entries sum to zero"
        ),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column(
            "amount",
            sa.String(length=40),
            nullable=False,
            comment="signed, base units",
        ),
        sa.ForeignKeyConstraint(["epoch"], ["epochs.epoch"], name=op.f("fk_ledger_epoch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_account", "ledger", ["account"], unique=False)
    op.create_index("ix_ledger_epoch", "ledger", ["epoch"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=60),
            nullable=True,
            comment="of the drive, when it is not accepted",
        ),
        sa.Column(
            "judgement", sa.String(length=64), nullable=False, comment="blob judgements/<digest>"
        ),
        sa.Column("thumbnails", sa.Text(), nullable=True, comment="key of their pack"),
        sa.Column("accepted", sa.Integer(), nullable=False, comment="frames"),
        sa.Column("held", sa.Integer(), nullable=False, comment="frames"),
        sa.Column("rejected", sa.Integer(), nullable=False, comment="frames"),
        sa.Column(
            "evidence", sa.Text(), nullable=False, comment="JSON, what a person should look at"
        ),
        sa.Column("decided_ms", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=True, comment="a person's words"),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_decisions_drive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_drive_id", "decisions", ["drive_id"], unique=False)
    op.create_index("ix_decisions_epoch", "decisions", ["epoch"], unique=False)
    op.create_table(
        "log_entries",
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "leaf",
            sa.String(length=64),
            nullable=False,
            comment="RFC 9162 leaf hash of the receipt",
        ),
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_log_entries_drive_id")
        ),
        sa.PrimaryKeyConstraint("log_index", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("drive_id", name=op.f("uq_log_entries_drive_id")),
    )
    op.create_table(
        "packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False, comment="in the blob store"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("index", sa.LargeBinary(), nullable=False, comment="roadcomb/packs.py"),
        sa.ForeignKeyConstraint(["drive_id"], ["drives.drive_id"], name=op.f("fk_packs_drive_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
    )
    op.create_index("ix_packs_drive_id", "packs", ["drive_id"], unique=False)


_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql
"""


def downgrade() -> None:
    op.drop_index("ix_packs_drive_id", table_name="packs")
    op.drop_table("packs")
    op.drop_table("log_entries")
    op.drop_index("ix_decisions_epoch", table_name="decisions")
    op.drop_index("ix_decisions_drive_id", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_ledger_epoch", table_name="ledger")
    op.drop_index("ix_ledger_account", table_name="ledger")
    op.drop_table("ledger")
    op.drop_index("ix_drives_sealed_ms", table_name="drives")
    op.drop_index("ix_drives_contributor", table_name="drives")
    op.drop_table("drives")
    op.drop_index("ix_bindings_contributor", table_name="bindings")
    op.drop_table("bindings")
    op.drop_table("epochs")
    op.drop_table("contributors")
