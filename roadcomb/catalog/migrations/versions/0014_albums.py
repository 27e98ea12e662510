"""The album of a publication: what whoever checks grades must know of a drive's pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE, COLUMN, INDEX = "publications", "album", "ix_publications_album"


def upgrade() -> None:
    comment = "digest of what is told to those who check grades"
    op.add_column(TABLE, sa.Column(COLUMN, sa.String(length=64), nullable=True, comment=comment))
    op.create_index(INDEX, TABLE, [COLUMN])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.drop_column(TABLE, COLUMN)
