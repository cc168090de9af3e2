"""Finds the passages that speak to a question: by words and by vectors, fused, best first.

    question -> terms -> BM25 of the word index, question -> vector -> cosines of the vector index
    both -> fused scores -> passages -> hits, near-duplicates merged -> is the best of them relevant?

Words are there as soon as a file is read and vectors follow, so each leg works without the other, and both are searched
at once: SQLite, FAISS and the embedder's child leave the interpreter to others while they work. Knows nothing of SQL,
FAISS, prompts or answers; the same settings serve every library.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from local_models.cancel import CancelToken
from rag.events import Retrieved
from rag.following import FOLLOWED, documents_named, forms_of_names, is_telling, names_followed, with_lent_scores
from rag.index.calibration import unrelated_cosine
from rag.index.code import code_share
from rag.index.found import Found, Ids, are_among
from rag.index.fusion import (
    LEAST_TOTAL,
    Ranked,
    Scale,
    as_in_a_larger_library,
    fuse,
    highest_words_score,
    in_order,
    vectors_share,
)
from rag.index.languages import foreign_share
from rag.index.terms import QueryTerm, asked_words, forms_of, match_query, occurrences, query_terms
from rag.index.vectors import VectorIndex
from rag.ports import Embedder
from rag.relevance import is_relevant
from rag.reranking import Reranking
from rag.selection import without_duplicates
from rag.store.library import Library
from rag.types import Hit, Passage, Scope, Scores
from rag.why import Grounds, grounds

CANDIDATES = 100
"""Passages taken from each leg. 50 and 200 give the same nDCG@10 within 0.002 in the mean of seven sets."""

LOOKED_AT = 10
"""Nearest passages that show whether the question is asked of code."""

FIELD_WEIGHTS = (2.0, 1.0, 1.0)
"""Title, heading and text in BM25. A title weighs double: nDCG@10 +.011 on hotpotqa, +.004 on scifact, none worse."""


NEAREST_OF_NAMED = 30
"""Passages of all documents that are named, by vector: one of each is wanted, and no document may fill the list."""

ByWords = tuple[Mapping[int, float], Mapping[str, int]]
"""BM25 by passage, and in how many passages each of the question's terms stands."""

Nearest = Callable[[int, Ids | None], Found]
"""So many passages at most whose vectors are nearest to the question's, of those allowed: rag.index.vectors."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search among `searched` passages found, by passage id: BM25, cosines, and both fused, best first.

    `problem` says why they were not reranked; empty if they were, or were not to be.
    """

    words: Mapping[int, float]
    vectors: Mapping[int, float]
    fused: tuple[tuple[int, Scores], ...]
    searched: int
    problem: str = ""


