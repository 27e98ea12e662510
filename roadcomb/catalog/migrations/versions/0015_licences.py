"""The licence of a drive's pictures, as its contributor chose it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE, COLUMN = "drives", "licence"


def upgrade() -> None:
    comment = "SPDX id that its manifest names for its pictures"
    op.add_column(TABLE, sa.Column(COLUMN, sa.String(length=40), nullable=True, comment=comment))


def downgrade() -> None:
    op.drop_column(TABLE, COLUMN)
