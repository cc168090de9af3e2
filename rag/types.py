"""The nouns. Frozen values, standard library only; rows of the database never leave rag.store.

Offsets are code points. A document's text is its pages' texts joined by PAGE_BREAK; a Span counts in that text,
a Block and a TextBox count in their page's text. Numbers of pages and lines start at 1. The nouns of reading a file
are kept in rag.page_types and are had from here like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from local_models.types import Role
from rag.account import Account
from rag.page_types import CELL_SEPARATOR as CELL_SEPARATOR
from rag.page_types import HEADING_SEPARATOR as HEADING_SEPARATOR
from rag.page_types import PAGE_BREAK as PAGE_BREAK
from rag.page_types import Block as Block
from rag.page_types import BlockKind as BlockKind
from rag.page_types import Cell as Cell
from rag.page_types import Counting as Counting
from rag.page_types import Excerpt as Excerpt
from rag.page_types import HiddenText as HiddenText
from rag.page_types import Opened as Opened
from rag.page_types import Page as Page
from rag.page_types import PageSkipped as PageSkipped
from rag.page_types import TextBox as TextBox
from rag.page_types import Title as Title


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a document's text; `page` is the number of the page of its first character."""

    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person finds a passage in its source. Exactly the fields that fit the format are set.

    `keys` is the path to a value in a data file, "servers › eu › port". `parts` are the nearer places that a passage
    runs over, each from that character of its text on: so a quote of it tells its own, though the document has gone.
    """

    page: int | None = None
    last_page: int | None = None
    lines: tuple[int, int] | None = None
    cells: str | None = None
    slide: int | None = None
    chapter: str | None = None
    keys: str | None = None
    parts: tuple[tuple[int, Place], ...] = ()

    def __str__(self) -> str:
        if self.page is not None:
            return f"page {self.page}" if self.last_page in (None, self.page) else f"pages {self.page}–{self.last_page}"
        if self.lines is not None:
            first, last = self.lines
            lines = f"line {first}" if first == last else f"lines {first}–{last}"
            return f"{lines} · {self.keys}" if self.keys else lines
        if self.slide is not None:
            return f"slide {self.slide}"
        return self.cells or self.chapter or ""

    def as_json(self) -> dict[str, object]:
        """The stable JSON of the terminal: only what is set, and no parts."""
        pairs: dict[str, object | None] = {
            "page": self.page,
            "last_page": self.last_page if self.last_page != self.page else None,
            "lines": list(self.lines) if self.lines else None,
            "cells": self.cells,
            "slide": self.slide,
            "chapter": self.chapter,
            "keys": self.keys,
        }
        return {key: value for key, value in pairs.items() if value is not None}


class DocumentState(StrEnum):
    """How far a document has come. Words first: READ is searchable by words, COMPLETE by vectors too."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    COMPLETE = "complete"
    FAILED = "failed"
    QUARANTINED = "quarantined"


LEFT_OUT = (DocumentState.FAILED, DocumentState.QUARANTINED)
"""States with a reason: nothing of the file as it is now can be found."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the user's, as it was when it was read. `reason` says why it failed; sha256 of the file's bytes.

    QUARANTINED: reading it ended its reader, or all of Footnote; it is tried again when it changed, or when asked.
    `failure` is the code of what went wrong, empty while nothing did; `attempts` counts the readings of these bytes
    that were begun and ended in no state at all.
    """

    id: int
    path: Path
    title: str
    media_type: str
    sha256: str
    size: int
    state: DocumentState
    reason: str = ""
    pages: int = 0
    passages: int = 0
    added_at: datetime | None = None
    notices: tuple[str, ...] = ()
    failure: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of documents. `root` is the folder it stands for, or None when picked by hand."""

    id: int
    name: str
    root: Path | None
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is searched, cited and shown. `id` is 0 until the store has kept it.

    `text` is exactly the document's text at `span`. `heading` is the path of headings above it, joined by " › "; where
    the passage holds rows of a table without their header, this is the last of them (rag.titles.table_header).
    """

    id: int
    document_id: int
    ordinal: int
    text: str
    span: Span
    heading: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """What the word index holds of a passage: per field, the terms of rag.index.terms separated by spaces."""

    title: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Scores:
    """By origin. `words` is BM25 (>= 0), `vectors` cosine (-1 to 1), `fused` 0 to 1; None: not found by that leg.

    `lent` is a share of the fused score of the passage `named_by`, which names this one's document (rag.following);
    `reranked` is what a cross-encoder said, 0 to 1 (rag.reranking).
    """

    words: float | None
    vectors: float | None
    fused: float
    lent: float = 0.0
    named_by: int | None = None
    reranked: float | None = None

    @property
    def rank(self) -> float:
        """What passages are ordered by; `fused` alone says whether they speak to the question."""
        return self.fused + self.lent + (self.reranked or 0.0)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, with its document and scores. A hit has a passage; a passage has no score."""

    passage: Passage
    document: Document
    scores: Scores


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents are asked. Empty means all; `collections` and `documents` (ids) add up."""

    collections: frozenset[int] = frozenset()
    documents: frozenset[int] = frozenset()

    @property
    def everything(self) -> bool:
        return not self.collections and not self.documents