class Retriever:
    """Searches one library. Any thread may call it."""

    def __init__(
        self, library: Library, index: VectorIndex, embedder: Embedder, reranking: Reranking | None = None
    ) -> None:
        self._library = library
        self._reranking = reranking
        self._meaning = index, embedder
        self._unrelated: dict[str, float] = {}

    def use(self, index: VectorIndex, embedder: Embedder) -> None:
        """From now on search this index, with questions embedded as its passages are. Both change at once."""
        self._meaning = index, embedder

    def retrieve(self, question: str, *, scope: Scope, limit: int, cancel: CancelToken) -> Retrieved:
        """The best `limit` passages in scope, best first, near-duplicates merged.

        Raises ModelError and WorkerDied when the question can't be embedded, Cancelled, LibraryError.
        """
        started = time.monotonic()
        ranking = self.rank(question, scope, cancel)
        hits = self._hits(ranking.fused, limit)
        relevant = is_relevant(hits, ranking.searched)
        seconds = time.monotonic() - started
        return Retrieved(hits, self._library.count(scope), seconds, relevant, ranking.searched, ranking.problem)

    def rank(self, question: str, scope: Scope, cancel: CancelToken) -> Ranking:
        """Passage ids with their scores, by each leg and fused. Raises as `retrieve`."""
        terms = asked_words(query_terms(question))
        allowed = None if scope.everything else self._library.passage_ids(scope)
        total = self._library.passage_count()
        index, embedder = self._meaning  # looked up once: others may come into use while this is under way
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="words") as beside:
            by_words = beside.submit(self._by_words, terms, scope, total)
            nearest = _nearest(question, index, embedder, cancel)
            cosines = _by_vectors(nearest, allowed, by_words)
        words, frequencies = by_words.result()
        cancel.check()
        scale = Scale(
            highest=highest_words_score(occurrences(terms, frequencies), total),
            share=self._vectors_share(question, cosines, embedder),
            unrelated=self._unrelated_cosine(embedder, cancel) if cosines else 0.0,
        )
        fused: Ranked = fuse(words, cosines, scale, cut_at=CANDIDATES)
        if nearest is not None:
            fused = self._followed(question, terms, nearest, fused, scale, allowed)
        problem = ""
        if self._reranking is not None:
            fused, problem = self._reranking.rerank(question, fused, cancel)
        return Ranking(words, cosines, tuple(fused), total if allowed is None else len(allowed), problem)

    def grounds(self, question: str, hits: Sequence[Hit], cancel: CancelToken) -> tuple[Grounds, ...]:
        """Why each of the hits was found for the question. Raises as `retrieve`."""
        by_meaning = any(hit.scores.vectors is not None for hit in hits)
        unrelated = self._unrelated_cosine(self._meaning[1], cancel) if by_meaning else 0.0
        known, total = self._library.word_document_frequency, self._library.passage_count()
        return grounds(question, hits, known, total, unrelated)

    def names(self, scope: Scope) -> tuple[str, ...]:
        """The collections and documents that a search is limited to, by name; empty for all there are."""
        if scope.everything:
            return ()
        chosen = [each.name for each in self._library.collections() if each.id in scope.collections]
        if scope.documents:
            chosen += [each.path.name for each in self._library.documents(Scope(documents=scope.documents))]
        return tuple(chosen)

    def _by_words(self, terms: Sequence[QueryTerm], scope: Scope, total: int) -> ByWords:
        """In a small library the index can't tell a rare word from a common one."""
        forms = forms_of(terms)
        frequencies = self._library.word_document_frequency(forms)
        if total >= LEAST_TOTAL:
            return self._matching(terms, scope), frequencies
        each = {form: self._matching([form], scope) for form in forms}
        return as_in_a_larger_library(each, frequencies, total), frequencies

    def _matching(self, terms: Sequence[QueryTerm | str], scope: Scope) -> dict[int, float]:
        match = match_query(terms)
        if not match:
            return {}
        return dict(self._library.search_words(match, weights=FIELD_WEIGHTS, scope=scope, limit=CANDIDATES))

    def _followed(
        self,
        question: str,
        terms: Sequence[QueryTerm],
        nearest: Nearest,
        ranked: Ranked,
        scale: Scale,
        allowed: Ids | None,
    ) -> Ranked:
        """The ranking with the best passages of the documents that the best passages name."""
        named = self._named(question, self._library.passages([id_ for id_, _ in ranked[:FOLLOWED]]))
        if not named:
            return ranked
        ids, home = self._library.passages_of(list(named))
        if allowed is not None:
            inside = are_among(ids, allowed)
            ids, home = ids[inside], home[inside]
        if not len(ids):
            return ranked
        documents = dict(zip(ids.tolist(), home.tolist(), strict=True))
        cosines = _pairs(nearest(NEAREST_OF_NAMED, ids))
        seen = {id_ for id_, _ in ranked}
        new = np.array(sorted(set(cosines) - seen), np.int64)
        words = self._library.score_words(forms_of(terms), FIELD_WEIGHTS, new)
        more = fuse(words, {id_: cosines[id_] for id_ in new.tolist()}, scale)
        return with_lent_scores(sorted([*ranked, *more], key=in_order), documents, named)

    def _named(self, question: str, passages: Sequence[Passage]) -> dict[int, int]:
        naming = names_followed(question, passages)
        known = self._library.named(naming)
        if not known:
            return {}
        frequencies = self._library.word_document_frequency(forms_of_names(known))
        total = self._library.passage_count()
        return documents_named(naming, known, passages, lambda key: is_telling(key, frequencies, total))

    def _vectors_share(self, question: str, cosines: Mapping[int, float], embedder: Embedder) -> float:
        nearest = self._library.passages(list(cosines)[:LOOKED_AT])
        foreign = foreign_share(question, embedder.identity.languages)
        return vectors_share(foreign, code_share(passage.text for passage in nearest))

    def _unrelated_cosine(self, embedder: Embedder, cancel: CancelToken) -> float:
        digest = embedder.identity.digest
        if digest not in self._unrelated:
            self._unrelated[digest] = unrelated_cosine(embedder, cancel)
        return self._unrelated[digest]

    def _hits(self, ranked: Sequence[tuple[int, Scores]], limit: int) -> tuple[Hit, ...]:
        """Twice as many as asked for are read, so that merged duplicates leave no gap."""
        chosen = dict(ranked[: 2 * limit])
        passages = self._library.passages(list(chosen))
        documents = self._library.documents_of(passages)
        hits = (
            Hit(passage, documents[passage.document_id], chosen[passage.id])
            for passage in passages
            if passage.document_id in documents  # else it was removed since the search began
        )
        return tuple(without_duplicates(hits, limit))


def _nearest(question: str, index: VectorIndex, embedder: Embedder, cancel: CancelToken) -> Nearest | None:
    """None while there is nothing to compare the question with."""
    if not len(index) or not question.strip():
        return None
    (vector,) = embedder.embed([question], cancel)
    return partial(index.search, vector)


def _by_vectors(nearest: Nearest | None, allowed: Ids | None, by_words: Future[ByWords]) -> dict[int, float]:
    """Cosines of the nearest passages, then of those found by words that have a vector."""
    if nearest is None:
        return {}
    cosines = _pairs(nearest(CANDIDATES, allowed))
    others = np.array([id_ for id_ in by_words.result()[0] if id_ not in cosines], np.int64)
    return cosines | _pairs(nearest(len(others), others))


def _pairs(found: Found) -> dict[int, float]:
    ids, scores = found
    return dict(zip(ids.tolist(), scores.tolist(), strict=True))
