"""A document remembers what went wrong with it, and how often its reading was begun and never ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("failure", sa.Text(), nullable=False, server_default=""))
    op.add_column("documents", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