@dataclass(frozen=True, slots=True)
class Source:
    """A passage with its number in one conversation. It keeps text and place, so it outlives its document.

    `passage_id` is None once the document was read anew or removed, `document_id` once it was removed.
    """

    number: int
    passage_id: int | None
    document_id: int | None
    document: str
    path: Path
    heading: str
    place: Place
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a source that speaks to the question. `span` counts in the document's text; score 0 to 1.

    `found` are the very words in it that answer, where the span reader saw any, and `probability` that they do.
    """

    source: Source
    text: str
    span: Span
    score: float
    found: Span | None = None
    probability: float = 0.0

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the words found, these, and what is behind them; without any all of it stands before."""
        if self.found is None:
            return self.text, "", ""
        start, end = self.found.start - self.span.start, self.found.end - self.span.start
        return self.text[:start], self.text[start:end], self.text[end:]

    @property
    def found_text(self) -> str:
        """The words of `found`; empty without."""
        return self.parts[1]


class CitationOrigin(StrEnum):
    """Who attached the citation: the model's own [n] that survived the check, or the matching after generation."""

    MODEL = "model"
    MATCHED = "matched"


@dataclass(frozen=True, slots=True)
class Citation:
    """Characters [answer_start, answer_end) of an answer rest on `quote`, which stands at `quote_span` in the document.

    `support` is 0 to 1. The quote is kept, so the citation outlives its document.
    """

    source: Source
    answer_start: int
    answer_end: int
    quote: str
    quote_span: Span
    support: float
    origin: CitationOrigin


class SentenceVerdict(StrEnum):
    """Whether the sources carry a sentence of an answer. PARTLY: some of what it says stands there, and nothing against
    it; NOT_A_CLAIM: a question, a greeting, a fragment, code.
    """

    SUPPORTED = "supported"
    PARTLY = "partly"
    NOT_SUPPORTED = "not_supported"
    NOT_A_CLAIM = "not_a_claim"


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """Characters [start, end) of an answer, without their [n], and what the check says of them.

    `reason` says in plain words why the sentence is not supported, or only partly; empty if it is. `score` is 0 to 1.
    `quote` at `quote_span` of `source` is what was held against the sentence; None where nothing came near it.
    """

    start: int
    end: int
    verdict: SentenceVerdict
    reason: str = ""
    score: float = 0.0
    source: Source | None = None
    quote: str = ""
    quote_span: Span | None = None


class Mode(StrEnum):
    """How a question is answered: sentences only, a model held to the sources, or a model without documents."""

    QUOTES = "quotes"
    GROUNDED = "grounded"
    FREE = "free"


class MessageStatus(StrEnum):
    """STREAMING rows that a crash left behind become STOPPED at the next start."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. first_token_s is 0 when no model was asked."""

    retrieval_s: float = 0.0
    first_token_s: float = 0.0
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user reads. `text` is Markdown with [n]; when it abstained, `quotes` are the nearest passages'.

    `raw` is what the model wrote before the check: the next turn's prompt needs it, so that the KV cache holds.
    `confidence` is 0 to 1, None when nothing measured it. `sentences` are in order and empty where nothing was checked.
    `searched_for` is the question as it was searched and read, where that is not in the user's own words: a follow-up
    completed from the conversation; else empty.
    """

    text: str
    mode: Mode
    abstained: bool = False
    citations: tuple[Citation, ...] = ()
    sources: tuple[Source, ...] = ()
    quotes: tuple[Quote, ...] = ()
    notices: tuple[str, ...] = ()
    model: str = ""
    timings: Timings = Timings()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    confidence: float | None = None
    raw: str = ""
    account: Account | None = None
    sentences: tuple[CheckedSentence, ...] = ()
    searched_for: str = ""


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the user thinks of one answer. `reasons` are keys of rag.feedback.REASONS."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    comment: str = ""
    correction: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A node of a conversation's tree. `answer` is set for assistant messages that are not streaming any more.

    A failed one holds the text as far as it came, and the reason as its last notice. `siblings` are the messages with
    the same parent, itself included, oldest first.
    """

    id: int
    conversation_id: int
    parent: int | None
    role: Role
    content: str
    status: MessageStatus
    created_at: datetime
    mode: Mode | None = None
    answer: Answer | None = None
    feedback: Feedback | None = None
    siblings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation's head; its messages are read apart. `leaf` is the message the user last looked at."""

    id: int
    title: str
    mode: Mode
    scope: Scope
    created_at: datetime
    updated_at: datetime
    leaf: int | None = None
