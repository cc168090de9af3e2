"""Runs a job over whole documents and keeps what it finds, row by row.

    request -> checked, named, begun in the store -> the job's events, its rows stored as they come -> finished

A stop keeps what was found until then. Knows none of the jobs' ways, no SQL and no screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from local_models.cancel import CancelToken
from rag.errors import Cancelled, FootnoteError, UsageError
from rag.events import Notice, ReportEvent, ReportFinished, ReportStarted, RowsAdded
from rag.report_types import Report, ReportEnding, ReportHead, ReportKind, ReportRequest
from rag.reports.cards import make_cards
from rag.reports.comparison import compare
from rag.reports.desk import Desk, Job, WrittenBy, passages_of
from rag.reports.export import names_of
from rag.reports.facts import tabulate
from rag.reports.mentions import list_mentions
from rag.reports.phrasing import summarise_as_asked
from rag.store.reports import ReportShelf
from rag.titles import headings_of
from rag.types import Document, MessageStatus
from rag.wording import BUG

TITLE_LENGTH = 80
"""Characters of a report's name: one line in the list."""

_JOBS: dict[ReportKind, Job] = {
    ReportKind.SUMMARY: summarise_as_asked,
    ReportKind.COMPARISON: compare,
    ReportKind.MENTIONS: list_mentions,
    ReportKind.FACTS: tabulate,
    ReportKind.CARDS: make_cards,
}


@dataclass
class _Telling:
    """What has been told of a report while it is made."""

    notices: list[str] = field(default_factory=list)
    model: str = ""

    def ending(self, status: MessageStatus) -> ReportEnding:
        return ReportEnding(status, tuple(self.notices), self.model)


class Reports:
    """Makes reports and keeps them."""

    def __init__(self, desk: Desk, shelf: ReportShelf) -> None:
        self._desk = desk
        self._shelf = shelf

    def make(self, request: ReportRequest, cancel: CancelToken) -> Iterator[ReportEvent]:
        """Yield ReportStarted, then progress and rows, then ReportFinished; after a cancel with what there is.

        Raises UsageError for a request that asks for nothing, NotFound, ModelError, WorkerDied; rows are kept.
        """
        check(request)
        documents = _told_apart([self._desk.library.document(id_) for id_ in request.documents])
        begun = self._shelf.begin(request, title=title_of(request, documents), columns=columns_of(request, documents))
        yield ReportStarted(begun)
        telling = _Telling()
        try:
            yield from self._work(begun, documents, telling, cancel)
        except (Cancelled, GeneratorExit) as stop:
            report = self._shelf.finish(begun.id, telling.ending(MessageStatus.STOPPED))
            if isinstance(stop, GeneratorExit):
                raise
            yield ReportFinished(report, stopped=True)
        except FootnoteError as error:
            self._fail(begun, telling, str(error))
            raise
        except Exception:
            self._fail(begun, telling, BUG)
            raise
        else:
            yield ReportFinished(self._shelf.finish(begun.id, telling.ending(MessageStatus.COMPLETE)))

    def _fail(self, begun: Report, telling: _Telling, reason: str) -> None:
        """Keep the rows found until then: nobody makes it any more."""
        telling.notices.append(reason)
        self._shelf.finish(begun.id, telling.ending(MessageStatus.FAILED))

    def all(self) -> list[ReportHead]:
        """Newest first."""
        return self._shelf.reports()

    def report(self, report_id: int) -> Report:
        """Raises NotFound."""
        return self._shelf.report(report_id)

    def rename(self, report_id: int, title: str) -> None:
        """Raises UsageError for an empty name, NotFound."""
        if not title.strip():
            raise UsageError("The name is empty.", "Type a name for the report.")
        self._shelf.rename(report_id, " ".join(title.split()))

    def delete(self, report_id: int) -> None:
        """For good. Raises NotFound."""
        self._shelf.delete(report_id)

    def chapters(self, document_ids: Sequence[int]) -> list[str]:
        """The headings under which the documents have text, each once, in order."""
        documents = [self._desk.library.document(id_) for id_ in document_ids]
        return list(
            dict.fromkeys(
                heading
                for document in documents
                for passage in passages_of(self._desk.library, document)
                for heading in headings_of(passage.heading)
            )
        )

    def _work(
        self, begun: Report, documents: Sequence[Document], telling: _Telling, cancel: CancelToken
    ) -> Iterator[ReportEvent]:
        for event in _JOBS[begun.kind](begun.request, documents, self._desk, cancel):
            match event:
                case WrittenBy(model):
                    telling.model = model
                    continue
                case Notice(text):
                    telling.notices.append(text)
                case RowsAdded(rows):
                    self._shelf.add_rows(begun.id, rows)
                case _:
                    pass
            yield event
            cancel.check()


def check(request: ReportRequest) -> None:
    """Raise UsageError when the request lacks what its kind needs."""
    if not request.documents:
        raise UsageError("No document is chosen.", "Choose at least one document of the library.")
    if request.kind is ReportKind.COMPARISON and len(set(request.documents)) != 2:
        raise UsageError("A comparison needs exactly two documents.", "Choose the older one first, then the newer.")
    topics = [topic for topic in request.topics if topic.strip()]
    if request.kind is ReportKind.MENTIONS and not topics:
        raise UsageError("There is nothing to look for.", "Type a word or a phrase.")
    if request.kind is ReportKind.FACTS and not topics:
        raise UsageError("The table has no columns.", 'Name some, such as "Tenant" or "What is the monthly rent?".')
    if request.length < 0:
        raise UsageError(f"{request.length} is no length.", "Give a number above 0, or none.")


def title_of(request: ReportRequest, documents: Sequence[Document]) -> str:
    """What the report is called in the list."""
    names = " and ".join(document.title for document in documents)
    named = names if len(documents) <= 2 else f"{documents[0].title} and {len(documents) - 1} more"
    topics = ", ".join(topic.strip() for topic in request.topics)
    match request.kind:
        case ReportKind.SUMMARY:
            title = f"Summary of {named}"
        case ReportKind.COMPARISON:
            title = " compared with ".join(names_of(documents))
        case ReportKind.MENTIONS:
            title = f"Mentions of {topics}"
        case ReportKind.FACTS:
            title = f"Table: {topics}"
        case ReportKind.CARDS:
            title = f"Cards from {request.chapter or named}"
    title = " ".join(title.split())
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def _told_apart(documents: Sequence[Document]) -> list[Document]:
    """With names by which every row, section and footnote says which of two leases of one title it means."""
    return [replace(document, title=name) for document, name in zip(documents, names_of(documents), strict=True)]


def columns_of(request: ReportRequest, documents: Sequence[Document]) -> tuple[str, ...]:
    """What the cells of a row are."""
    match request.kind:
        case ReportKind.SUMMARY:
            return ("Sentence",)
        case ReportKind.COMPARISON:
            return tuple(names_of(documents))
        case ReportKind.MENTIONS:
            return ("Mention",)
        case ReportKind.FACTS:
            return ("Document", *(topic.strip() for topic in request.topics if topic.strip()))
        case ReportKind.CARDS:
            return ("Question", "Answer")
