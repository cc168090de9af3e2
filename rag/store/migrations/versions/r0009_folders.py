"""What is remembered of folders: stamps that spare hashing a file, rules of what is left out, where disks were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_stamps",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_stamps"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], ondelete="CASCADE", name="fk_document_stamps_document_id"
        ),
    )
    op.create_table(
        "folder_notes",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("mounts", sa.Text(), nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("collection_id", name="pk_folder_notes"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], ondelete="CASCADE", name="fk_folder_notes_collection_id"
        ),
    )
    op.create_index("ix_documents_sha256", "documents", ["sha256"])
