"""Every mention of a word or phrase with its place, and apart from these what is close to it in meaning.

Words are found in any case and by their stems, all of them: the word index names every passage that can hold one, and
each of these is read. Meaning is never exhaustive, so those rows are a kind of their own. Needs no language model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from local_models.cancel import CancelToken
from rag.events import Notice, Progress, RowsAdded
from rag.index.languages import ENGLISH, guess_language
from rag.index.terms import PlacedTerm, every_form, is_spaceless, match_query, placed_terms, query_terms
from rag.report_types import ReportCell, ReportRequest, ReportRow, RowKind
from rag.reports.desk import (
    Desk,
    JobEvent,
    Numbering,
    Stretch,
    embed_all,
    in_passage,
    is_heading,
    is_prose,
    on_one_line,
)
from rag.types import Document, Passage, Scope

EVERY = 1_000_000_000
"""More passages than any library has: the word index is asked for all."""

CLOSE, SHARE = 0.26, 0.6
"""Cosine from which a sentence is close in meaning to a word or phrase: at least the first, and at least that share of
the nearest sentence's. Set by eye on a lease, a handbook and a lecture: "noise" finds the quiet hours (0.27), "pets"
the dog and the small animals (0.48, 0.38); a word that has nothing to do with a text has 0.16 at most."""

CLOSEST = 20
"""Sentences close in meaning that are listed for one topic at most: behind these comes what is merely related."""

NEAREST = 30
"""Passages nearest to a topic whose sentences are looked at for that: about 1.5 s on 2 cores."""

READ_FOR_LANGUAGE = 4000
"""Characters of a document that tell its language."""


@dataclass(frozen=True, slots=True)
class _Topic:
    """What is looked for. `words` are its terms in one document's language, in order."""

    text: str
    words: tuple[PlacedTerm, ...]


