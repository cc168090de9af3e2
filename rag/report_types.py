"""What comes out of a job over whole documents: a report of rows, each of them cited.

All five kinds share this one shape, so that they are kept, shown and exported by the same code. Frozen values, as in
rag.types; rows of the database never leave rag.store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rag.types import Citation, MessageStatus


class ReportKind(StrEnum):
    """Which job made the report."""

    SUMMARY = "summary"
    COMPARISON = "comparison"
    MENTIONS = "mentions"
    FACTS = "facts"
    CARDS = "cards"


class RowKind(StrEnum):
    """What a row says of its cells; each kind of report has its own.

    Summary: OVERVIEW (of everything) and POINT. Comparison: CHANGED, ONLY_FIRST, ONLY_SECOND, MOVED and SAME (a run of
    sentences). Mentions: WORDS, APART (all words in one sentence, not side by side) and MEANING. Facts: FACTS.
    Cards: BLANK and DEFINITION.
    """

    OVERVIEW = "overview"
    POINT = "point"
    CHANGED = "changed"
    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"
    MOVED = "moved"
    SAME = "same"
    WORDS = "words"
    APART = "apart"
    MEANING = "meaning"
    FACTS = "facts"
    BLANK = "blank"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What the user asked for. `documents` are ids in the order they are read; two for a comparison, old before new.

    `topics` are the words looked for, or a table's questions and field names. `length` is the number of sentences or
    cards, 0 for as many as suit the text. `chapter` keeps cards to passages under that heading. `phrased` lets the
    language model write a summary; without it sentences are quoted.
    """

    kind: ReportKind
    documents: tuple[int, ...]
    topics: tuple[str, ...] = ()
    length: int = 0
    chapter: str = ""
    phrased: bool = False


@dataclass(frozen=True, slots=True)
class ReportCell:
    """A text and what it rests on. `marks` are code points [start, end) of it that stand out: the words found, what
    differs. `probability`, 0 to 1, that a span found is right; None where nothing was estimated.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """`section` is what rows are grouped under: a heading or a document. `note` says what differs or which topic it is.
    `count` is how many sentences a SAME row stands for.
    """

    kind: RowKind
    cells: tuple[ReportCell, ...]
    section: str = ""
    note: str = ""
    count: int = 1

    def citations(self) -> Iterator[Citation]:
        """Of all cells, in order."""
        for cell in self.cells:
            yield from cell.citations


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is stored. `columns` name the cells of a row. `model` is empty when no language model wrote."""

    id: int
    title: str
    request: ReportRequest
    status: MessageStatus
    created_at: datetime
    columns: tuple[str, ...] = ()
    rows: tuple[ReportRow, ...] = ()
    notices: tuple[str, ...] = ()
    model: str = ""

    @property
    def kind(self) -> ReportKind:
        return self.request.kind

    def citations(self) -> Iterator[Citation]:
        """Of all rows, in order."""
        for row in self.rows:
            yield from row.citations()


@dataclass(frozen=True, slots=True)
class ReportHead:
    """A report in a list, without its rows."""

    id: int
    title: str
    kind: ReportKind
    status: MessageStatus
    created_at: datetime
    rows: int = 0


@dataclass(frozen=True, slots=True)
class ReportEnding:
    """How a report ended: what to tell, and who wrote."""

    status: MessageStatus
    notices: tuple[str, ...] = field(default=())
    model: str = ""
