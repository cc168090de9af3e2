"""Documents are found by their names: those that are in the library get them from their titles and paths."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from rag.naming import names_of

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = op.create_table(
        "document_names",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "document_id", name="pk_document_names"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], ondelete="CASCADE", name="fk_document_names_document_id"
        ),
    )
    op.create_index("ix_document_names_document_id", "document_names", ["document_id"])
    known = op.get_bind().execute(sa.text("SELECT id, title, path FROM documents")).all()
    rows = [
        {"key": key, "document_id": id_}
        for id_, title, path in known
        for key in sorted(names_of(title, Path(os.fsdecode(path))))
    ]
    if rows:
        op.bulk_insert(names, rows)
