"""Which key signs for a contributor: rotations, each signed by the old key and the new one."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "rotations"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "contributor",
            sa.String(length=64),
            nullable=False,
            comment="the first key: it names them",
        ),
        sa.Column("old", sa.String(length=64), nullable=False, comment="signs no more"),
        sa.Column("new", sa.String(length=64), nullable=False, comment="signs from now on"),
        sa.Column("message", sa.Text(), nullable=False, comment="canonical JSON, signed by both"),
        sa.Column("rotated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotations")),
        sa.UniqueConstraint("new", name=op.f("uq_rotations_new")),
        sa.UniqueConstraint("old", name=op.f("uq_rotations_old")),
    )
    op.create_index("ix_rotations_contributor", TABLE, ["contributor"], unique=False)
    forbid_changes(TABLE)


def downgrade() -> None:
    op.drop_index("ix_rotations_contributor", table_name=TABLE)
    op.drop_table(TABLE)
