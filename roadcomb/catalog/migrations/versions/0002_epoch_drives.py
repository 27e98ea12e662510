"""Which epoch each drive was counted in: a drive enters the books once, and no more."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = "epoch_drives"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("drive_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drive_id"], ["drives.drive_id"], name=op.f("fk_epoch_drives_drive_id")
        ),
        sa.ForeignKeyConstraint(["epoch"], ["epochs.epoch"], name=op.f("fk_epoch_drives_epoch")),
        sa.PrimaryKeyConstraint("drive_id", name=op.f("pk_epoch_drives")),
        comment="which epoch a drive was counted in; the primary key is why nothing is paid twice",
    )
    op.create_index("ix_epoch_drives_epoch", TABLE, ["epoch"], unique=False)
    forbid_changes(TABLE)


def downgrade() -> None:
    op.drop_index("ix_epoch_drives_epoch", table_name=TABLE)
    op.drop_table(TABLE)
