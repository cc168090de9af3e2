"""What a library holds, down to every word and number, in a form in which two libraries can be compared.

Ids are left out: a file that was read twice has taken two rows of them. The database is read as SQLite has it, and the
index is asked for the very vectors the database has.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.index.terms import match_query, query_terms
from rag.index.vectors import COMPACT_FROM, VectorIndex
from rag.store.library import EVERYTHING
from rag.store.store import Store
from rag.types import DocumentState

_DOCUMENTS = """
    SELECT id, path, title, media_type, sha256, size, state, reason, failure, attempts, pages, passages, notices
    FROM documents ORDER BY path
"""
_PASSAGES = """
    SELECT ordinal, span_start, span_end, span_page, passages.heading, place, text, passage_words.title,
        passage_words.heading, passage_words.body, vector
    FROM passages JOIN passage_words ON passage_words.rowid = passages.id
        LEFT JOIN passage_vectors ON passage_vectors.passage_id = passages.id
    WHERE document_id = ? ORDER BY ordinal
"""
_PAGES = "SELECT number, start, length, text, blocks, boxes, label, cells FROM pages WHERE document_id = ? ORDER BY 1"
_COLLECTIONS = """
    SELECT collections.name, root, documents.path FROM collections
        JOIN collection_documents ON collection_id = collections.id JOIN documents ON documents.id = document_id
    ORDER BY 1, 3
"""
_COUNTS = (
    "SELECT count(*) FROM passages", "SELECT count(*) FROM passage_words", "SELECT count(*) FROM passage_vectors"
)  # fmt: skip

ROUNDING = 0.002
"""Numbers of a unit vector kept in half precision differ by less when only its batch was another."""

ALIKE = 64
"""More passages than have the very same vector anywhere here."""

State = dict[str, Any]


def state_of(data_dir: Path) -> State:
    """Everything in the database of a closed library."""
    with closing(sqlite3.connect(data_dir / "footnote.db")) as database:
        documents = database.execute(_DOCUMENTS).fetchall()
        return {
            "documents": {row[1]: row[2:] for row in documents},
            "passages": {row[1]: database.execute(_PASSAGES, row[:1]).fetchall() for row in documents},
            "pages": {row[1]: database.execute(_PAGES, row[:1]).fetchall() for row in documents},
            "collections": database.execute(_COLLECTIONS).fetchall(),
            "counts": [database.execute(count).fetchone()[0] for count in _COUNTS],
        }


def differences(state: State, undisturbed: State) -> list[str]:
    """Where the two differ, in words; empty when they are the same."""
    found = []
    for part, expected in undisturbed.items():
        if isinstance(expected, dict):
            names = sorted(expected.keys() | state[part].keys())
            found += [f"{part} of {name}" for name in names if state[part].get(name) != expected.get(name)]
        elif state[part] != expected:
            found.append(part)
    return found


def bring_near(state: State, undisturbed: State) -> tuple[int, int]:
    """Take the undisturbed run's vectors where they differ by rounding only: a vector depends in its last bits on which
    texts were embedded with it, and a run that went on after a kill has other batches. Returns how many were the same
    and how many were near.
    """
    same = near = 0
    for name, rows in state["passages"].items():
        expected = undisturbed["passages"].get(name, [])
        for number, (row, other) in enumerate(zip(rows, expected, strict=False)):
            if row[-1] is None or other[-1] is None or row[:-1] != other[:-1]:
                continue
            if row[-1] == other[-1]:
                same += 1
            elif np.abs(_numbers(row[-1]) - _numbers(other[-1])).max() < ROUNDING:
                near += 1
                rows[number] = other
    return same, near


def answers_of(data_dir: Path, identity: EmbedderIdentity, compact_from: int) -> State:
    """What word index and vector index of a closed library find: by a passage's words, by its vector."""
    store = Store.open(data_dir)
    try:
        library = store.library
        index = VectorIndex.open(data_dir / "index", library, identity, compact_from=compact_from)
        places = {
            each.id: f"{document.path.name}#{each.ordinal}"
            for document in library.documents()
            for each in library.document_passages(document.id, 0, 10_000)
        }
        by_words, by_vector = {}, {}
        for id_, place in sorted(places.items(), key=lambda each: each[1])[::7]:
            (passage,) = library.passages([id_])
            match = match_query(query_terms(" ".join(passage.text.split()[:8])))
            words = library.search_words(match, weights=(2.0, 1.0, 1.0), scope=EVERYTHING, limit=1000)
            by_words[place] = sorted((round(score, 5), places[each]) for each, score in words)
            ((vector,),) = (library.chosen_vectors(identity.digest, [id_])[1],)
            ids, cosines = index.search(vector, 5)
            by_vector[place] = places[int(ids[0])], [round(float(each), 2) for each in cosines]
        index.close()
        return {"words found": by_words, "vectors found": by_vector}
    finally:
        store.close()


def _numbers(packed: bytes) -> NDArray[np.float32]:
    return np.frombuffer(packed, "<f2").astype(np.float32)


def faults(data_dir: Path, identity: EmbedderIdentity, *, compact_from: int = COMPACT_FROM) -> list[str]:
    """What is wrong with the library in itself: half done documents, and a store and index that do not agree."""
    store = Store.open(data_dir)
    try:
        found = store.check()
        half_done = (DocumentState.WAITING, DocumentState.READING, DocumentState.READ)
        found += [f"{each.path.name} is {each.state}" for each in store.library.documents() if each.state in half_done]
        index = VectorIndex.open(data_dir / "index", store.library, identity, compact_from=compact_from)
        index.settle()
        kept = list(store.library.vectors(identity.digest))
        ids = np.concatenate([part[0] for part in kept]) if kept else np.empty(0, np.int64)
        vectors = np.concatenate([part[1] for part in kept]) if kept else np.empty((0, identity.dimension))
        if len(index) != len(ids):
            found.append(f"{len(ids)} vectors in the store, {len(index)} in the index")
        lost = [id_ for id_, vector in zip(ids, vectors, strict=True) if id_ not in index.search(vector, ALIKE)[0]]
        found += [f"the vector of passage {id_} is not in the index" for id_ in lost]
        index.close()
    finally:
        store.close()
    return found
