"""SQL of passage vectors. They are the truth that every index file is rebuilt from, without embedding again.

Each embedder, known by its digest, has vectors of its own and a generation that grows with every change to them.
Vectors are opaque here: nothing is compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, exists, func, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.orm import Session

from local_models.types import EmbedderIdentity
from rag.store.documents import document_of, passage_of
from rag.store.packing import pack_vectors, unpack_vectors
from rag.store.schema import DocumentRow, EmbedderRow, PassageRow, VectorRow
from rag.store.scoping import listed
from rag.types import Document, DocumentState, Passage

_UNKNOWN = -1
"""No row has this id."""

_EMBEDDER = text("SELECT id, dimension FROM embedders WHERE digest = :digest")
_IDS = text("SELECT group_concat(passage_id) FROM passage_vectors WHERE embedder_id = :embedder")
_CHOSEN = text("""
    SELECT group_concat(passage_id), group_concat(hex(vector), '') FROM passage_vectors
    WHERE embedder_id = :embedder AND passage_id IN (SELECT value FROM json_each(:ids))
""")
"""In one row: the driver hands the interpreter over and takes it back for each, and words are searched meanwhile."""


def pending(session: Session, digest: str, limit: int) -> list[tuple[Passage, Document]]:
    """Passages without a vector, oldest document first; empty only when there are none. May be fewer than the limit.

    A document being read anew is left for after that. Goes by documents, because the passages that are done would
    have to be looked at again for every batch.
    """
    embedder = embedder_id(session, digest)
    owing = select(DocumentRow).where(_owes(embedder)).order_by(DocumentRow.id).execution_options(yield_per=limit)
    found: list[tuple[Passage, Document]] = []
    for group in _groups(session.scalars(owing), limit):
        documents = {row.id: document_of(row) for row in group}
        lacking = (
            select(PassageRow)
            .where(PassageRow.document_id.in_(listed(documents)), ~_has_vector(embedder))
            .order_by(PassageRow.document_id, PassageRow.ordinal)
            .limit(limit)
        )
        found = [(passage_of(row), documents[row.document_id]) for row in session.scalars(lacking)]
        if found:
            break
    return found


def pending_count(session: Session, digest: str) -> int:
    embedder = embedder_id(session, digest)
    owing = select(DocumentRow.id).where(_owes(embedder))
    lacking = select(func.count()).select_from(PassageRow).where(PassageRow.document_id.in_(owing))
    return session.scalar(lacking.where(~_has_vector(embedder))) or 0


def put(session: Session, identity: EmbedderIdentity, ids: Sequence[int], vectors: NDArray[np.float32]) -> int:
    """Raises ValueError unless the shape is (len(ids), identity.dimension)."""
    if vectors.shape != (len(ids), identity.dimension):
        raise ValueError(f"{len(ids)} vectors of {identity.dimension} numbers expected, not {vectors.shape}")
    embedder = registered(session, identity)
    present = session.execute(select(PassageRow.id, PassageRow.document_id).where(PassageRow.id.in_(listed(ids))))
    documents = dict(present.all())
    rows = [
        {"passage_id": int(id_), "embedder_id": embedder.id, "vector": packed}
        for id_, packed in zip(ids, pack_vectors(vectors), strict=True)
        if int(id_) in documents
    ]
    if rows:
        statement = insert_or(VectorRow)
        replacing = statement.on_conflict_do_update(
            index_elements=["passage_id", "embedder_id"], set_={"vector": statement.excluded.vector}
        )
        session.execute(replacing, rows)
        embedder.generation += 1
        session.flush()
    mark_complete(session, embedder.id, set(documents.values()))
    return embedder.generation


def mark_complete(session: Session, embedder: int, documents: set[int]) -> None:
    """Those of the documents whose passages all have a vector of the embedder; a failed one stays failed."""
    without = exists().where(PassageRow.document_id == DocumentRow.id, ~_has_vector(embedder))
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.id.in_(listed(documents)), DocumentRow.state != DocumentState.READING, ~without)
        .values(embedder_id=embedder)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.id.in_(listed(documents)), DocumentRow.embedder_id == embedder)
        .where(DocumentRow.state == DocumentState.READ)
        .values(state=DocumentState.COMPLETE)
        .execution_options(synchronize_session=False)
    )


def is_complete(session: Session, digest: str, document_id: int) -> bool:
    """Whether the document is noted as having all vectors of that embedder."""
    noted = session.scalar(select(DocumentRow.embedder_id).where(DocumentRow.id == document_id))
    return noted is not None and noted == embedder_id(session, digest)


def use(session: Session, identity: EmbedderIdentity) -> None:
    """From now on a document is COMPLETE when it has all vectors of this embedder; earlier vectors are kept."""
    embedder = registered(session, identity)
    others = DocumentRow.embedder_id.is_distinct_from(embedder.id)
    awaiting = set(session.scalars(select(DocumentRow.id).where(others, DocumentRow.passages > 0)))
    session.execute(
        update(DocumentRow)
        .where(others, DocumentRow.passages > 0, DocumentRow.state == DocumentState.COMPLETE)
        .values(state=DocumentState.READ)
        .execution_options(synchronize_session=False)
    )
    mark_complete(session, embedder.id, awaiting)


def every(session: Session, digest: str, batch: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """In the order they were put, from one snapshot."""
    embedder = session.scalar(select(EmbedderRow).where(EmbedderRow.digest == digest))
    if embedder is None:
        return
    rows = session.execute(
        select(VectorRow.passage_id, VectorRow.vector)
        .where(VectorRow.embedder_id == embedder.id)
        .execution_options(yield_per=batch)
    )
    for part in rows.partitions(batch):
        ids, packed = zip(*part, strict=True)
        yield np.array(ids, dtype=np.int64), unpack_vectors(packed, embedder.dimension)


def ids(session: Session, digest: str) -> NDArray[np.int64]:
    """Of the passages that have a vector of the embedder, ascending.

    As one string, which SQLite writes and numpy reads: a million in a fifth of the time that a million rows take.
    """
    written = session.scalar(_IDS, {"embedder": embedder_id(session, digest)})
    return np.sort(np.fromstring(written, dtype=np.int64, sep=",")) if written else np.empty(0, dtype=np.int64)


def chosen(
    session: Session, digest: str, wanted: Sequence[int] | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Those of the passages that have a vector of the embedder, in no order."""
    embedder = session.execute(_EMBEDDER, {"digest": digest}).one_or_none()
    if embedder is None:
        return np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32)
    asked = json.dumps(np.sort(np.asarray(wanted, dtype=np.int64)).tolist())
    found, packed = session.execute(_CHOSEN, {"embedder": embedder.id, "ids": asked}).one()
    if not found:
        return np.empty(0, dtype=np.int64), np.empty((0, embedder.dimension), dtype=np.float32)
    return np.fromstring(found, dtype=np.int64, sep=","), unpack_vectors([bytes.fromhex(packed)], embedder.dimension)


