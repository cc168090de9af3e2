"""An index made beside the one in use: its passages, words and vectors wait here until all are there, then take over.

Each method is one transaction, so a kill at any moment leaves the old index in use and the new one as far as it came,
or, once `take_over` has returned, the new one in use. It keeps and moves; it does not cut, embed or compare.
Every method raises DiskFull, LibraryDamaged or LibraryError when the database can't be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from local_models.types import EmbedderIdentity
from rag.errors import UsageError
from rag.store import preferences, vectors
from rag.store.database import Database
from rag.store.documents import document_of, passage_of, passage_values
from rag.store.packing import pack_vectors
from rag.store.schema import DocumentRow, EmbedderRow, PageRow, PassageRow
from rag.store.staging_schema import IndexChangeRow, StagedDocumentRow, StagedPassageRow
from rag.types import Document, Passage, PassageTerms

_TAKE_OVER = (
    "DELETE FROM passages",
    """INSERT INTO passages (id, document_id, ordinal, span_start, span_end, span_page, heading, place, text)
    SELECT :base + id, document_id, ordinal, span_start, span_end, span_page, heading, place, text
    FROM staged_passages ORDER BY id""",
    """INSERT INTO passage_words (rowid, title, heading, body)
    SELECT :base + id, title_terms, heading_terms, body_terms FROM staged_passages ORDER BY id""",
    """INSERT INTO passage_vectors (passage_id, embedder_id, vector)
    SELECT :base + id, :embedder, vector FROM staged_passages ORDER BY id""",
    """UPDATE documents SET embedder_id = :embedder, state = CASE state WHEN 'read' THEN 'complete' ELSE state END,
    passages = (SELECT passages FROM staged_documents WHERE document_id = documents.id)
    WHERE id IN (SELECT document_id FROM staged_documents)""",
    "UPDATE embedders SET generation = generation + 1",
)
"""A document's passages were staged in one transaction, so their ids follow each other here too."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """The change that is under way. `folder` None: the built-in embedder; `passage_tokens`: most of a passage."""

    folder: Path | None
    passage_tokens: int
    identity: EmbedderIdentity
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is in the library: documents with text, their characters, and the passages they are cut into."""

    documents: int
    characters: int
    passages: int


class Staging:
    """Belongs to one library, and holds at most one change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self) -> IndexChange | None:
        """The change under way, None when there is none."""
        with self._database.read() as session:
            row = session.scalar(select(IndexChangeRow))
            return None if row is None else _change_of(row)

    def begin(self, folder: Path | None, passage_tokens: int, identity: EmbedderIdentity) -> IndexChange:
        """Note that this is to be made. What was made for another change is dropped; for the same it is kept."""
        with self._database.write() as session:
            row = session.scalar(select(IndexChangeRow))
            if row is not None and (row.digest, row.passage_tokens) == (identity.digest, passage_tokens):
                row.folder = str(folder or "")
                return _change_of(row)
            _drop(session)
            row = _row_of(folder, passage_tokens, identity)
            session.add(row)
            session.flush()
            return _change_of(row)

    def cancel(self) -> None:
        """Drop the change and what was made for it; what is in use stays as it is."""
        with self._database.write() as session:
            _drop(session)

    def extent(self) -> Extent:
        """What a change would have to go through."""
        with self._database.read() as session:
            characters, documents = session.execute(
                select(func.coalesce(func.sum(PageRow.length), 0), func.count(PageRow.document_id.distinct()))
            ).one()
            passages = session.scalar(select(func.count()).select_from(PassageRow)) or 0
            return Extent(documents, characters, passages)

    def sample(self, number: int) -> list[Document]:
        """Up to that many documents with text, spread evenly over the library."""
        with self._database.read() as session:
            ids = session.scalars(select(PageRow.document_id).distinct().order_by(PageRow.document_id)).all()
            step = max(1, len(ids) // number)
            rows = session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids[::step][:number])))
            return [document_of(row) for row in rows]

    def uncut(self) -> Document | None:
        """A document with text that is not cut anew yet; None when all are."""
        with self._database.read() as session:
            row = session.scalar(select(DocumentRow).where(_uncut()).order_by(DocumentRow.id).limit(1))
            return None if row is None else document_of(row)

    def counts(self) -> tuple[int, int, int]:
        """Documents not cut anew yet; passages made; those of them that have a vector."""
        with self._database.read() as session:
            row = session.scalar(select(IndexChangeRow))
            upto = 0 if row is None else row.embedded_to
            waiting = session.scalar(select(func.count()).select_from(DocumentRow).where(_uncut())) or 0
            made = session.scalar(select(func.count()).select_from(StagedPassageRow)) or 0
            embedded = select(func.count()).select_from(StagedPassageRow).where(StagedPassageRow.id <= upto)
            return waiting, made, session.scalar(embedded) or 0

    def put(
        self, change: IndexChange, document_id: int, passages: Sequence[Passage], terms: Sequence[PassageTerms]
    ) -> None:
        """A document's new passages, which have no vector yet; nothing happens when the change is another by now.

        Raises ValueError unless there are as many terms.
        """
        rows = [_staged_values(document_id, passage, words) for passage, words in zip(passages, terms, strict=True)]
        with self._database.write() as session:
            if not _is_under_way(session, change):
                return
            session.execute(delete(StagedDocumentRow).where(StagedDocumentRow.document_id == document_id))
            session.add(StagedDocumentRow(document_id=document_id, passages=len(rows)))
            session.flush()
            if rows:
                session.execute(insert(StagedPassageRow), rows)

    def pending(self, limit: int) -> list[tuple[Passage, Document]]:
        """Passages without a vector, first made first; their ids are of this staging only."""
        with self._database.read() as session:
            upto = select(IndexChangeRow.embedded_to).scalar_subquery()
            chosen = (
                select(StagedPassageRow, DocumentRow)
                .join(DocumentRow, DocumentRow.id == StagedPassageRow.document_id)
                .where(StagedPassageRow.id > upto)
                .order_by(StagedPassageRow.id)
                .limit(limit)
            )
            return [(passage_of(row), document_of(document)) for row, document in session.execute(chosen)]

    def put_vectors(self, change: IndexChange, ids: Sequence[int], rows: NDArray[np.float32]) -> None:
        """Unit vectors of the passages that `pending` gave, in their order; as `put`, only for this change."""
        with self._database.write() as session:
            if not _is_under_way(session, change):
                return
            session.execute(
                text("UPDATE staged_passages SET vector = :vector WHERE id = :id"),
                [{"id": int(id_), "vector": packed} for id_, packed in zip(ids, pack_vectors(rows), strict=True)],
            )
            session.execute(update(IndexChangeRow).values(embedded_to=int(ids[-1])))

    def take_over(self) -> IndexChange:
        """Put what was made in the place of what is in use, and the choice into the preferences: all or nothing.

        Stored answers keep their quotes and places, and forget which passage it was. Raises UsageError if there is no
        change, or it is not complete.
        """
        with self._database.write(lasting=True) as session:
            row = session.scalar(select(IndexChangeRow))
            if row is None or not _complete(session, row.embedded_to):
                raise UsageError("The new search index is not complete.", "Let it go on, or cancel the change.")
            change = _change_of(row)
            base = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")) or 0
            embedder = vectors.registered(session, change.identity).id
            _empty_words(session)
            for statement in _TAKE_OVER:
                session.execute(text(statement), {"base": base, "embedder": embedder})
            session.execute(delete(EmbedderRow).where(EmbedderRow.id != embedder))
            preferences.put(session, "embedder", row.folder)
            preferences.put(session, "passage_tokens", row.passage_tokens)
            _drop(session)
            return change


