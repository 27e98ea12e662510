"""What of a drive may be shown, which unblurred packs are kept, and what is to be destroyed."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "publications"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False, comment="why it was made"),
        sa.Column("detector", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False, comment="of weights and rules"),
        sa.Column("packs", sa.Text(), nullable=False, comment="JSON list of keys, full pictures"),
        sa.Column("thumbnails", sa.Text(), nullable=False, comment="JSON list of keys"),
        sa.Column(
            "masks", sa.String(length=64), nullable=False, comment="of the drive's record of masks"
        ),
        sa.Column("published", sa.Integer(), nullable=False, comment="frames"),
        sa.Column("waiting", sa.Integer(), nullable=False, comment="frames"),
        sa.Column("reasons", sa.Text(), nullable=False, comment="JSON, waiting frames by reason"),
        sa.Column("published_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_publications_drive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        comment="what of a drive may be shown; the newest row of a drive counts",
    )
    op.create_index("ix_publications_drive_id", TABLE, ["drive_id"], unique=False)
    forbid_changes(TABLE)
    op.create_table(
        "originals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False, comment="encrypted pack"),
        sa.Column("index", sa.LargeBinary(), nullable=False, comment="of the pack inside"),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False, comment="since when"),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_originals_drive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originals")),
        sa.UniqueConstraint("key", name=op.f("uq_originals_key")),
        comment="unblurred packs that the operator's retention keeps",
    )
    op.create_index("ix_originals_drive_id", "originals", ["drive_id"], unique=False)
    op.create_table(
        "discards",
        sa.Column("key", sa.String(length=200), nullable=False, comment="in the blob store"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_discards")),
        comment="blobs that nothing names any more and that are to be destroyed",
    )


def downgrade() -> None:
    op.drop_table("discards")
    op.drop_index("ix_originals_drive_id", table_name="originals")
    op.drop_table("originals")
    op.drop_index("ix_publications_drive_id", table_name=TABLE)
    op.drop_table(TABLE)
