"""An answer remembers what the check said of each of its sentences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = "answer_sentences"
    op.create_table(
        name,
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("answer_start", sa.Integer(), nullable=False),
        sa.Column("answer_end", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_start", sa.Integer()),
        sa.Column("quote_end", sa.Integer()),
        sa.Column("quote_page", sa.Integer()),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=f"fk_{name}_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=f"fk_{name}_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_source_id", name, ["source_id"], unique=False)
