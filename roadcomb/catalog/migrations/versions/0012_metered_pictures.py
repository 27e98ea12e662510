"""Keys for full pictures, and which account was counted for which cell in which week."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False, comment="digest of the key"),
        sa.Column("account", sa.String(length=64), nullable=False, comment="the operator's name"),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key", name=op.f("uq_api_keys_key")),
        comment="who may open full pictures where these are metered",
    )
    op.create_table(
        "openings",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("cell", sa.String(length=16), nullable=False, comment="H3, resolution 12"),
        sa.Column("week", sa.Integer(), nullable=False, comment="Mondays since 1969-12-29"),
        sa.PrimaryKeyConstraint("account", "cell", "week", name=op.f("pk_openings")),
        comment="an account is counted once for a cell and a week",
    )


def downgrade() -> None:
    op.drop_table("openings")
    op.drop_table("api_keys")
