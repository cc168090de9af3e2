"""SQL of the names of documents, inside a transaction of rag.store.library."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from rag.naming import names_of
from rag.store.columns import storable
from rag.store.names_schema import DocumentNameRow

_NAMED = text("""
    SELECT names.key, names.document_id FROM json_each(:keys) AS wanted
    CROSS JOIN document_names AS names ON names.key = wanted.value
""")


def put(session: Session, document_id: int, title: str, path: Path) -> None:
    """In place of the names there were."""
    session.execute(delete(DocumentNameRow).where(DocumentNameRow.document_id == document_id))
    rows = [{"key": storable(key), "document_id": document_id} for key in sorted(names_of(title, path))]
    if rows:
        session.execute(insert(DocumentNameRow), rows)


def named(session: Session, keys: Iterable[str]) -> dict[str, list[int]]:
    """The documents of each key, ascending; keys that are no document's are left out."""
    found: dict[str, list[int]] = {}
    wanted = json.dumps([storable(key) for key in keys], ensure_ascii=False)
    for key, document_id in session.execute(_NAMED, {"keys": wanted}):
        found.setdefault(key, []).append(document_id)
    return {key: sorted(ids) for key, ids in found.items()}
