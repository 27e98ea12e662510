"""Which epoch each drive was counted in: a drive enters the books once, and no more."""

import sqlalchemy as sa
from alembic import op

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
    _forbid_changes()


def _forbid_changes() -> None:
    """As for the other books; on PostgreSQL the first migration made refuse_change()."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_epoch_drives_epoch", table_name=TABLE)
    op.drop_table(TABLE)
