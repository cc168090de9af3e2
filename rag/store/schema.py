"""The tables, as typed models. Private to rag.store: everything that leaves it is a value of rag.types.

The word index (`passage_words`, FTS5) and its vocabulary are not models; the first migration creates them.
Ids that others remember (an index file, a source, a bookmark of the window) are AUTOINCREMENT: never used again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rag.account import Account
from rag.store.account_column import AccountJson
from rag.store.columns import CleanText, IdList, IdSet, PathText, PlaceJson, TextList, UtcDateTime
from rag.types import Place

REVISION = "0011"
"""The newest migration. A test holds it equal to the head of rag.store.migrations."""


class Row(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads a plain attribute)
        str: CleanText,
        Path: PathText,
        datetime: UtcDateTime,
        bytes: LargeBinary,
        tuple[str, ...]: TextList,
        tuple[int, ...]: IdList,
        frozenset[int]: IdSet,
        Place: PlaceJson,
        Account: AccountJson,
    }


class EmbedderRow(Row):
    """A model that made vectors. `generation` grows whenever the set of its vectors changes."""

    __tablename__ = "embedders"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    dimension: Mapped[int]
    max_tokens: Mapped[int]
    languages: Mapped[tuple[str, ...]]
    generation: Mapped[int]


class DocumentRow(Row):
    """`embedder_id` is the embedder for which every passage has a vector; `failure` and `attempts` as in Document."""

    __tablename__ = "documents"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[Path] = mapped_column(unique=True)
    title: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str]
    pages: Mapped[int]
    passages: Mapped[int]
    added_at: Mapped[datetime]
    notices: Mapped[tuple[str, ...]]
    embedder_id: Mapped[int | None] = mapped_column(ForeignKey("embedders.id", ondelete="SET NULL"), index=True)
    failure: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default="0")


class DocumentStampRow(Row):
    """What the file looked like from outside when these bytes of it were hashed (rag.folders.stamps)."""

    __tablename__ = "document_stamps"
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[str]
    stamp: Mapped[str]


class PageRow(Row):
    """`start` is where the page begins in the document's text; blocks, boxes, cells are packed (rag.store.packing)."""

    __tablename__ = "pages"
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int]
    length: Mapped[int]
    width: Mapped[float]
    height: Mapped[float]
    text: Mapped[str]
    blocks: Mapped[bytes]
    boxes: Mapped[bytes]
    label: Mapped[str] = mapped_column(server_default="")
    cells: Mapped[bytes] = mapped_column(server_default=sql("x''"))


class PassageRow(Row):
    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_document_id_ordinal", "document_id", "ordinal", unique=True),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    ordinal: Mapped[int]
    span_start: Mapped[int]
    span_end: Mapped[int]
    span_page: Mapped[int | None]
    heading: Mapped[str]
    place: Mapped[Place]
    text: Mapped[str]


class VectorRow(Row):
    """A unit vector as little-endian float16."""

    __tablename__ = "passage_vectors"
    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    embedder_id: Mapped[int] = mapped_column(ForeignKey("embedders.id", ondelete="CASCADE"), primary_key=True)
    vector: Mapped[bytes]


class CollectionRow(Row):
    __tablename__ = "collections"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    root: Mapped[Path | None]


class FolderNoteRow(Row):
    """Of a collection that stands for a folder: rules in gitignore's syntax, and the mount points seen in it."""

    __tablename__ = "folder_notes"
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)
    rules: Mapped[tuple[str, ...]] = mapped_column(server_default="[]")
    mounts: Mapped[tuple[str, ...]] = mapped_column(server_default="[]")


