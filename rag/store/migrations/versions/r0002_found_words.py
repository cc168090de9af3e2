"""A quote remembers the very words in it that answer, and how likely they do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quotes") as table:
        table.add_column(sa.Column("found_start", sa.Integer()))
        table.add_column(sa.Column("found_end", sa.Integer()))
        table.add_column(sa.Column("probability", sa.Double(), nullable=False, server_default="0"))
