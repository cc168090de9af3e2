"""A summary of documents of any length: the sentences that say most, each quoted from its exact place.

    document -> parts by heading -> map: the most central sentences of each part -> reduce: the most telling of all

No language model is needed. Parts are yielded as they are done, so a stop keeps them. With `phrased` a larger model
writes instead (rag.reports.phrasing).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from local_models.cancel import CancelToken
from rag.events import Notice, RowsAdded
from rag.ports import Vectors
from rag.report_types import ReportRequest, ReportRow, RowKind
from rag.reports.centrality import Scores, centrality, choose, shares
from rag.reports.desk import Desk, JobEvent, Numbering, Stretch, embed_all, is_prose, sentences_of
from rag.reports.difference import key
from rag.reports.questions import stands_alone
from rag.titles import headings_of
from rag.types import HEADING_SEPARATOR, Document

LONGEST_PART, SHORTEST_PART = 150, 12
"""Sentences. A longer part is cut, as centrality compares all of it with all of it; a shorter one joins the next."""

FEWEST, MOST = 5, 40
"""Sentences of a summary whose length was not given: the square root of the document's between these."""

OVERVIEW = 4
"""Sentences that stand above the parts, when there are several."""

OPENING = 0.25
"""What the first sentence of a section is worth above the others; writers open with what a section is about."""

POINTING = 0.4
"""What a sentence loses that points at the one before it ("This is …", "However, …"): alone it is hard to read."""

THEME = 0.3
"""Weight of a sentence's nearness to the middle of the whole document, beside its centrality in its part."""


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences of one document that stand together, and what they are told under."""

    section: str
    sentences: tuple[Stretch, ...]

    @property
    def label(self) -> str:
        """What a progress bar calls it."""
        return self.section or self.sentences[0].document.title


def summarise(
    request: ReportRequest, documents: Sequence[Document], desk: Desk, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Quote the most central sentences of each part, then of everything. Raises ModelError, WorkerDied, Cancelled."""
    numbering = Numbering()
    parts = parts_of(desk, documents)
    yield from tell_unread(documents, parts)
    everything = [sentence for part in parts for sentence in part.sentences]
    given = shares([len(part.sentences) for part in parts], request.length or usual_length(len(everything)))
    picked: list[Stretch] = []
    picked_vectors: list[Vectors] = []
    middle = np.zeros(desk.embedder.identity.dimension, np.float32)
    done = 0
    for part, count in zip(parts, given, strict=True):
        texts = [sentence.text for sentence in part.sentences]
        vectors = yield from embed_all(texts, desk.embedder, cancel, part.label, done=done, total=len(everything))
        done += len(part.sentences)
        middle += vectors.sum(axis=0)
        before = np.concatenate(picked_vectors) if picked_vectors else None
        rows = choose(_worth(part.sentences, vectors, middle), vectors, count, before)
        if rows:
            picked += [part.sentences[row] for row in rows]
            picked_vectors.append(vectors[rows])
            yield RowsAdded(tuple(_quoted(part.sentences[row], part.section, numbering) for row in rows))
    if len(parts) > 1 and len(picked) > OVERVIEW:
        vectors = np.concatenate(picked_vectors)
        pointing = np.array([0.0 if stands_alone(sentence.text) else POINTING for sentence in picked])
        best = choose(_nearness(vectors, middle) - pointing, vectors, OVERVIEW)
        yield RowsAdded(tuple(ReportRow(RowKind.OVERVIEW, (numbering.quoted(picked[row]),)) for row in best))


def usual_length(sentences: int) -> int:
    return max(FEWEST, min(MOST, round(math.sqrt(sentences))))


def tell_unread(documents: Sequence[Document], parts: Sequence[Part]) -> Iterator[Notice]:
    """Which documents have no prose to summarise."""
    read = {sentence.document.id for part in parts for sentence in part.sentences}
    for document in documents:
        if document.id not in read:
            yield Notice(f"“{document.title}” has no whole sentences to summarise: a table, code, or a scan.")