def _empty_words(session: Session) -> None:
    """The table is made again as it was, because taking the words out of it takes as long as putting others in."""
    made_by = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'passage_words'"))
    connection = session.connection()
    connection.exec_driver_sql("DROP TABLE passage_words")
    connection.exec_driver_sql(str(made_by))


def _is_under_way(session: Session, change: IndexChange) -> bool:
    row = session.scalar(select(IndexChangeRow))
    return row is not None and _change_of(row) == change


def _complete(session: Session, embedded_to: int) -> bool:
    lacking = session.scalar(select(exists().where(StagedPassageRow.id > embedded_to)))
    return not lacking and not session.scalar(select(exists().where(DocumentRow.id > 0, _uncut())))


def _uncut() -> ColumnElement[bool]:
    has_text = exists().where(PageRow.document_id == DocumentRow.id)
    return has_text & ~exists().where(StagedDocumentRow.document_id == DocumentRow.id)


def _drop(session: Session) -> None:
    session.execute(delete(StagedPassageRow))
    session.execute(delete(StagedDocumentRow))
    session.execute(delete(IndexChangeRow))


def _change_of(row: IndexChangeRow) -> IndexChange:
    identity = EmbedderIdentity(row.name, row.digest, row.dimension, row.max_tokens, row.languages)
    return IndexChange(Path(row.folder) if row.folder else None, row.passage_tokens, identity, row.begun_at)


def _row_of(folder: Path | None, passage_tokens: int, identity: EmbedderIdentity) -> IndexChangeRow:
    return IndexChangeRow(
        folder=str(folder or ""),
        passage_tokens=passage_tokens,
        digest=identity.digest,
        name=identity.name,
        dimension=identity.dimension,
        max_tokens=identity.max_tokens,
        languages=identity.languages,
        embedded_to=0,
        begun_at=datetime.now(UTC),
    )


def _staged_values(document_id: int, passage: Passage, terms: PassageTerms) -> dict[str, object]:
    return {
        **passage_values(document_id, passage),
        "title_terms": terms.title,
        "heading_terms": terms.heading,
        "body_terms": terms.body,
    }
