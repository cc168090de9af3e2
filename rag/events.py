"""What long jobs yield, in the order they happen. A job is a plain generator that takes a cancel token.

The terminal prints them, the window emits them, a test collects them with list().
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local_models.types import EmbedderIdentity
from rag.report_types import Report, ReportRow
from rag.types import Answer, Citation, Document, Hit, Quote, Source


@dataclass(frozen=True, slots=True)
class Progress:
    """done of total (0: not known yet) and what is being worked on."""

    done: int
    total: int
    label: str
    share: float = 0.0
    """Of the work, 0 to 1, where files or passages differ much in what they take; 0: not known."""


@dataclass(frozen=True, slots=True)
class IndexChanged:
    """The index was made anew and answers from now on: by this embedder, its passages of at most so many tokens."""

    embedder: EmbedderIdentity
    passage_tokens: int
    passages: int


@dataclass(frozen=True, slots=True)
class FilesWaiting:
    """So many files are about to be read, and known as waiting from now on."""

    files: int


@dataclass(frozen=True, slots=True)
class DocumentAdded:
    """The document can be found by words from now on. `replaced`: it was here in an older state."""

    document: Document
    replaced: bool


@dataclass(frozen=True, slots=True)
class DocumentUnchanged:
    document: Document


@dataclass(frozen=True, slots=True)
class DocumentMoved:
    """The same bytes were found at another place: the document is there now, with all that was known of it."""

    document: Document
    before: Path


@dataclass(frozen=True, slots=True)
class DocumentFailed:
    """One file was left out; the rest goes on. `reason` is a sentence for the user.

    `known`: it was left out before for the same bytes, and was not tried again.
    """

    path: Path
    reason: str
    code: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`count` files or folders that were not looked into, and why, in words; some of them by path.

    `advice`: a sentence that says how to have them read after all, where that can be done.
    """

    reason: str
    count: int
    paths: tuple[Path, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class AddFinished:
    """The sum of an add. `passages` counts new ones, `skipped` files in folders of formats that are not read,
    `removed` documents whose file has gone from its folder, `moved` those that were found at another place.
    `left_out` are files that nobody tried, by reason; `away` folders that can't be reached now.
    """

    added: int
    unchanged: int
    failed: tuple[DocumentFailed, ...]
    passages: int
    skipped: int = 0
    removed: int = 0
    moved: int = 0
    left_out: tuple[LeftOut, ...] = ()
    away: tuple[Path, ...] = ()


AddEvent = Progress | FilesWaiting | DocumentAdded | DocumentMoved | DocumentUnchanged | DocumentFailed | AddFinished


@dataclass(frozen=True, slots=True)
class AskStarted:
    """The question and the (still empty) answer are stored under these ids; `free`: it is made without documents."""

    conversation_id: int
    question_id: int
    answer_id: int
    free: bool = False


@dataclass(frozen=True, slots=True)
class SearchedFor:
    """What is searched in place of the question's own words: a follow-up completed, or what the user put there."""

    text: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The best hits, best first; `documents_searched` counts the documents in scope.

    `relevant` is False when nothing found speaks to the question; the hits are then only the nearest.
    `passages_searched` counts the passages in scope; `problem` says why they were not reranked as the user wants it.
    """

    hits: tuple[Hit, ...]
    documents_searched: int
    seconds: float
    relevant: bool = True
    passages_searched: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The sources given to this turn, and the best sentences in them; shown at once."""

    sources: tuple[Source, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The model reads the prompt: tokens done of total."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer as the model writes it. The final text may differ: made-up numbers are dropped."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """The checked text of the answer and its citations."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One calm sentence the user should know: history left out, the CPU used instead of the GPU, a model restarted."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer as it is stored under `answer_id`. `stopped`: kept as far as it came."""

    answer_id: int
    answer: Answer
    stopped: bool = False


AskEvent = AskStarted | SearchedFor | Retrieved | Quoted | Reading | Delta | Cited | Notice | Finished


@dataclass(frozen=True, slots=True)
class DraftSuggested:
    """The whole suggestion at the end of a drafting job; nothing was replaced yet."""

    text: str


DraftEvent = Reading | Delta | Notice | DraftSuggested


@dataclass(frozen=True, slots=True)
class ReportStarted:
    """The (still empty) report is stored under its id."""

    report: Report


@dataclass(frozen=True, slots=True)
class RowsAdded:
    """More rows of a report, stored already; shown at once."""

    rows: tuple[ReportRow, ...]


@dataclass(frozen=True, slots=True)
class ReportFinished:
    """The report as it is stored. `stopped`: kept as far as it came."""

    report: Report
    stopped: bool = False


ReportEvent = ReportStarted | Progress | Notice | Reading | Delta | RowsAdded | ReportFinished