def parts_of(desk: Desk, documents: Sequence[Document]) -> list[Part]:
    """The documents' prose in parts of a readable size, by their headings. What is said twice stands once."""
    said: set[str] = set()
    return [part for document in documents for part in _parts(desk, document, said, several=len(documents) > 1)]


def _parts(desk: Desk, document: Document, said: set[str], *, several: bool) -> Iterator[Part]:
    prose = []
    for sentence in sentences_of(desk.library, document):
        if is_prose(sentence) and key(sentence.text) not in said:
            said.add(key(sentence.text))
            prose.append(sentence)
    if prose:
        for part in _joined(_by_heading(prose, 1)):
            yield Part(_section(document, part, several=several), tuple(part))


def _by_heading(run: list[Stretch], depth: int) -> Iterator[list[Stretch]]:
    """The run's sections, the outermost first; one that is too long by its own sections, or in even pieces."""
    sections = [list(one) for _, one in groupby(run, key=lambda sentence: _path(sentence)[:depth])]
    if len(sections) == 1:
        deeper = any(len(_path(sentence)) > depth for sentence in run)
        yield from _by_heading(run, depth + 1) if deeper else _cut(run)
        return
    for section in _joined(sections):
        if len(section) > LONGEST_PART:
            yield from _by_heading(section, depth + 1)
        else:
            yield section


def _joined(runs: Iterable[list[Stretch]]) -> Iterator[list[Stretch]]:
    """Runs too short for a part go together with the next, the last one with the one before."""
    whole: list[list[Stretch]] = []
    waiting: list[Stretch] = []
    for run in runs:
        waiting = waiting + run
        if len(waiting) >= SHORTEST_PART:
            whole.append(waiting)
            waiting = []
    if waiting and whole and len(whole[-1]) + len(waiting) <= LONGEST_PART:
        whole[-1] = whole[-1] + waiting
    elif waiting:
        whole.append(waiting)
    yield from whole


def _cut(run: list[Stretch]) -> Iterator[list[Stretch]]:
    size = math.ceil(len(run) / math.ceil(len(run) / LONGEST_PART))
    for start in range(0, len(run), size):
        yield run[start : start + size]


def _path(sentence: Stretch) -> tuple[str, ...]:
    """The headings above it, the outermost first."""
    return tuple(headings_of(sentence.passage.heading))


def _section(document: Document, part: Sequence[Stretch], *, several: bool) -> str:
    """What all of the part stands under; from the first to the last heading where that is nothing."""
    first, last = (headings_of(one.passage.heading) or [""] for one in (part[0], part[-1]))
    common = [one for one, other in zip(first, last, strict=False) if one == other]
    inner = common[-1] if common and common[-1] != document.title else ""
    if not inner and first[-1]:
        inner = first[-1] if first[-1] == last[-1] or not last[-1] else f"{first[-1]} – {last[-1]}"
    if several:
        return HEADING_SEPARATOR.join(name for name in (document.title, inner) if name)
    return inner


def _worth(part: Sequence[Stretch], vectors: Vectors, middle: Vectors) -> Scores:
    opening = np.zeros(len(part))
    for _, run in groupby(range(len(part)), key=lambda row: part[row].passage.heading):
        opening[next(run)] = OPENING
    pointing = np.array([0.0 if stands_alone(sentence.text) else POINTING for sentence in part])
    worth: Scores = centrality(vectors) + THEME * _nearness(vectors, middle) + opening - pointing
    return worth


def _nearness(vectors: Vectors, middle: Vectors) -> Scores:
    """Cosine to the mean of everything read so far."""
    length = float(np.linalg.norm(middle)) or 1.0
    return (vectors @ (middle / length)).astype(np.float64)


def _quoted(sentence: Stretch, section: str, numbering: Numbering) -> ReportRow:
    return ReportRow(RowKind.POINT, (numbering.quoted(sentence),), section)
