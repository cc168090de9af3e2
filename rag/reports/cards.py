"""Flash cards from a document or one of its chapters: questions made by rule, kept only if they can be answered.

    sentences -> the central ones first -> questions (rag.reports.questions) -> asked of the span reader in the passage
    -> kept if it finds the same words

So a card is never a question whose answer is not in the text, and its answer has an exact place. Needs no language
model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from local_models.cancel import CancelToken
from local_models.types import FoundSpan
from rag.errors import UsageError
from rag.events import Notice, RowsAdded
from rag.report_types import ReportCell, ReportRequest, ReportRow, RowKind
from rag.reports.centrality import Scores, centrality, shares
from rag.reports.desk import Desk, JobEvent, Numbering, Stretch, embed_all
from rag.reports.questions import MadeQuestion, questions_from
from rag.reports.summary import Part, parts_of
from rag.types import Document, Passage

USUAL = 20
"""Cards when no number was given: what one learns in a sitting."""

TRIED = 6
"""Sentences with questions that are asked for each card wanted; about every second question survives."""

SAME = 0.5
"""Least share of characters that the words found and the answer have in common (of the shorter of both)."""

OFTEN = 4
"""Sentences that may hold a name which is asked for; in a long text one in a hundred."""

DEFINES, NAMES = 1.0, 0.5
"""What a definition is worth beside a sentence's centrality (0 to 1), and what a name loses against a figure."""

LEAST_PROBABILITY = 0.1
"""Of the words found: below it the reader guesses."""


def make_cards(
    request: ReportRequest, documents: Sequence[Document], desk: Desk, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Yield cards part by part. Raises UsageError for an unknown chapter, ModelError, WorkerDied, Cancelled."""
    parts = _below(request.chapter, parts_of(desk, documents))
    if request.chapter and not parts:
        raise UsageError(
            f"No heading has the words “{request.chapter}”.", "Give words of a heading, or leave the chapter out."
        )
    wanted = request.length or USUAL
    said = _said_often([sentence.text for part in parts for sentence in part.sentences])
    numbering = Numbering()
    asked: set[str] = set()
    made = 0
    owed = 0
    sizes = [len(part.sentences) for part in parts]
    done = 0
    for part, share in zip(parts, shares(sizes, wanted), strict=True):
        texts = [sentence.text for sentence in part.sentences]
        vectors = yield from embed_all(texts, desk.embedder, cancel, part.label, done=done, total=sum(sizes))
        done += len(texts)
        ordered = _best_first(part.sentences, centrality(vectors), said)
        rows = list(_cards(ordered, part.section, share + owed, asked, numbering, desk, cancel))
        owed += share - len(rows)
        made += len(rows)
        if rows:
            yield RowsAdded(tuple(rows))
    if not made:
        yield Notice("No card could be made: the rules are for English sentences with definitions, figures or names.")
    elif made < wanted:
        many = "card" if made == 1 else "cards"
        yield Notice(f"The text gave {made} {many}; more could not be checked against it.")


def _below(chapter: str, parts: Sequence[Part]) -> list[Part]:
    """What stands under headings with the words of `chapter`; everything without any."""
    wanted = chapter.casefold().strip()
    kept = [
        Part(part.section, tuple(one for one in part.sentences if wanted in one.passage.heading.casefold()))
        for part in parts
    ]
    return [part for part in kept if part.sentences]


def _said_often(texts: Sequence[str]) -> Callable[[str], bool]:
    """Whether words stand in so many sentences that a blank for them asks for nothing in particular."""
    everything = "\n".join(texts)
    most = max(OFTEN, len(texts) // 100)
    return lambda words: everything.count(words) > most


def _best_first(
    sentences: Sequence[Stretch], scores: Scores, said_often: Callable[[str], bool]
) -> list[tuple[Stretch, MadeQuestion]]:
    """Sentences with the best question of each: definitions, then figures, then names; central sentences first."""
    found = []
    for sentence, score in zip(sentences, scores, strict=True):
        made = [one for one in questions_from(sentence.text) if not (one.is_name and said_often(one.answer))]
        if made:
            worth = float(score) + (DEFINES if made[0].kind is RowKind.DEFINITION else 0.0)
            found.append((worth - (NAMES if made[0].is_name else 0.0), sentence, made[0]))
    found.sort(key=lambda one: -one[0])
    return [(sentence, question) for _, sentence, question in found]


def _cards(
    questions: Sequence[tuple[Stretch, MadeQuestion]],
    section: str,
    wanted: int,
    asked: set[str],
    numbering: Numbering,
    desk: Desk,
    cancel: CancelToken,
) -> Iterator[ReportRow]:
    """At most `wanted`, one a sentence, in reading order; none that was `asked` already."""
    kept: list[tuple[Stretch, MadeQuestion, float]] = []
    for sentence, made in questions[: TRIED * max(wanted, 1)]:
        if len(kept) >= wanted:
            break
        if made.text in asked:
            continue
        cancel.check()
        (found,) = desk.spans.find(made.asked, [sentence.passage.text], cancel)
        probability = _confirmed(made, sentence, found)
        if probability is not None:
            asked.add(made.text)
            kept.append((sentence, made, probability))
    kept.sort(key=lambda card: (card[0].passage.ordinal, card[0].start))
    for sentence, made, probability in kept:
        yield _row(sentence, made, probability, section, numbering)


def _confirmed(made: MadeQuestion, sentence: Stretch, found: Sequence[FoundSpan]) -> float | None:
    """How probable the words found are, if they are the answer's; None if others were found."""
    if not found or found[0].probability < LEAST_PROBABILITY:
        return None
    start, end = _answer_place(made, sentence)
    best = found[0]
    common = min(end, best.end) - max(start, best.start)
    return best.probability if common >= SAME * min(end - start, best.end - best.start) else None


def _answer_place(made: MadeQuestion, sentence: Stretch) -> tuple[int, int]:
    """The answer's code points in the passage, where the sentence may run over several lines."""
    start = _raw_place(sentence.passage, sentence, made.start)
    return start, _raw_place(sentence.passage, sentence, made.end - 1) + 1


def _raw_place(passage: Passage, sentence: Stretch, place: int) -> int:
    """Where character `place` of the sentence on one line stands in the passage."""
    position, seen, blank = sentence.start, -1, False
    while position < sentence.end:
        is_blank = passage.text[position].isspace()
        seen += not (is_blank and blank)
        if seen == place:
            return position
        blank = is_blank
        position += 1
    return sentence.end - 1


def _row(sentence: Stretch, made: MadeQuestion, probability: float, section: str, numbering: Numbering) -> ReportRow:
    start, end = _answer_place(made, sentence)
    answer = Stretch(sentence.document, sentence.passage, start, end)
    cells = (
        ReportCell(made.text),
        ReportCell(made.answer, (numbering.cite(answer),), probability=probability),
    )
    return ReportRow(made.kind, cells, section)
