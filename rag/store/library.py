"""The library: documents, their passages, words and vectors, and collections. Each method is one transaction.

It keeps and finds; it does not read files, analyse words, embed or rank. Reads may come from any thread at once.
Every method raises DiskFull, LibraryDamaged or LibraryError when the database can't be used; NotFound for an id
that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from local_models.types import EmbedderIdentity
from rag.errors import DocumentQuarantined
from rag.grid import Grid
from rag.store import collections, documents, names, sheets, vectors, words
from rag.store.database import Database
from rag.store.many_words import WordCounts
from rag.store.packed_pages import PackedPages
from rag.store.scope_ids import ScopeIds
from rag.store.word_merging import is_due, merge
from rag.types import Collection, Document, DocumentState, Excerpt, Page, Passage, PassageTerms, Scope, Span

EVERYTHING = Scope()

VectorRows = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Passage ids and their vectors, shape (n, dimension)."""


class Library:
    """What the user has added."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts = WordCounts()
        self._scope_ids = ScopeIds()

    def find(self, path: Path) -> Document | None:
        """The document at that path, None if it was never added."""
        with self._database.read() as session:
            return documents.find(session, path)

    def document(self, document_id: int) -> Document:
        with self._database.read() as session:
            return documents.get(session, document_id)

    def documents(self, scope: Scope = EVERYTHING) -> list[Document]:
        """By path."""
        with self._database.read() as session:
            return documents.in_order(session, scope)

    def documents_of(self, passages: Iterable[Passage]) -> dict[int, Document]:
        """By id, without those that are gone."""
        ids = frozenset(passage.document_id for passage in passages)
        return {document.id: document for document in self.documents(Scope(documents=ids))} if ids else {}

    def count(self, scope: Scope = EVERYTHING) -> int:
        with self._database.read() as session:
            return documents.count(session, scope)

    def interrupted(self) -> list[Document]:
        """Those that a crash or a cancel left half read."""
        with self._database.read() as session:
            return documents.unfinished(session)

    def begin(self, path: Path, *, media_type: str, sha256: str, size: int, title: str) -> Document:
        """A row in state READING before the file is opened. A known document keeps id, title and old passages."""
        with self._database.write() as session:
            return documents.begin(session, path, media_type=media_type, sha256=sha256, size=size, title=title)

    def replace(
        self,
        document_id: int,
        *,
        title: str,
        pages: PackedPages | Sequence[Page],
        passages: Sequence[Passage],
        terms: Sequence[PassageTerms],
        sha256: str,
        size: int,
        media_type: str,
        notices: Sequence[str] = (),
    ) -> Document:
        """Old pages, passages, words and vectors out, the new ones in, state READ: all or nothing.

        Sources that pointed at old passages keep their text and forget the passage.
        """
        packed = pages if isinstance(pages, PackedPages) else PackedPages(pages)
        with self._database.write() as session:
            documents.get(session, document_id)
            self._clear(session, document_id)
            documents.put_pages(session, packed.rows(document_id))
            ids = documents.put_passages(session, document_id, passages)
            words.put(session, ids, terms)
            return documents.describe(
                session,
                document_id,
                title=title,
                media_type=media_type,
                sha256=sha256,
                size=size,
                notices=notices,
            )

    def fail(self, document_id: int, reason: str, failure: str = "", *, unread: bool = False) -> Document:
        """FAILED, with the reason and the error's code. Passages of an earlier reading stay searchable.

        `unread`: nothing is known of the bytes that were to be read, so their checksum is forgotten.
        """
        with self._database.write() as session:
            if unread:
                documents.forget_bytes(session, document_id)
            return documents.settle(session, document_id, DocumentState.FAILED, reason, failure)

    def reopen(self, document_id: int, digest: str) -> Document:
        """READ or COMPLETE again, as it was: its file could not be opened for a while, and holds what it held."""
        with self._database.write() as session:
            complete = vectors.is_complete(session, digest, document_id)
            return documents.settle(session, document_id, DocumentState.COMPLETE if complete else DocumentState.READ)

    def quarantine(self, document_id: int, reason: str) -> Document:
        """QUARANTINED, with the reason. Passages of an earlier reading stay searchable."""
        with self._database.write() as session:
            return documents.settle(session, document_id, DocumentState.QUARANTINED, reason, DocumentQuarantined.code)

    def put_back(self, document_id: int) -> Document:
        """WAITING: the reading was given up for a reason that does not lie in the file."""
        with self._database.write() as session:
            return documents.settle(session, document_id, DocumentState.WAITING)

    def move(self, document_id: int, path: Path) -> Document:
        """The same document under another path. Raises UsageError if another document has that path."""
        with self._database.write() as session:
            return documents.move(session, document_id, path)

    def remove(self, document_ids: Sequence[int]) -> int:
        """How many were there. One transaction each, so that nothing else waits long."""
        return sum(self._remove(document_id) for document_id in document_ids)

    def pages(self, document_id: int, first: int = 1, last: int | None = None) -> list[Page]:
        """Pages with numbers from first to last, both included."""
        with self._database.read() as session:
            return documents.pages(session, document_id, first, last)

    def excerpts(self, document_id: int, span: Span) -> list[Excerpt]:
        """What the span holds of each page it touches, with the blocks. Raises NotFound."""
        with self._database.read() as session:
            return documents.excerpts(session, document_id, span)

    def grid(self, document_id: int, number: int) -> Grid:
        """A page's cells; Grid.empty() where it is no sheet. Raises NotFound."""
        with self._database.read() as session:
            return sheets.grid(session, document_id, number)

    def text(self, document_id: int, span: Span) -> str:
        """The document's text at the span; shorter if the span reaches beyond its end."""
        with self._database.read() as session:
            return documents.stretch(session, document_id, span)

    def named(self, keys: Iterable[str]) -> dict[str, list[int]]:
        """The documents of each name's key (rag.naming), ascending; keys that are no document's are left out."""
        with self._database.read() as session:
            return names.named(session, keys)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """In the order of the ids; those that are gone are left out."""
        with self._database.read() as session:
            return documents.passages(session, ids)

    def document_passages(self, document_id: int, first_ordinal: int, last_ordinal: int) -> list[Passage]:
        """Both ends included."""
        with self._database.read() as session:
            return documents.neighbours(session, document_id, first_ordinal, last_ordinal)

    def passage_ids(self, scope: Scope = EVERYTHING) -> NDArray[np.int64]:
        """Ascending."""
        with self._database.read() as session:
            return self._scope_ids.of(session, scope)

    def passages_of(self, document_ids: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids of all passages of these documents, ascending, and the document of each.

        Unlike `passage_ids` it remembers nothing, so what is being asked stays remembered.
        """
        with self._database.read() as session:
            return documents.passages_of(session, document_ids)

    def search_words(
        self, match: str, *, weights: tuple[float, float, float], scope: Scope, limit: int
    ) -> list[tuple[int, float]]:
        """Passage ids with BM25 >= 0, best first. `match` is an FTS5 query; weights of title, heading and body."""
        with self._database.read() as session:
            return words.search(
                session, match, self._counts, self._scope_ids, weights=weights, scope=scope, limit=limit
            )

    def score_words(
        self, terms: Sequence[str], weights: tuple[float, float, float], ids: NDArray[np.int64]
    ) -> dict[int, float]:
        """As `search_words`, of a few passages, their ids ascending; those without any of the terms are left out."""
        with self._database.read() as session:
            return words.score(session, terms, self._counts, weights=weights, ids=ids)

    def word_document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term occurs; terms that occur nowhere are left out."""
        with self._database.read() as session:
            return self._counts.frequencies(session, terms)

    def merge_words(self) -> bool:
        """A short step of taking removed passages out of the word index, if there are enough. True if more is due."""
        with self._database.read() as session:
            if not is_due(session):
                return False
        with self._database.write() as session:
            return merge(session)

    def passage_count(self) -> int:
        with self._database.read() as session:
            return words.total(session)

    def pending(self, digest: str, limit: int) -> list[tuple[Passage, Document]]:
        """Passages without a vector of that embedder, oldest document first."""
        with self._database.read() as session:
            return vectors.pending(session, digest, limit)

    def pending_count(self, digest: str) -> int:
        with self._database.read() as session:
            return vectors.pending_count(session, digest)

    def put_vectors(self, identity: EmbedderIdentity, ids: Sequence[int], rows: NDArray[np.float32]) -> int:
        """Unit vectors, shape (len(ids), dimension), kept as float16. Ids that are gone by now are passed over.

        Documents whose passages all have a vector become COMPLETE. Returns the new generation.
        """
        with self._database.write(lasting=True) as session:
            return vectors.put(session, identity, ids, rows)

    def vectors(self, digest: str, batch: int = 10_000) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Batches of passage ids and their vectors, all from one snapshot of the library."""
        with self._database.read() as session:
            yield from vectors.every(session, digest, batch)

    def vector_ids(self, digest: str) -> NDArray[np.int64]:
        """The passages that have a vector of that embedder, ascending."""
        with self._database.read() as session:
            return vectors.ids(session, digest)

    def chosen_vectors(self, digest: str, ids: Sequence[int] | NDArray[np.int64]) -> VectorRows:
        """Those of the passages that have a vector of that embedder, in any order, and the vectors."""
        with self._database.read() as session:
            return vectors.chosen(session, digest, ids)

    def generation(self, digest: str) -> int:
        """Grows whenever the set of that embedder's vectors changes; 0 before the first."""
        with self._database.read() as session:
            return vectors.generation(session, digest)

    def use_embedder(self, identity: EmbedderIdentity) -> None:
        """From now on COMPLETE means all vectors of this embedder. Vectors of others are kept for a way back."""
        with self._database.write() as session:
            vectors.use(session, identity)

    def collections(self) -> list[Collection]:
        """By name."""
        with self._database.read() as session:
            return collections.every(session)

    def collection_named(self, name: str) -> Collection | None:
        with self._database.read() as session:
            return collections.named(session, name)

    def create_collection(self, name: str, root: Path | None) -> Collection:
        """Raises UsageError when the name is taken."""
        with self._database.write() as session:
            return collections.create(session, name, root)

    def add_to_collection(self, collection_id: int, document_ids: Sequence[int]) -> None:
        with self._database.write() as session:
            collections.add(session, collection_id, document_ids)

    def take_from_collection(self, collection_id: int, document_ids: Sequence[int]) -> None:
        """The documents stay in the library."""
        with self._database.write() as session:
            collections.take_out(session, collection_id, document_ids)

    def remove_collection(self, collection_id: int) -> None:
        """The documents stay in the library."""
        with self._database.write() as session:
            collections.remove(session, collection_id)

    def _remove(self, document_id: int) -> bool:
        with self._database.write() as session:
            self._clear(session, document_id)
            return documents.remove(session, document_id)

    def _clear(self, session: Session, document_id: int) -> None:
        """Words and the note of lost vectors first: both look at the passages."""
        words.clear(session, document_id)
        vectors.note_removal(session, document_id)
        documents.clear(session, document_id)
