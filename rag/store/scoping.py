"""A Scope as SQL. Ids travel as one JSON parameter, so a scope of ten thousand documents is one short statement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, select, true, union
from sqlalchemy.orm import InstrumentedAttribute

from rag.store.schema import CollectionDocumentRow
from rag.types import Scope


def in_scope(document_id: InstrumentedAttribute[int], scope: Scope) -> ColumnElement[bool]:
    """Whether that column names a document in the scope."""
    if scope.everything:
        return true()
    of_collections = select(CollectionDocumentRow.document_id).where(
        CollectionDocumentRow.collection_id.in_(listed(scope.collections))
    )
    return document_id.in_(union(of_collections, listed(scope.documents)))


def listed(ids: Iterable[int]) -> Select[Any]:
    """The ids as rows of one column."""
    return select(func.json_each(json.dumps(list(map(int, ids)))).table_valued("value", type_=Integer).c.value)