def generation(session: Session, digest: str) -> int:
    """0 for an embedder that never made a vector."""
    return session.scalar(select(EmbedderRow.generation).where(EmbedderRow.digest == digest)) or 0


def note_removal(session: Session, document_id: int) -> None:
    """To be called while the document's vectors are still there: their embedders' sets are about to change."""
    losing = (
        select(VectorRow.embedder_id)
        .join(PassageRow, PassageRow.id == VectorRow.passage_id)
        .where(PassageRow.document_id == document_id)
    )
    session.execute(
        update(EmbedderRow)
        .where(EmbedderRow.id.in_(losing))
        .values(generation=EmbedderRow.generation + 1)
        .execution_options(synchronize_session=False)
    )


def embedder_id(session: Session, digest: str) -> int:
    found = session.scalar(select(EmbedderRow.id).where(EmbedderRow.digest == digest))
    return _UNKNOWN if found is None else found


def registered(session: Session, identity: EmbedderIdentity) -> EmbedderRow:
    """The embedder's row, made if it has none yet."""
    row = session.scalar(select(EmbedderRow).where(EmbedderRow.digest == identity.digest))
    if row is None:
        row = EmbedderRow(
            digest=identity.digest,
            name=identity.name,
            dimension=identity.dimension,
            max_tokens=identity.max_tokens,
            languages=identity.languages,
            generation=0,
        )
        session.add(row)
        session.flush()
    return row


def _has_vector(embedder: int) -> ColumnElement[bool]:
    return exists().where(VectorRow.passage_id == PassageRow.id, VectorRow.embedder_id == embedder)


def _owes(embedder: int) -> ColumnElement[bool]:
    return (
        (DocumentRow.state != DocumentState.READING)
        & (DocumentRow.passages > 0)
        & DocumentRow.embedder_id.is_distinct_from(embedder)
    )


def _groups(documents: Iterable[DocumentRow], passages: int) -> Iterator[list[DocumentRow]]:
    """In their order, as many together as have that many passages."""
    group: list[DocumentRow] = []
    for document in documents:
        group.append(document)
        if sum(row.passages for row in group) >= passages:
            yield group
            group = []
    if group:
        yield group
