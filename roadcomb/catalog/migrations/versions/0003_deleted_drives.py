"""When a contributor had a drive deleted: the tombstone that stays, so that its promise adds up."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "its bytes are lawfully gone since then"
    op.add_column(
        "drives", sa.Column("deleted_ms", sa.BigInteger(), nullable=True, comment=comment)
    )


def downgrade() -> None:
    op.drop_column("drives", "deleted_ms")
