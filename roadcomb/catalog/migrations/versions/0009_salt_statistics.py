"""PostgreSQL's planner keeps samples of columns; a salt that is to be destroyed must not be one."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sample_salts("0")


def downgrade() -> None:
    _sample_salts("-1")


def _sample_salts(target: str) -> None:
    """How many ANALYZE keeps (0: none, -1: as usual); a change of type forgets those it kept."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE drives ALTER COLUMN salt TYPE bytea")
        op.execute(f"ALTER TABLE drives ALTER COLUMN salt SET STATISTICS {target}")
