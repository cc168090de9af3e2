"""The tables of an index that is made beside the one in use. Private to rag.store, as rag.store.schema is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rag.store.schema import Row
from rag.types import Place


class IndexChangeRow(Row):
    """The one change under way: which embedder (`folder` is empty for the built-in one) and how long its passages are.

    Staged passages with an id up to `embedded_to` have their vector.
    """

    __tablename__ = "index_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str]
    passage_tokens: Mapped[int]
    digest: Mapped[str]
    name: Mapped[str]
    dimension: Mapped[int]
    max_tokens: Mapped[int]
    languages: Mapped[tuple[str, ...]]
    embedded_to: Mapped[int]
    begun_at: Mapped[datetime]


class StagedDocumentRow(Row):
    """A document that is cut anew as it now is; the row goes when the document is read again or removed."""

    __tablename__ = "staged_documents"
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    passages: Mapped[int]


class StagedPassageRow(Row):
    """A passage with its words' terms and, once it is embedded, its vector; as `passages` and the others have it."""

    __tablename__ = "staged_passages"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("staged_documents.document_id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    span_start: Mapped[int]
    span_end: Mapped[int]
    span_page: Mapped[int | None]
    heading: Mapped[str]
    place: Mapped[Place]
    text: Mapped[str]
    title_terms: Mapped[str]
    heading_terms: Mapped[str]
    body_terms: Mapped[str]
    vector: Mapped[bytes | None]
