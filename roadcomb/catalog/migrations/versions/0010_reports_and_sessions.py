"""What people say of pictures, and who reads a statement in a browser for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DIGEST = sa.String(length=64)


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=36), nullable=False, comment="of the drive"),
        sa.Column("n", sa.Integer(), nullable=False, comment="of the picture, as the map counts"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False, comment="open or closed"),
        sa.Column("reported_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="what was done"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        comment="what people who look at the map say of a picture; nothing of who they are",
    )
    op.create_index("ix_reports_status", "reports", ["status"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token", _DIGEST, nullable=False, comment="digest of what the browser holds"),
        sa.Column("link", _DIGEST, nullable=False, comment="digest of the link it came by"),
        sa.Column("contributor", _DIGEST, nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
        sa.UniqueConstraint("link", name=op.f("uq_sessions_link")),
        comment="browsers that may read a contributor's statement, for half an hour",
    )


def downgrade() -> None:
    op.drop_table("sessions")
    op.drop_index("ix_reports_status", table_name="reports")
    op.drop_table("reports")
