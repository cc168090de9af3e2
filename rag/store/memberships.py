"""SQL of which documents are in which collections, where files move or come in crowds, inside a transaction.

A collection that stands for a folder holds what lies in the folder; others hold what a person has put into them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.orm import Session

from rag.store.schema import CollectionDocumentRow, CollectionRow


def join(session: Session, pairs: Iterable[tuple[int, int]]) -> None:
    """Collection and document each; collections that were removed meanwhile are passed over."""
    there = set(session.scalars(select(CollectionRow.id)))
    rows = [{"collection_id": group, "document_id": document} for group, document in pairs if group in there]
    if rows:
        session.execute(insert_or(CollectionDocumentRow).on_conflict_do_nothing(), rows)


def pass_on(session: Session, document_id: int, to: int) -> None:
    """The other document is from now on in this one's collections too."""
    groups = session.scalars(
        select(CollectionDocumentRow.collection_id).where(CollectionDocumentRow.document_id == document_id)
    )
    join(session, [(group, to) for group in groups.all()])


def leave_folders(session: Session, document_id: int, before: Path, now: Path) -> None:
    """Out of the collections that stand for folders which the document was in before its move, and is not now."""
    roots = session.execute(select(CollectionRow.id, CollectionRow.root).where(CollectionRow.root.is_not(None)))
    left = [id_ for id_, root in roots if root and before.is_relative_to(root) and not now.is_relative_to(root)]
    if left:
        session.execute(
            delete(CollectionDocumentRow).where(
                CollectionDocumentRow.document_id == document_id, CollectionDocumentRow.collection_id.in_(left)
            )
        )
