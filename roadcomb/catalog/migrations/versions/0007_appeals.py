"""What contributors said of decisions on their drives, and signed."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "appeals"
_DIGEST = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive_id", _DIGEST, nullable=False),
        sa.Column("contributor", _DIGEST, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False, comment="the signed canonical JSON"),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("appealed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contributor"], ["contributors.key"], name=op.f("fk_appeals_contributor")
        ),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_appeals_drive_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_drive_id", TABLE, ["drive_id"], unique=False)
    forbid_changes(TABLE)


def downgrade() -> None:
    op.drop_index("ix_appeals_drive_id", table_name=TABLE)
    op.drop_table(TABLE)