def list_mentions(
    request: ReportRequest, documents: Sequence[Document], desk: Desk, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Yield the mentions document by document, then what is close in meaning. Raises WorkerDied, Cancelled."""
    topics = [" ".join(topic.strip(" \"'“”„«»").split()) for topic in request.topics]
    topics = [topic for topic in topics if topic]
    numbering = Numbering()
    counted: Counter[str] = Counter()
    found: set[tuple[int, int]] = set()
    candidates = _candidates(desk, topics, documents)
    for done, document in enumerate(documents):
        cancel.check()
        yield Progress(done, len(documents), document.title)
        rows = []
        for row, stretch in _mentions(document, candidates.get(document.id, ()), topics, numbering):
            rows.append(row)
            found.add((stretch.passage.id, stretch.start))
            counted[row.kind] += row.count
            counted["documents"] += len(rows) == 1
        if rows:
            yield RowsAdded(tuple(rows))
    yield Notice(_told(counted, topics))
    for topic in topics:
        rows = yield from _close(topic, documents, found, numbering, desk, cancel, several=len(topics) > 1)
        if rows:
            yield RowsAdded(tuple(rows))


def _candidates(desk: Desk, topics: Sequence[str], documents: Sequence[Document]) -> dict[int, list[Passage]]:
    """By document, the passages that hold the longest word of a topic, in reading order."""
    forms = {form for topic in topics for form in every_form(_telling_word(topic))}
    scope = Scope(documents=frozenset(document.id for document in documents))
    hits = desk.library.search_words(match_query(sorted(forms)), weights=(1, 1, 1), scope=scope, limit=EVERY)
    by_document: dict[int, list[Passage]] = {}
    for passage in desk.library.passages([id_ for id_, _ in hits]):
        by_document.setdefault(passage.document_id, []).append(passage)
    for passages in by_document.values():
        passages.sort(key=lambda passage: passage.ordinal)
    return by_document


def _telling_word(topic: str) -> str:
    words = [topic[term.start : term.end] for term in placed_terms(topic)]
    telling = {term.word for term in query_terms(topic) if not term.stop}
    return max(words, key=lambda word: (word.casefold() in telling, len(word)), default=topic)


def _mentions(
    document: Document, passages: Sequence[Passage], topics: Sequence[str], numbering: Numbering
) -> Iterator[tuple[ReportRow, Stretch]]:
    if not passages:
        return
    sample = " ".join(passage.text for passage in passages[:4])[:READ_FOR_LANGUAGE]
    language = guess_language(sample) or ENGLISH
    asked = [_Topic(topic, tuple(placed_terms(topic, language))) for topic in topics]
    for passage in passages:
        terms = list(placed_terms(passage.text, language))
        for sentence in in_passage(document, passage):
            inside = [term for term in terms if sentence.start <= term.start < sentence.end]
            for topic in asked:
                row = _row(sentence, topic, inside, numbering, several=len(asked) > 1)
                if row is not None:
                    yield row, sentence


def _row(
    sentence: Stretch, topic: _Topic, inside: Sequence[PlacedTerm], numbering: Numbering, *, several: bool
) -> ReportRow | None:
    """The sentence with its mentions marked and each cited; None where there is none."""
    spans = list(_phrases(topic, inside, sentence))
    kind, count = RowKind.WORDS, len(spans)
    if not spans:
        spans = _all_words(topic, inside)
        kind, count = RowKind.APART, 1
    if not spans:
        return None
    cited = [Stretch(sentence.document, sentence.passage, start, min(end, sentence.end)) for start, end in spans]
    marks = [_mark(sentence, stretch) for stretch in cited]
    if kind is RowKind.APART:
        cited = [sentence]
    cell = ReportCell(sentence.text, tuple(numbering.cite(stretch) for stretch in cited), tuple(marks))
    return ReportRow(kind, (cell,), sentence.document.title, topic.text if several else "", count)


def _phrases(topic: _Topic, inside: Sequence[PlacedTerm], sentence: Stretch) -> Iterator[tuple[int, int]]:
    """Where the topic's words stand side by side; in a script without spaces, where its very characters stand."""
    if is_spaceless(topic.text):
        yield from _characters(topic.text, sentence)
        return
    wanted = [word.forms[-1] for word in topic.words]
    for first in range(len(inside) - len(wanted) + 1):
        run = inside[first : first + len(wanted)]
        if wanted and all(form in term.forms for form, term in zip(wanted, run, strict=True)):
            yield run[0].start, run[-1].end


def _characters(topic: str, sentence: Stretch) -> Iterator[tuple[int, int]]:
    text, wanted = sentence.raw.lower(), topic.lower()
    start = text.find(wanted)
    while start >= 0:
        yield sentence.start + start, sentence.start + start + len(wanted)
        start = text.find(wanted, start + len(wanted))


def _all_words(topic: _Topic, inside: Sequence[PlacedTerm]) -> list[tuple[int, int]]:
    """The first place of each telling word of a phrase, if all stand in the sentence."""
    stops = {form for term in query_terms(topic.text) if term.stop for form in term.forms}
    wanted = [word.forms[-1] for word in topic.words if word.forms[-1] not in stops]
    if len(wanted) < 2:
        return []
    places = [next(((t.start, t.end) for t in inside if form in t.forms), None) for form in wanted]
    found = sorted({place for place in places if place is not None})
    return found if len(found) == len(set(wanted)) else []


def _mark(sentence: Stretch, found: Stretch) -> tuple[int, int]:
    return on_one_line(sentence.passage.text, sentence.start, sentence.end, (found.start, found.end))


def _close(
    topic: str,
    documents: Sequence[Document],
    found: set[tuple[int, int]],
    numbering: Numbering,
    desk: Desk,
    cancel: CancelToken,
    *,
    several: bool,
) -> Generator[JobEvent, None, list[ReportRow]]:
    """Sentences near the topic in meaning that do not have its words, the documents in their order."""
    by_id = {document.id: document for document in documents}
    ranked = desk.retriever.rank(topic, Scope(documents=frozenset(by_id)), cancel)
    nearest = sorted(ranked.vectors, key=lambda id_: -ranked.vectors[id_])[:NEAREST]
    passages = [passage for passage in desk.library.passages(nearest) if passage.document_id in by_id]
    sentences = [
        sentence
        for passage in passages
        for sentence in in_passage(by_id[passage.document_id], passage)
        if not is_heading(sentence) and is_prose(sentence)
    ]
    if not sentences:
        return []
    asked = desk.embedder.embed([topic], cancel)[0]
    vectors = yield from embed_all([one.text for one in sentences], desk.embedder, cancel, f"Close to “{topic}”")
    cosines = vectors @ asked
    least = max(CLOSE, SHARE * float(cosines.max()))
    near = [sentences[row] for row in np.argsort(-cosines, kind="stable") if cosines[row] >= least]
    best = [one for one in near if (one.passage.id, one.start) not in found][:CLOSEST]
    order = {document.id: place for place, document in enumerate(documents)}
    best.sort(key=lambda one: (order[one.document.id], one.passage.ordinal, one.start))
    note = topic if several else ""
    return [ReportRow(RowKind.MEANING, (numbering.quoted(one),), one.document.title, note) for one in best]


def _told(counted: Counter[str], topics: Sequence[str]) -> str:
    names = ", ".join(f"“{topic}”" for topic in topics)
    mentions = counted[RowKind.WORDS]
    if not mentions:
        told = f"{names} is not mentioned in these words."
    else:
        many = "mention" if mentions == 1 else "mentions"
        where = "document" if counted["documents"] == 1 else "documents"
        told = f"{mentions} {many} of {names} in {counted['documents']} {where}: these are all."
    if counted[RowKind.APART]:
        told += f" In {counted[RowKind.APART]} more the words stand apart."
    return told
