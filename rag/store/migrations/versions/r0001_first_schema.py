"""The first schema: library, word index, conversations, feedback, drafts, preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SPLIT_AT_SPACES = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co'"
"""rag.index.terms has decided what a term is; FTS5 must not cut it again (by default it cuts at Thai vowels)."""


def upgrade() -> None:
    _create_library()
    _create_word_index()
    _create_journal()
    _create_drafting()


def _create_word_index() -> None:
    """One row for each passage, under the passage's id."""
    op.execute(f'CREATE VIRTUAL TABLE passage_words USING fts5(title, heading, body, tokenize = "{_SPLIT_AT_SPACES}")')
    op.execute("CREATE VIRTUAL TABLE passage_vocabulary USING fts5vocab(passage_words, row)")


def _create_library() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("root", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("name", name="uq_collections_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "embedders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_embedders"),
        sa.UniqueConstraint("digest", name="uq_embedders_digest"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("embedder_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["embedder_id"], ["embedders.id"], name="fk_documents_embedder_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("path", name="uq_documents_path"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_documents_embedder_id", "documents", ["embedder_id"], unique=False)
    op.create_index("ix_documents_state", "documents", ["state"], unique=False)
    op.create_table(
        "collection_documents",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_collection_documents_collection_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_collection_documents_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("collection_id", "document_id", name="pk_collection_documents"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_collection_documents_document_id", "collection_documents", ["document_id"], unique=False)
    op.create_table(
        "pages",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.Column("boxes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_pages_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_pages"),
    )
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("span_page", sa.Integer()),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_passages_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passages_document_id_ordinal", "passages", ["document_id", "ordinal"], unique=True)
    op.create_table(
        "passage_vectors",
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("embedder_id", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["embedder_id"], ["embedders.id"], name="fk_passage_vectors_embedder_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["passage_id"], ["passages.id"], name="fk_passage_vectors_passage_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("passage_id", "embedder_id", name="pk_passage_vectors"),
    )


def _create_journal() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("scope_collections", sa.Text(), nullable=False),
        sa.Column("scope_documents", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("leaf_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conversations_updated_at", "conversations", ["updated_at"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["messages.id"], name="fk_messages_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation_id", "messages", ["conversation_id"], unique=False)
    op.create_index("ix_messages_parent_id", "messages", ["parent_id"], unique=False)
    op.create_index("ix_messages_status", "messages", ["status"], unique=False)
    op.create_table(
        "answers",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("retrieval_s", sa.Double(), nullable=False),
        sa.Column("first_token_s", sa.Double(), nullable=False),
        sa.Column("total_s", sa.Double(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_answers_message_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name="pk_answers"),
    )
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_feedback_message_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name="pk_feedback"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.Integer()),
        sa.Column("document_id", sa.Integer()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("span_page", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_sources_conversation_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_sources_document_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"], name="fk_sources_passage_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("conversation_id", "number", name="uq_sources_conversation_id_number"),
    )
    op.create_index("ix_sources_document_id", "sources", ["document_id"], unique=False)
    op.create_index("ix_sources_passage_id", "sources", ["passage_id"], unique=False)
    op.create_table(
        "citations",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("answer_start", sa.Integer(), nullable=False),
        sa.Column("answer_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("quote_start", sa.Integer(), nullable=False),
        sa.Column("quote_end", sa.Integer(), nullable=False),
        sa.Column("quote_page", sa.Integer()),
        sa.Column("support", sa.Double(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_citations_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_citations_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position", name="pk_citations"),
    )
    op.create_index("ix_citations_source_id", "citations", ["source_id"], unique=False)
    op.create_table(
        "quotes",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("span_page", sa.Integer()),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_quotes_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_quotes_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position", name="pk_quotes"),
    )
    op.create_index("ix_quotes_source_id", "quotes", ["source_id"], unique=False)
    op.create_table(
        "turn_sources",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer()),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_turn_sources_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_turn_sources_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", "position", name="pk_turn_sources"),
        sa.UniqueConstraint("message_id", "source_id", name="uq_turn_sources_message_id_source_id"),
    )
    op.create_index("ix_turn_sources_source_id", "turn_sources", ["source_id"], unique=False)


def _create_drafting() -> None:
    op.create_table(
        "draft_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_templates"),
        sa.UniqueConstraint("name", name="uq_draft_templates_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_drafts_updated_at", "drafts", ["updated_at"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_preferences"),
    )
    op.create_table(
        "draft_versions",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_draft_versions_draft_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", "number", name="pk_draft_versions"),
    )
