"""SQL of collections: named sets of documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.orm import Session

from rag.errors import NotFound, UsageError
from rag.store.schema import CollectionDocumentRow, CollectionRow, DocumentRow
from rag.store.scoping import listed
from rag.types import Collection


def every(session: Session) -> list[Collection]:
    """By name."""
    return _counted(session)


def named(session: Session, name: str) -> Collection | None:
    found = _counted(session, CollectionRow.name == name)
    return found[0] if found else None


def create(session: Session, name: str, root: Path | None) -> Collection:
    if named(session, name) is not None:
        raise UsageError(f'There is a collection "{name}" already.', "Choose another name.")
    row = CollectionRow(name=name, root=root)
    session.add(row)
    session.flush()
    return _collection(row, 0)


def add(session: Session, collection_id: int, document_ids: Sequence[int]) -> None:
    """Documents that are in it, or were removed meanwhile, are passed over."""
    _row(session, collection_id)
    present = session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(listed(document_ids)))).all()
    if present:
        rows = [{"collection_id": collection_id, "document_id": document_id} for document_id in present]
        session.execute(insert_or(CollectionDocumentRow).on_conflict_do_nothing(), rows)


def take_out(session: Session, collection_id: int, document_ids: Sequence[int]) -> None:
    session.execute(
        delete(CollectionDocumentRow).where(
            CollectionDocumentRow.collection_id == collection_id,
            CollectionDocumentRow.document_id.in_(listed(document_ids)),
        )
    )


def remove(session: Session, collection_id: int) -> None:
    """Its documents stay."""
    session.delete(_row(session, collection_id))


def _counted(session: Session, *conditions: ColumnElement[bool]) -> list[Collection]:
    size = (
        select(func.count())
        .select_from(CollectionDocumentRow)
        .where(CollectionDocumentRow.collection_id == CollectionRow.id)
        .scalar_subquery()
    )
    chosen = select(CollectionRow, size).where(*conditions).order_by(CollectionRow.name)
    return [_collection(row, count) for row, count in session.execute(chosen)]


def _row(session: Session, collection_id: int) -> CollectionRow:
    row = session.get(CollectionRow, collection_id)
    if row is None:
        raise NotFound(f"There is no collection {collection_id}.", "It may have been removed; look again.")
    return row


def _collection(row: CollectionRow, documents: int) -> Collection:
    return Collection(row.id, row.name, row.root, documents)
