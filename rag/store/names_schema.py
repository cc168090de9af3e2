"""The names of documents. Private to rag.store, as rag.store.schema is."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rag.store.schema import Row


class DocumentNameRow(Row):
    """A key by which texts speak of the document (rag.naming)."""

    __tablename__ = "document_names"
    key: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True
    )
