"""SQL of the word index, FTS5 under the ids of passages. Which words a text has is decided in rag.index.terms."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from rag.index.found import are_among
from rag.store import many_words
from rag.store.columns import storable
from rag.store.many_words import WordCounts
from rag.store.scope_ids import ScopeIds
from rag.types import PassageTerms, Scope

_INSERT = text("INSERT INTO passage_words (rowid, title, heading, body) VALUES (:id, :title, :heading, :body)")
_DELETE = text("DELETE FROM passage_words WHERE rowid IN (SELECT id FROM passages WHERE document_id = :document)")
_UPDATE = text("UPDATE passage_words SET title = :title, heading = :heading, body = :body WHERE rowid = :id")
EXACT = 5_000
"""Matches that FTS5 scores by itself, in 17 ms; more are left to rag.store.many_words."""

RANKED = 1_000
"""Who asks for more passages wants to have them all, and waits for it."""

_ALTERNATIVES = re.compile(r'"(?:[^"]|"")+"(?: OR "(?:[^"]|"")+")*')
_ONE = re.compile(r'"((?:[^"]|"")+)"')

_SEARCH = text("""
    SELECT rowid, rank FROM passage_words
    WHERE passage_words MATCH :match AND rank MATCH :ranking
    ORDER BY rank LIMIT :limit
""")
_SCOPE = """
    SELECT document_id FROM collection_documents WHERE collection_id IN (SELECT value FROM json_each(:collections))
    UNION SELECT value FROM json_each(:documents)
"""
_SEARCH_BETWEEN = text("""
    SELECT rowid, rank FROM passage_words
    WHERE passage_words MATCH :match AND rank MATCH :ranking AND rowid >= :first AND rowid <= :last
""")
_SEARCH_IN_SCOPE = text(f"""
    WITH chosen AS MATERIALIZED ({_SCOPE})
    SELECT words.rowid, words.rank FROM passage_words AS words CROSS JOIN passages ON passages.id = words.rowid
    WHERE passage_words MATCH :match AND rank MATCH :ranking
        AND words.rowid >= (SELECT min(id) FROM passages WHERE document_id IN chosen)
        AND words.rowid <= (SELECT max(id) FROM passages WHERE document_id IN chosen)
        AND passages.document_id IN chosen
    ORDER BY words.rank LIMIT :limit
""")  # noqa: S608  (no value is written into it)
"""CROSS JOIN holds SQLite to that order: it would else run the match anew for each passage of a small scope.

FTS5 scores every match before the join can drop it; the bounds, between which a document's passages lie, spare it that.
Six common words in 30,000 passages, one document asked: 157 ms without the bounds, 13 ms with them.
"""


def put(session: Session, ids: Sequence[int], terms: Sequence[PassageTerms]) -> None:
    """Raises ValueError unless there are as many terms as ids."""
    if ids or terms:
        session.execute(_INSERT, _values(ids, terms))


def rewrite(session: Session, ids: Sequence[int], terms: Sequence[PassageTerms]) -> None:
    """Other terms for passages that are there."""
    if ids or terms:
        session.execute(_UPDATE, _values(ids, terms))


def clear(session: Session, document_id: int) -> None:
    """To be called while the document's passages are still there."""
    session.execute(_DELETE, {"document": document_id})


def search(
    session: Session,
    match: str,
    counts: WordCounts,
    scope_ids: ScopeIds,
    *,
    weights: tuple[float, float, float],
    scope: Scope,
    limit: int,
) -> list[tuple[int, float]]:
    """BM25 with a weight for title, heading and body, best first.

    Where very many passages match any of several terms, those that hold only common ones are passed over.
    """
    terms = _alternatives(storable(match))
    having = counts.frequencies(session, terms) if terms else {}
    if not having or limit > RANKED:
        return _search(session, match, weights=weights, scope=scope, limit=limit)
    within = None if scope.everything else scope_ids.of(session, scope)
    if sum(having.values()) > EXACT:
        return many_words.search(session, having, weights=weights, within=within, limit=limit)
    if within is None:
        return _search(session, match, weights=weights, scope=scope, limit=limit)
    return _search_within(session, match, weights=weights, within=within, limit=limit)


def score(
    session: Session,
    terms: Sequence[str],
    counts: WordCounts,
    *,
    weights: tuple[float, float, float],
    ids: NDArray[np.int64],
) -> dict[int, float]:
    """BM25 of a few passages, their ids ascending; those without any of the terms are left out."""
    having = counts.frequencies(session, terms)
    return dict(many_words.search(session, having, weights=weights, within=ids, limit=max(len(ids), 1)))


def total(session: Session) -> int:
    """Passages in the library: each has a row in the word index."""
    return many_words.totals(session)[0]


def _search(
    session: Session, match: str, *, weights: tuple[float, float, float], scope: Scope, limit: int
) -> list[tuple[int, float]]:
    """FTS5's own ranking; it gives BM25 as a negative number, better is smaller."""
    values = {"match": storable(match), "ranking": _ranking(weights), "limit": limit}
    if not scope.everything:
        values |= {
            "collections": json.dumps(sorted(scope.collections)),
            "documents": json.dumps(sorted(scope.documents)),
        }
    found = session.execute(_SEARCH if scope.everything else _SEARCH_IN_SCOPE, values)
    return [(id_, -rank) for id_, rank in found]


def _search_within(
    session: Session, match: str, *, weights: tuple[float, float, float], within: NDArray[np.int64], limit: int
) -> list[tuple[int, float]]:
    """The same of few matches: all are scored, and those outside are dropped here. Asking SQLite for the document of
    each takes ten times as long.
    """
    if not len(within):
        return []
    values = {"match": storable(match), "ranking": _ranking(weights), "first": int(within[0]), "last": int(within[-1])}
    rows = session.execute(_SEARCH_BETWEEN, values).all()
    ids, ranks = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows])
    inside = np.flatnonzero(are_among(ids, within)) if len(rows) else np.empty(0, np.intp)
    best = inside[np.lexsort((ids[inside], ranks[inside]))][:limit]
    return [(int(ids[at]), -float(ranks[at])) for at in best]


def _ranking(weights: tuple[float, float, float]) -> str:
    return f"bm25({', '.join(repr(float(weight)) for weight in weights)})"


def _alternatives(match: str) -> list[str]:
    """The terms of an expression that asks for any of several; none for any other expression."""
    if not _ALTERNATIVES.fullmatch(match):
        return []
    return [term.replace('""', '"') for term in _ONE.findall(match)]


def _values(ids: Sequence[int], terms: Sequence[PassageTerms]) -> list[dict[str, object]]:
    return [
        {"id": id_, "title": storable(term.title), "heading": storable(term.heading), "body": storable(term.body)}
        for id_, term in zip(ids, terms, strict=True)
    ]
