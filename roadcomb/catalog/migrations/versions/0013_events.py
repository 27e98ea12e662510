"""Events from outside that the books depend on: deposits, burns, prices, agreements."""

import sqlalchemy as sa
from alembic import op

from roadcomb.catalog.migrations.append_only import forbid_changes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "events"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False, comment="it counts once"),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON, public"),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_events_kind")),
        comment="what happened outside and the books depend on",
    )
    forbid_changes(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