class CollectionDocumentRow(Row):
    __tablename__ = "collection_documents"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ConversationRow(Row):
    """`leaf_id` has no foreign key: messages and conversations would then need each other to exist first."""

    __tablename__ = "conversations"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    mode: Mapped[str]
    scope_collections: Mapped[frozenset[int]]
    scope_documents: Mapped[frozenset[int]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    leaf_id: Mapped[int | None]


class MessageRow(Row):
    """A node of the tree. No cascade from parent to child: SQLite ends it at a depth of 1000."""

    __tablename__ = "messages"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    role: Mapped[str]
    content: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    mode: Mapped[str | None]
    created_at: Mapped[datetime]


class AnswerRow(Row):
    """What an assistant message has beside its text. `sources` are numbers, in the order shown.

    `raw` is what the model wrote before the check, as rag.types.Answer has it; `account` how the answer was made.
    """

    __tablename__ = "answers"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    raw: Mapped[str]
    model: Mapped[str]
    abstained: Mapped[bool]
    confidence: Mapped[float | None]
    notices: Mapped[tuple[str, ...]]
    sources: Mapped[tuple[int, ...]]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    retrieval_s: Mapped[float]
    first_token_s: Mapped[float]
    total_s: Mapped[float]
    account: Mapped[Account | None]
    finished_at: Mapped[datetime | None]
    searched_for: Mapped[str] = mapped_column(server_default="")


class SourceRow(Row):
    """A passage under its number in a conversation, with all that is needed to show it without its document."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    number: Mapped[int]
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passages.id", ondelete="SET NULL"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"), index=True)
    document: Mapped[str]
    path: Mapped[Path]
    heading: Mapped[str]
    place: Mapped[Place]
    text: Mapped[str]
    span_start: Mapped[int]
    span_end: Mapped[int]
    span_page: Mapped[int | None]


class TurnSourceRow(Row):
    """A source of one answer's turn. `given` is its place among those that this turn's prompt added, else None."""

    __tablename__ = "turn_sources"
    __table_args__ = (UniqueConstraint("message_id", "source_id"),)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    given: Mapped[int | None]


class CitationRow(Row):
    __tablename__ = "citations"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    answer_start: Mapped[int]
    answer_end: Mapped[int]
    quote: Mapped[str]
    quote_start: Mapped[int]
    quote_end: Mapped[int]
    quote_page: Mapped[int | None]
    support: Mapped[float]
    origin: Mapped[str]


class AnswerSentenceRow(Row):
    """What the check said of a sentence of an answer; the quote's columns are empty where nothing came near it."""

    __tablename__ = "answer_sentences"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    answer_start: Mapped[int]
    answer_end: Mapped[int]
    verdict: Mapped[str]
    reason: Mapped[str]
    score: Mapped[float]
    quote: Mapped[str]
    quote_start: Mapped[int | None]
    quote_end: Mapped[int | None]
    quote_page: Mapped[int | None]


class QuoteRow(Row):
    __tablename__ = "quotes"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    span_start: Mapped[int]
    span_end: Mapped[int]
    span_page: Mapped[int | None]
    score: Mapped[float]
    found_start: Mapped[int | None]
    found_end: Mapped[int | None]
    probability: Mapped[float] = mapped_column(server_default="0")


class FeedbackRow(Row):
    """The one current opinion on an answer. Withdrawn ones stay, so that an export can tell they were taken back."""

    __tablename__ = "feedback"
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    verdict: Mapped[str]
    reasons: Mapped[tuple[str, ...]]
    comment: Mapped[str]
    correction: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class DraftRow(Row):
    __tablename__ = "drafts"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class DraftVersionRow(Row):
    __tablename__ = "draft_versions"
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str]
    origin: Mapped[str]
    instruction: Mapped[str]
    created_at: Mapped[datetime]


class TemplateRow(Row):
    __tablename__ = "draft_templates"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str]
    instruction: Mapped[str]
    body: Mapped[str]


class PreferenceRow(Row):
    """One setting as JSON. Names this version does not know are left as they are."""

    __tablename__ = "preferences"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ReportRow(Row):
    """A job over whole documents and what was asked of it; see rag.report_types."""

    __tablename__ = "reports"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    documents: Mapped[tuple[int, ...]]
    topics: Mapped[tuple[str, ...]]
    length: Mapped[int]
    chapter: Mapped[str]
    phrased: Mapped[bool]
    columns: Mapped[tuple[str, ...]]
    notices: Mapped[tuple[str, ...]]
    model: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)


class ReportSourceRow(Row):
    """A passage under its number in a report, with all that is needed to show it without its document."""

    __tablename__ = "report_sources"
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passages.id", ondelete="SET NULL"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"), index=True)
    document: Mapped[str]
    path: Mapped[Path]
    heading: Mapped[str]
    place: Mapped[Place]
    text: Mapped[str]
    span_start: Mapped[int]
    span_end: Mapped[int]
    span_page: Mapped[int | None]


class ReportLineRow(Row):
    """A row of a report. `cells` is JSON (rag.store.report_cells): it is read as a whole and never searched."""

    __tablename__ = "report_rows"
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    section: Mapped[str]
    note: Mapped[str]
    count: Mapped[int]
    cells: Mapped[str]
