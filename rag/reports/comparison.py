"""Two documents side by side: what is the same, changed, moved, or stands in one of them only.

    sentences of both -> equal runs (words) -> moved (words) -> between them pairs alike (meaning and words) -> rows

Headings are compared too: equal ones tell which sections belong together, however different these are. Only what is not
equal word for word is embedded, so two versions of a long contract take a second. Needs no language
model. Rows come in the order of the first document; a stop keeps those that are done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from rag.events import Notice, RowsAdded
from rag.report_types import ReportCell, ReportRequest, ReportRow, RowKind
from rag.reports.alignment import Stretches, equal_runs, moved, pairs_alike
from rag.reports.desk import Desk, JobEvent, Numbering, Stretch, embed_all, sentences_of
from rag.reports.difference import Difference, difference, key, masked_words
from rag.reports.export import names_of
from rag.types import Document

MOVED, FEWEST_WORDS = 0.9, 4
"""Share of words that a sentence found elsewhere has in common, and how many words it has at least: a short line such
as "See above." stands in many places."""

TOGETHER = 120
"""Sentences that are embedded and told at once: about half a second."""

EMPTY = ReportCell("")
Vector = NDArray[np.float32]


@dataclass
class _Side:
    """One of the two documents."""

    document: Document
    sentences: list[Stretch]
    keys: list[str]
    moved: dict[int, int] = field(default_factory=dict)
    """Sentence of this side -> sentence of the other, for those that stand elsewhere there."""


def compare(
    _request: ReportRequest, documents: Sequence[Document], desk: Desk, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Yield the rows as far as they are compared, then what was counted. Raises ModelError, WorkerDied, Cancelled."""
    first, second = (_side(document, desk) for document in documents)
    for side in (first, second):
        if not side.sentences:
            yield Notice(f"“{side.document.title}” has no text to compare.")
    numbering = Numbering()
    stretches = list(equal_runs(first.keys, second.keys))
    _find_moved(first, second, stretches)
    counted: Counter[RowKind] = Counter()
    figures = 0
    for group in _groups(stretches):
        vectors = yield from _embedded(first, second, group, desk, cancel)
        rows = [row for stretch in group for row in _rows(first, second, stretch, vectors, numbering)]
        for row in rows:
            counted[row.kind] += row.count
            figures += row.kind is RowKind.CHANGED and row.note != "wording"
        yield RowsAdded(tuple(rows))
    yield Notice(_told(counted, figures, documents))


def _side(document: Document, desk: Desk) -> _Side:
    sentences = sentences_of(desk.library, document, headings=True)
    return _Side(document, sentences, [key(sentence.text) for sentence in sentences])


def _find_moved(first: _Side, second: _Side, stretches: Sequence[Stretches]) -> None:
    """Those that stand in another gap of the other side; within a gap the pairing sees to it."""
    gaps = [stretch for stretch in stretches if not stretch.equal]
    gap_of_first = {place: n for n, gap in enumerate(gaps) for place in range(gap.first, gap.first_end)}
    gap_of_second = {place: n for n, gap in enumerate(gaps) for place in range(gap.second, gap.second_end)}
    pairs = moved(
        {place: frozenset(first.keys[place].split()) for place in gap_of_first},
        {place: frozenset(second.keys[place].split()) for place in gap_of_second},
        least=MOVED,
        fewest_words=FEWEST_WORDS,
    )
    for place, other in pairs.items():
        if gap_of_first[place] != gap_of_second[other]:
            first.moved[place], second.moved[other] = other, place


def _groups(stretches: Sequence[Stretches]) -> Iterator[list[Stretches]]:
    """Stretches that are done and told together: few enough to be told soon, enough to be embedded at once."""
    group: list[Stretches] = []
    size = 0
    for stretch in stretches:
        group.append(stretch)
        size += 0 if stretch.equal else stretch.first_end - stretch.first + stretch.second_end - stretch.second
        if size >= TOGETHER:
            yield group
            group, size = [], 0
    if group:
        yield group


def _embedded(
    first: _Side, second: _Side, group: Sequence[Stretches], desk: Desk, cancel: CancelToken
) -> Generator[JobEvent, None, dict[str, Vector]]:
    """The vectors of those sentences of the group that must be paired, by their text."""
    texts: dict[str, None] = {}
    for gap in group:
        ours, theirs = _unmoved(first, second, gap)
        if ours and theirs:
            texts |= dict.fromkeys(first.sentences[place].text for place in ours)
            texts |= dict.fromkeys(second.sentences[place].text for place in theirs)
    vectors = yield from embed_all(
        list(texts), desk.embedder, cancel, first.document.title, done=group[0].first, total=len(first.sentences)
    )
    return dict(zip(texts, vectors, strict=True))


def _unmoved(first: _Side, second: _Side, gap: Stretches) -> tuple[list[int], list[int]]:
    """The sentences on both sides of a gap that may belong together."""
    if gap.equal:
        return [], []
    ours = [place for place in range(gap.first, gap.first_end) if place not in first.moved]
    return ours, [place for place in range(gap.second, gap.second_end) if place not in second.moved]


