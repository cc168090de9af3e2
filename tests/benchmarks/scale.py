"""A library of a million passages: opening it, asking it, adding a file to it, and what it weighs.

    python -m tests.benchmarks scale --passages 1000000 --keep FOLDER

Making it takes ten minutes and 4.4 GB; with --keep it is made once, in as many runs as it needs. Times are told by the
clock and, because a busy computer stretches them, as processor time too, with the load that the computer had.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from numpy.typing import NDArray

from desktop.app import prepare_interpreter
from local_models.types import EmbedderIdentity
from rag.index.terms import asked_words, match_query, query_terms
from rag.index.vectors import VectorIndex
from rag.retrieval import CANDIDATES, FIELD_WEIGHTS
from rag.store import documents, vectors, words
from rag.store.database import Database
from rag.store.library import Library
from rag.store.packed_pages import PackedPages
from rag.store.store import Store
from rag.types import Page, Passage, Place, Scope, Span
from tests.benchmarks.figures import Figure
from tests.benchmarks.scale_corpus import (
    DIMENSION,
    PASSAGES_A_DOCUMENT,
    SpreadVectors,
    SyntheticLibrary,
    SyntheticQuestion,
    terms_of,
)

IDENTITY = EmbedderIdentity("synthetic", "synthetic-384", dimension=DIMENSION, max_tokens=256)
WARMING, ASKED = 50, 100
EXACT_ASKED = 100
PASSAGES_A_PAGE = 5
PAUSE_S = 0.1
"""Between two questions while the index is made: nobody asks without a pause."""
SPREAD_AT_MOST = 200_000
"""Vectors that do not cluster, kept in memory."""
AT_ONCE = 40
EVERYTHING = Scope()


def measure(passages: int = 200_000, keep: Path | None = None) -> Iterator[Figure]:
    """Figures as they are measured."""
    synthetic = SyntheticLibrary(passages)
    before = sys.getswitchinterval()
    prepare_interpreter()
    try:
        with TemporaryDirectory() as scratch:
            yield from _measure(keep or Path(scratch), synthetic)
    finally:
        sys.setswitchinterval(before)


def _measure(folder: Path, synthetic: SyntheticLibrary) -> Iterator[Figure]:
    _make(folder, synthetic)
    _index(folder)
    before = psutil.Process().memory_info().rss
    with _Timed() as opening:
        store = Store.open(folder)
        index = VectorIndex.open(folder / "index", store.library, IDENTITY)
    weight = psutil.Process().memory_info().rss - before
    try:
        name = f"{synthetic.passages:,} passages"
        if sys.platform != "win32":
            yield Figure(f"{name}: load of the computer, before", os.getloadavg()[0], "")
        yield Figure(f"{name}: open", opening.seconds, "s", asked="under 3 s")
        yield Figure(f"{name}: open, processor time", opening.processor, "s")
        yield Figure(f"{name}: memory a vector, the open library included", weight / len(index), "bytes", asked="450")
        yield from _asking(name, store.library, index, synthetic)
        yield from _adding(name, store.library, index)
        yield from _recalling(name, store.library, index, synthetic)
        yield from _asking_while_building(name, store.library, index, synthetic)
        yield from _recalling_where_nothing_clusters(min(synthetic.passages, SPREAD_AT_MOST))
    finally:
        index.close()
        store.close()


class _Timed:
    seconds = processor = 0.0

    def __enter__(self) -> _Timed:
        self._seconds, self._processor = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.processor = time.perf_counter() - self._seconds, time.process_time() - self._processor


def _asking(name: str, library: Library, index: VectorIndex, synthetic: SyntheticLibrary) -> Iterator[Figure]:
    questions = list(synthetic.questions(WARMING + ASKED))
    half = list(range(1, synthetic.documents // 2))
    tenth = list(range(1, synthetic.documents, 10))
    yield from _latencies(f"{name}: first {WARMING} questions, words and vectors", questions[:WARMING], library, index)
    asked = questions[WARMING:]
    yield from _latencies(f"{name}: question to hits", asked, library, index, asked_for="p95 under 60 ms")
    for kind, odd in synthetic.odd_questions(ASKED // 2).items():
        yield from _latencies(f"{name}: asked {kind}", odd, library, index, asked_for="p95 under 60 ms")
    for part, chosen in (("one file", [7]), ("every tenth file", tenth), ("half of the files", half)):
        scope = Scope(documents=frozenset(chosen))
        first, _ = _timed(lambda question: _ask(library, index, question, scope), questions[0])  # noqa: B023  (at once)
        yield Figure(f"{name}: asked of {part} for the first time", first * 1000, "ms")
        yield from _latencies(f"{name}: asked of {part}", asked[:50], library, index, scope=scope)
    legs: tuple[tuple[str, Callable[[SyntheticQuestion], object]], ...] = (
        ("words", lambda question: _by_words(library, question, EVERYTHING)),
        ("vectors", lambda question: index.search(question.vector, CANDIDATES)),
    )
    for leg, search in legs:
        yield from _percentiles(f"{name}: {leg} alone", [_timed(search, question) for question in asked])


def _asking_while_building(
    name: str, library: Library, index: VectorIndex, synthetic: SyntheticLibrary
) -> Iterator[Figure]:
    """The vector index is made anew beside the one that answers."""
    questions = cycle(synthetic.questions(ASKED))
    spent: list[tuple[float, float]] = []
    with _Timed() as building, ThreadPoolExecutor(1) as beside:
        built = beside.submit(index.rebuild)
        while not built.done() or not spent:
            spent.append(_timed(lambda question: _ask(library, index, question, EVERYTHING), next(questions)))
            time.sleep(PAUSE_S)
        built.result()
    yield Figure(f"{name}: vector index made anew beside it", building.seconds, "s")
    yield from _percentiles(f"{name}: question to hits meanwhile", spent)


def _latencies(
    name: str,
    questions: Sequence[SyntheticQuestion],
    library: Library,
    index: VectorIndex,
    *,
    scope: Scope = EVERYTHING,
    asked_for: str = "",
) -> Iterator[Figure]:
    def ask(question: SyntheticQuestion) -> float:
        return _ask(library, index, question, scope)

    yield from _percentiles(name, [_timed(ask, question) for question in questions], asked_for)


def _ask(library: Library, index: VectorIndex, question: SyntheticQuestion, scope: Scope) -> float:
    """What rag.retrieval asks of store and index for one question: words beside vectors, then the passages.

    Returns the processor time of the longest path in seconds: of words or of vectors, and of all the rest.
    """
    begun = time.thread_time()
    allowed = None if scope.everything else library.passage_ids(scope)
    library.passage_count()
    with ThreadPoolExecutor(1) as beside:
        by_words = beside.submit(lambda: (_by_words(library, question, scope), time.thread_time()))
        before = time.thread_time()
        nearest, _ = index.search(question.vector, CANDIDATES, allowed)
        by_vectors = time.thread_time() - before
        ranked, by_words_took = by_words.result()
    found = [id_ for id_, _ in ranked]
    others = np.setdiff1d(np.array(found, np.int64), nearest)
    index.search(question.vector, len(others), others)
    library.passages([*nearest[:10].tolist(), *found[:10]])
    return time.thread_time() - begun - by_vectors + max(by_vectors, by_words_took)


def _by_words(library: Library, question: SyntheticQuestion, scope: Scope) -> list[tuple[int, float]]:
    terms = asked_words(query_terms(question.text))
    library.word_document_frequency([form for term in terms for form in term.forms])
    return library.search_words(match_query(terms), weights=FIELD_WEIGHTS, scope=scope, limit=CANDIDATES)


def _timed(search: Callable[[SyntheticQuestion], object], question: SyntheticQuestion) -> tuple[float, float]:
    """Seconds by the clock, and of the processor: what the search says of its longest path, else all of it."""
    with _Timed() as spent:
        path = search(question)
    return spent.seconds, path if isinstance(path, float) else spent.processor


def _percentiles(name: str, spent: Sequence[tuple[float, float]], asked: str = "") -> Iterator[Figure]:
    clock, processor = np.array(spent).T * 1000
    yield Figure(f"{name}, p50", float(np.percentile(clock, 50)), "ms")
    yield Figure(f"{name}, p95", float(np.percentile(clock, 95)), "ms", asked=asked)
    yield Figure(f"{name}, p95 of processor time on the longest path", float(np.percentile(processor, 95)), "ms")


def _recalling_where_nothing_clusters(passages: int) -> Iterator[Figure]:
    """Vectors without topics and questions near to none of them: the nearest are barely nearer than others."""
    spread = SpreadVectors(passages)
    with TemporaryDirectory() as scratch:
        index = VectorIndex.open(Path(scratch), spread, IDENTITY, compact_from=1)
        index.settle()
        shares = []
        for question in spread.questions(EXACT_ASKED):
            nearest = np.argpartition(-spread.cosines(question), 9)[:10] + 1
            shares.append(len(set(nearest.tolist()) & set(index.search(question, CANDIDATES)[0].tolist()[:10])) / 10)
        index.close()
    name = f"{passages:,} vectors that do not cluster: recall@10 of exact search"
    yield Figure(name, float(np.mean(shares)), "", asked=">= 0.98")


def _recalling(name: str, library: Library, index: VectorIndex, synthetic: SyntheticLibrary) -> Iterator[Figure]:
    questions = list(synthetic.questions(EXACT_ASKED))
    even = np.arange(2, synthetic.passages, 2, dtype=np.int64)
    topical = np.arange(1, synthetic.passages // 20, dtype=np.int64)
    parts = {"": None, ", among every second": even, ", among the first twentieth": topical}
    exact = _exact(library, questions, list(parts.values()))
    for (part, allowed), nearest in zip(parts.items(), exact, strict=True):
        found = [index.search(question.vector, 10, allowed)[0].tolist() for question in questions]
        shares = [len(set(a) & set(b)) / 10 for a, b in zip(nearest.tolist(), found, strict=True)]
        yield Figure(f"{name}: recall@10 of exact search{part}", float(np.mean(shares)), "", asked=">= 0.98")
    yield Figure(f"{name}: words, first ten as by FTS5's own ranking", _agreement(library, questions[:25]), "")


def _exact(
    library: Library, questions: Sequence[SyntheticQuestion], parts: Sequence[NDArray[np.int64] | None]
) -> list[NDArray[np.int64]]:
    """The ten nearest to each question among each of the parts, shape (questions, 10)."""
    rows = np.stack([question.vector for question in questions])
    best = [(np.full((len(rows), 10), -1.0), np.zeros((len(rows), 10), np.int64)) for _ in parts]
    for some, found in library.vectors(IDENTITY.digest, 20_000):
        similar = rows @ found.T
        for at, allowed in enumerate(parts):
            inside = np.ones(len(some), np.bool_) if allowed is None else np.isin(some, allowed)
            scores = np.concatenate([best[at][0], similar[:, inside]], axis=1)
            ids = np.concatenate([best[at][1], np.broadcast_to(some[inside], (len(rows), inside.sum()))], axis=1)
            order = np.argpartition(-scores, 9, axis=1)[:, :10]
            best[at] = np.take_along_axis(scores, order, 1), np.take_along_axis(ids, order, 1)
    return [ids for _, ids in best]


def _agreement(library: Library, questions: Sequence[SyntheticQuestion]) -> float:
    shares = []
    for question in questions:
        match = match_query(asked_words(query_terms(question.text)))
        with library._database.read() as session:
            exact = words._search(session, match, weights=FIELD_WEIGHTS, scope=EVERYTHING, limit=10)
        found = _by_words(library, question, EVERYTHING)[:10]
        shares.append(len({id_ for id_, _ in exact} & {id_ for id_, _ in found}) / max(1, len(exact)))
    return float(np.mean(shares))


def _adding(name: str, library: Library, index: VectorIndex) -> Iterator[Figure]:
    """A file of 50 passages, read and embedded already, until words and vectors are searchable and saved."""
    other = SyntheticLibrary(PASSAGES_A_DOCUMENT, seed=99)
    with _Timed() as adding:
        document = library.begin(Path("/new.txt"), media_type="text/plain", sha256="new", size=1, title="new")
        texts = other.texts(0)
        document = library.replace(
            document.id,
            title="new",
            pages=_pages(texts),
            passages=_passages(texts),
            terms=terms_of(texts),
            sha256="new",
            size=1,
            media_type="text/plain",
        )
        ids = library.passage_ids(Scope(documents=frozenset({document.id})))
        generation = library.put_vectors(IDENTITY, ids.tolist(), other.vectors(0))
        index.add(ids, other.vectors(0), generation=generation)
        index.save()
    with _Timed() as removing:
        library.remove([document.id])
        index.remove(ids, generation=library.generation(IDENTITY.digest))
    yield Figure(f"{name}: add a file of {PASSAGES_A_DOCUMENT}", adding.seconds, "s", asked="under 1 s")
    yield Figure(f"{name}: remove it", removing.seconds, "s")


def _index(folder: Path) -> None:
    """Has the index file written, so that it is opened as after any other end."""
    with _opened(folder) as (library, index):
        index.settle()
        if len(index) != len(library.vector_ids(IDENTITY.digest)):
            index.refresh()
        index.save()


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Library, VectorIndex]]:
    store = Store.open(folder)
    index = VectorIndex.open(folder / "index", store.library, IDENTITY)
    try:
        yield store.library, index
    finally:
        index.close()
        store.close()


def _make(folder: Path, synthetic: SyntheticLibrary) -> None:
    """Goes on where an earlier run ended. Many files in a transaction: by the library's own way it takes an hour."""
    database = Database.open(folder)
    try:
        with database.read() as session:
            first = documents.count(session, EVERYTHING)
        for start in range(first, synthetic.documents, AT_ONCE):
            with database.write() as session:
                for number in range(start, min(start + AT_ONCE, synthetic.documents)):
                    texts, path = synthetic.texts(number), Path(f"/library/{number // 500:03}/{number:06}.txt")
                    described = {"media_type": "text/plain", "sha256": f"{number:064}"}
                    document = documents.begin(session, path, **described, size=1, title=f"{number:06}")
                    documents.put_pages(session, PackedPages(_pages(texts)).rows(document.id))
                    ids = documents.put_passages(session, document.id, _passages(texts))
                    words.put(session, ids, terms_of(texts))
                    documents.describe(session, document.id, **described, size=1, title=f"{number:06}", notices=())
                    vectors.put(session, IDENTITY, ids, synthetic.vectors(number))
    finally:
        database.close()


def _pages(texts: Sequence[str]) -> list[Page]:
    starts = range(0, len(texts), PASSAGES_A_PAGE)
    return [Page(at // PASSAGES_A_PAGE + 1, "\n\n".join(texts[at : at + PASSAGES_A_PAGE])) for at in starts]


def _passages(texts: Sequence[str]) -> list[Passage]:
    found, start = [], 0
    for ordinal, text in enumerate(texts):
        page = ordinal // PASSAGES_A_PAGE + 1
        found.append(Passage(0, 0, ordinal, text, Span(start, start + len(text), page), "", Place(page=page)))
        start += len(text) + 2
    return found
