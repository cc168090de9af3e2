"""A table of facts: one row a document, one column a question or the name of a field, each cell cited.

    column -> a line "Label: value" with that label, else -> search in the document -> span reader -> cell

A cell holds the very words found and how probable it is that they answer; it is empty where nothing says so. Needs no
language model. Knows nothing of how a table is shown or written to a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from local_models.cancel import CancelToken
from rag.events import Notice, Progress, RowsAdded
from rag.extraction import ORDER_BY_SPANS
from rag.report_types import ReportCell, ReportRequest, ReportRow, RowKind
from rag.reports.desk import Desk, JobEvent, Numbering, Stretch, passages_of, whole_words
from rag.reports.fields import field_of
from rag.support import analyse
from rag.types import Document, Passage, Scope

PASSAGES = 12
"""Passages of a document that are read for one cell."""

SURE_ENOUGH = 0.35
"""Probability of words from which they are told. Of 120 questions of SQuAD 2.0 asked of their own article 95 % have
words this probable, and none of them when asked of another article; on 80 other questions 92 % and none."""

LABELLED = 0.98
"""What a value behind its own label is told to be: the label is right, the line may still be about another thing."""

LONGEST_LINE, LONGEST_VALUE = 400, 160
"""Characters of a line that is looked at for a label, and of a value."""

NOT_FOUND = ReportCell("")

_ITEM_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.) ]*")
_LABEL = re.compile(
    r"^[\W_]*(?P<label>[^\W_][^:|\t\n]{1,60}?)[*_]{0,2}\s*(?::|\||\t|\s{3,}|\.{4,})[*_]{0,2}\s*"
    r"(?P<value>\S[^|\t\n]*)"
)


def tabulate(
    request: ReportRequest, documents: Sequence[Document], desk: Desk, cancel: CancelToken
) -> Iterator[JobEvent]:
    """Yield one row after the other. Raises ModelError without a span reader, WorkerDied, Cancelled."""
    columns = [topic.strip() for topic in request.topics if topic.strip()]
    numbering = Numbering()
    found = 0
    for done, document in enumerate(documents):
        yield Progress(done, len(documents), document.title)
        passages = passages_of(desk.library, document)
        cells = []
        for column in columns:
            cancel.check()
            cells.append(_cell(column, document, passages, numbering, desk, cancel))
            found += bool(cells[-1].text)
        yield RowsAdded((ReportRow(RowKind.FACTS, (ReportCell(document.title), *cells), document.title),))
    yield Notice(f"{found} of {len(columns) * len(documents)} cells were found; the others are empty.")


def _cell(
    column: str,
    document: Document,
    passages: Sequence[Passage],
    numbering: Numbering,
    desk: Desk,
    cancel: CancelToken,
) -> ReportCell:
    for passage in passages:
        labelled = _behind_label(column, document, passage)
        if labelled is not None:
            return ReportCell(labelled.text, (numbering.cite(labelled),), probability=LABELLED)
    field = field_of(column)
    scope = Scope(documents=frozenset({document.id}))
    hits = desk.retriever.retrieve(field.question, scope=scope, limit=PASSAGES, cancel=cancel).hits
    answers = desk.spans.find(field.question, [hit.passage.text for hit in hits], cancel)
    found = [
        (hit.scores.fused + ORDER_BY_SPANS * span.probability, span.probability, words)
        for hit, spans in zip(hits, answers, strict=True)
        for span in spans
        if span.probability >= SURE_ENOUGH
        and not _numbers_an_item(hit.passage.text, span.start, span.end)
        and field.fits((words := whole_words(Stretch(document, hit.passage, span.start, span.end))).text)
    ]
    if not found:
        return NOT_FOUND
    _, probability, words = max(found, key=lambda one: one[:2])
    return ReportCell(words.text, (numbering.cite(words),), probability=probability)


def _numbers_an_item(text: str, start: int, end: int) -> bool:
    """Whether the words are but the number of a section or of a list's item: "9" in "9. Insurance"."""
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip(" #*(") and bool(_ITEM_NUMBER.fullmatch(text[start : end + 1]))


def _behind_label(column: str, document: Document, passage: Passage) -> Stretch | None:
    """The value in a line whose label has the column's words and no others."""
    wanted = analyse(column).words
    start = 0
    for line in passage.text.split("\n"):
        match = _LABEL.match(line[:LONGEST_LINE])
        if match and wanted and analyse(match["label"]).words == wanted:
            value = match["value"].rstrip(" .*_;,")
            if value and len(value) <= LONGEST_VALUE:
                first = start + match.start("value")
                return Stretch(document, passage, first, first + len(value))
        start += len(line) + 1
    return None
