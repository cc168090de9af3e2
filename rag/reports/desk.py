"""What every job over whole documents works with, and the one way it reads, cites and tells how far it is.

A job is a generator of JobEvents over a Desk; who runs it stores what it yields (rag.reports.running). Knows nothing
of SQL, of screens, or of any single job.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from local_models.cancel import CancelToken
from rag.chunking import heading_text
from rag.events import Delta, Notice, Progress, Reading, RowsAdded
from rag.ports import Embedder, SpanReader, Vectors
from rag.ports import Generator as LanguageModel
from rag.quoted_places import page_of
from rag.report_types import ReportCell, ReportRequest
from rag.retrieval import Retriever
from rag.sentences import sentences
from rag.store.library import Library
from rag.titles import headings_of
from rag.types import HEADING_SEPARATOR, Citation, CitationOrigin, Document, Passage, Source, Span
from rag.whole_names import whole_name

EMBEDDED_AT_ONCE = 64
"""Sentences between two looks at the cancel token and two steps of the progress: about 0.2 s on 2 cores."""

FEWEST_WORDS, MOST_WORDS = 5, 90
"""Of a sentence that can stand alone; what is longer was not cut right, a table or a list without stops."""

LETTERS = 0.62
"""The least share of letters and blanks in prose; tables, formulas and lines of dots have less."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDS = re.compile(r"[.!?…。！？।؟][\"'”’»)\]*_]*$")
_ITEM_MARK = re.compile(r"(?:[-*+•‣▪▫◦●○■□·–—►➢✓]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|_{4,}")


@dataclass(frozen=True, slots=True)
class WrittenBy:
    """A language model has begun to write in this report."""

    model: str


JobEvent = Progress | Notice | Reading | Delta | RowsAdded | WrittenBy


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts a job may use."""

    library: Library
    retriever: Retriever
    embedder: Embedder
    spans: SpanReader
    generator: LanguageModel


Job = Callable[[ReportRequest, Sequence[Document], Desk, CancelToken], Iterator[JobEvent]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters [start, end) of a passage's text: a sentence, or words in one."""

    document: Document
    passage: Passage
    start: int
    end: int

    @property
    def raw(self) -> str:
        """Exactly as it stands."""
        return self.passage.text[self.start : self.end]

    @property
    def text(self) -> str:
        """On one line."""
        return " ".join(self.raw.split())

    @property
    def heading(self) -> str:
        """The innermost heading above it."""
        return next(reversed(headings_of(self.passage.heading)), "")


def passages_of(library: Library, document: Document) -> list[Passage]:
    """All of them, in order."""
    return library.document_passages(document.id, 0, document.passages)


def sentences_of(library: Library, document: Document, *, headings: bool = False) -> list[Stretch]:
    """Every sentence of the document in reading order, with or without its headings."""
    return [
        sentence
        for passage in passages_of(library, document)
        for sentence in in_passage(document, passage)
        if headings or not is_heading(sentence)
    ]


def in_passage(document: Document, passage: Passage) -> list[Stretch]:
    """The passage's sentences, without the marks and numbers of list items."""
    spans = [(_behind_mark(passage.text, start, end), end) for start, end in sentences(passage.text)]
    return [Stretch(document, passage, start, end) for start, end in spans]


def _behind_mark(text: str, start: int, end: int) -> int:
    """Where the words of a list item begin; `start` where there is no mark, or nothing else."""
    mark = _ITEM_MARK.match(text, start, end)
    return mark.end() if mark and mark.end() < end else start


def whole_words(stretch: Stretch) -> Stretch:
    """The stretch with the words, numbers and names whole that it begins or ends in: a reader's tokens may be parts."""
    text, start, end = stretch.passage.text, stretch.start, stretch.end
    while start and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return Stretch(stretch.document, stretch.passage, start, whole_name(text, end))


def _joined(text: str, place: int) -> bool:
    """Whether the characters on both sides of `place` belong to one word or number."""
    before, after = text[place - 1], text[place]
    if _SPACELESS.match(before) or _SPACELESS.match(after):
        return False
    if before.isalnum() and after.isalnum():
        return True
    behind = text[place + 1 : place + 2]
    return before.isdigit() and after in ".,:" and behind.isdigit()


def is_heading(sentence: Stretch) -> bool:
    return heading_text(sentence.raw) in sentence.passage.heading.split(HEADING_SEPARATOR)


def is_prose(sentence: Stretch) -> bool:
    """True for a whole sentence in words: no row of a table, formula, line of contents, fragment or code."""
    text = sentence.text
    if not _ENDS.search(text) or _LEADERS.search(text):
        return False
    words = len(_WORD.findall(text)) + len(_SPACELESS.findall(text)) // 2
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        return False
    fitting = sum(char.isalpha() or char.isspace() for char in text)
    return fitting >= LETTERS * len(text) and not re.search(r"[{}\\=<>|]{2}|\w\(\)|https?://\S+$", text)


class Numbering:
    """Gives each cited passage its number in the report, from 1 on in the order of the citations."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}

    def source(self, document: Document, passage: Passage) -> Source:
        if passage.id not in self._sources:
            self._sources[passage.id] = Source(
                number=len(self._sources) + 1,
                passage_id=passage.id,
                document_id=document.id,
                document=document.title,
                path=document.path,
                heading=passage.heading,
                place=passage.place,
                text=passage.text,
                span=passage.span,
            )
        return self._sources[passage.id]

    def cite(self, stretch: Stretch, *, said: str | None = None, support: float = 1.0) -> Citation:
        """`said` is the text that rests on it; without one it is the stretch itself, on one line."""
        source = self.source(stretch.document, stretch.passage)
        start, end = source.span.start + stretch.start, source.span.start + stretch.end
        return Citation(
            source=source,
            answer_start=0,
            answer_end=len(said if said is not None else stretch.text),
            quote=stretch.raw,
            quote_span=Span(start, end, page_of(source, start)),
            support=support,
            origin=CitationOrigin.MATCHED,
        )

    def quoted(self, stretch: Stretch, *, marks: Sequence[tuple[int, int]] = ()) -> ReportCell:
        """A cell that holds the stretch and nothing else; `marks` count in its text on one line."""
        return ReportCell(stretch.text, (self.cite(stretch),), tuple(marks))


def embed_all(
    texts: Sequence[str], embedder: Embedder, cancel: CancelToken, label: str, *, done: int = 0, total: int = 0
) -> Generator[JobEvent, None, Vectors]:
    """Unit vectors of the texts, shape (len(texts), dimension), with progress on the way.

    `done` of `total` texts of the whole job stand before these; a `total` of 0 means that these are all.
    """
    vectors = np.zeros((len(texts), embedder.identity.dimension), np.float32)
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    for start in range(0, len(order), EMBEDDED_AT_ONCE):
        yield Progress(done + start, total or len(texts), label)
        cancel.check()
        batch = order[start : start + EMBEDDED_AT_ONCE]
        vectors[batch] = embedder.embed([texts[number] for number in batch], cancel)
    return vectors


def on_one_line(passage_text: str, start: int, end: int, inner: tuple[int, int]) -> tuple[int, int]:
    """Where characters `inner` of a passage stand in its stretch [start, end) once that is put on one line."""
    before = " ".join(passage_text[start : inner[0]].split())
    gap = bool(before) and passage_text[inner[0] - 1].isspace()
    found = " ".join(passage_text[inner[0] : inner[1]].split())
    first = len(before) + gap
    return first, min(first + len(found), len(" ".join(passage_text[start:end].split())))