def _rows(
    first: _Side, second: _Side, gap: Stretches, vectors: Mapping[str, Vector], numbering: Numbering
) -> list[ReportRow]:
    """The rows of an equal run, or of a gap between two, in the order of the first document."""
    if gap.equal:
        return [_same(first, second, gap, numbering)]
    ours, theirs = _unmoved(first, second, gap)
    paired: dict[int, int] = {}
    if ours and theirs:
        likeness = _likeness(
            [first.sentences[place].text for place in ours], [second.sentences[place].text for place in theirs], vectors
        )
        paired = {ours[row]: theirs[column] for row, column in pairs_alike(likeness)}
    rows: list[ReportRow] = []
    reached = gap.second
    section = first.sentences[gap.first - 1].heading if gap.first else ""
    for place in range(gap.first, gap.first_end):
        other = paired.get(place)
        section = first.sentences[place].heading
        if other is not None:
            rows += _added(second, range(reached, other), section, numbering)
            reached = other + 1
            rows.append(_changed(first, second, place, other, numbering))
        elif place in first.moved:
            rows.append(_moved(first, second, place, numbering))
        else:
            cell = numbering.quoted(first.sentences[place])
            rows.append(ReportRow(RowKind.ONLY_FIRST, (cell, EMPTY), first.sentences[place].heading))
    return rows + _added(second, range(reached, gap.second_end), section, numbering)


def _likeness(ours: Sequence[str], theirs: Sequence[str], vectors: Mapping[str, Vector]) -> NDArray[np.float64]:
    """Half the cosine of the two sentences, half the share of their words, numbers not told apart."""
    texts = [*ours, *theirs]
    rows = np.stack([vectors[text] for text in texts])
    cosines = rows[: len(ours)] @ rows[len(ours) :].T
    words = [masked_words(text) for text in texts]
    vocabulary = {word: n for n, word in enumerate(sorted(frozenset().union(*words)))}
    holds = np.zeros((len(words), len(vocabulary)), np.float32)
    for row, held in enumerate(words):
        holds[row, [vocabulary[word] for word in held]] = 1.0
    shared = holds[: len(ours)] @ holds[len(ours) :].T
    sizes = holds.sum(axis=1)
    dice = 2 * shared / np.maximum(sizes[: len(ours), None] + sizes[None, len(ours) :], 1)
    return np.asarray(0.5 * cosines + 0.5 * dice, dtype=np.float64)


def _same(first: _Side, second: _Side, run: Stretches, numbering: Numbering) -> ReportRow:
    """A run of equal sentences is one row: its first sentence and how many follow."""
    count = run.first_end - run.first
    cells = [numbering.quoted(side.sentences[place]) for side, place in ((first, run.first), (second, run.second))]
    return ReportRow(RowKind.SAME, tuple(cells), first.sentences[run.first].heading, count=count)


def _changed(first: _Side, second: _Side, place: int, other: int, numbering: Numbering) -> ReportRow:
    old, new = first.sentences[place], second.sentences[other]
    if first.keys[place] == second.keys[other]:
        return ReportRow(RowKind.SAME, (numbering.quoted(old), numbering.quoted(new)), old.heading)
    found: Difference = difference(old.text, new.text)
    cells = (numbering.quoted(old, marks=found.first), numbering.quoted(new, marks=found.second))
    return ReportRow(RowKind.CHANGED, cells, old.heading, found.note)


def _moved(first: _Side, second: _Side, place: int, numbering: Numbering) -> ReportRow:
    old, new = first.sentences[place], second.sentences[first.moved[place]]
    found = difference(old.text, new.text)
    note = f"moved; {found.note}" if found.first or found.second else "moved"
    cells = (numbering.quoted(old, marks=found.first), numbering.quoted(new, marks=found.second))
    return ReportRow(RowKind.MOVED, cells, old.heading, note)


def _added(second: _Side, places: range, section: str, numbering: Numbering) -> list[ReportRow]:
    """Those of the second document that nothing of the first stands for, under the heading at which they stand there.

    Moved ones are told at their old place. Where the first document has no heading yet, it is the second's.
    """
    return [
        ReportRow(
            RowKind.ONLY_SECOND,
            (EMPTY, numbering.quoted(second.sentences[place])),
            section or second.sentences[place].heading,
        )
        for place in places
        if place not in second.moved
    ]


def _told(counted: Counter[RowKind], figures: int, documents: Sequence[Document]) -> str:
    if not any(counted[kind] for kind in counted if kind is not RowKind.SAME):
        return f"No difference in words: all {counted[RowKind.SAME]} sentences are the same."
    changed = f"{counted[RowKind.CHANGED]} changed"
    if figures:
        changed += f" ({figures} of them in a number, a date, a name or the sense)"
    first, second = names_of(documents)
    return (
        f"{changed}, {counted[RowKind.ONLY_FIRST]} only in “{first}”, "
        f"{counted[RowKind.ONLY_SECOND]} only in “{second}”, {counted[RowKind.MOVED]} moved, "
        f"{counted[RowKind.SAME]} the same."
    )
