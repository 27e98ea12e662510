"""Policies that were announced: what epochs will pay by, from when on."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "policies"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False, comment="SHA-256 of the text"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effective", sa.Integer(), nullable=False, comment="its first epoch"),
        sa.Column("announced_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    forbid_changes(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
