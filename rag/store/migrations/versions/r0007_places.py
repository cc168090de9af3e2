"""A page remembers its name and its cells: sheets, slides, chapters and messages are cited by these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not in a batch: that would copy every page for the sake of a default that is an expression
    op.add_column("pages", sa.Column("label", sa.Text(), nullable=False, server_default=""))
    op.add_column("pages", sa.Column("cells", sa.LargeBinary(), nullable=False, server_default=sa.text("x''")))
