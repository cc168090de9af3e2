"""A desk for jobs over whole documents: a real store and retriever, fake models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.types import GenerationRequest
from rag.events import ReportEvent, ReportFinished
from rag.index.terms import passage_terms
from rag.index.vectors import VectorIndex
from rag.report_types import Report, ReportRequest
from rag.reports.desk import Desk
from rag.reports.running import Reports
from rag.retrieval import Retriever
from rag.types import Document, Page, Passage, Place, Span
from tests.fakes.core import ScriptedGenerator, WordEmbedder, WordSpans
from tests.fakes.store import new_store

PAGE_BREAK = "\n\n"


class ReportRoom:
    """A library to which tests add documents, and the reports over it. `say` is what the language model says."""

    def __init__(self, folder: Path) -> None:
        self.store = new_store(folder)
        self.embedder = WordEmbedder()
        self.spans = WordSpans()
        self.say = "Nothing."
        self.generator = ScriptedGenerator(self._script)
        self.index = VectorIndex.open(folder / "index", self.store.library, self.embedder.identity)
        retriever = Retriever(self.store.library, self.index, self.embedder)
        self.desk = Desk(self.store.library, retriever, self.embedder, self.spans, self.generator)
        self.reports = Reports(self.desk, self.store.reports)

    def _script(self, _request: GenerationRequest) -> str:
        return self.say

    def add(self, title: str, pages: Sequence[str], headings: Sequence[str] = (), *, file: str = "") -> Document:
        """A document of which every page is a passage, under its heading if there is one; named as its title."""
        library = self.store.library
        begun = library.begin(
            Path(f"/docs/{file or title}.pdf"), media_type="application/pdf", sha256=file or title, size=1, title=title
        )
        passages, start = [], 0
        for ordinal, text in enumerate(pages):
            heading = headings[ordinal] if headings else ""
            place = Place(page=ordinal + 1)
            passages.append(Passage(0, 0, ordinal, text, Span(start, start + len(text), ordinal + 1), heading, place))
            start += len(text) + len(PAGE_BREAK)
        added = library.replace(
            begun.id,
            title=title,
            pages=[Page(number, text) for number, text in enumerate(pages, 1)],
            passages=passages,
            terms=[passage_terms(title, passage.heading, passage.text) for passage in passages],
            sha256=title,
            size=1,
            media_type="application/pdf",
        )
        self._embed()
        return added

    def make(self, request: ReportRequest, cancel: CancelToken | None = None) -> Report:
        """The report as it was finished."""
        *_, last = self.events(request, cancel)
        assert isinstance(last, ReportFinished)
        assert self.reports.report(last.report.id) == last.report
        return last.report

    def events(self, request: ReportRequest, cancel: CancelToken | None = None) -> Iterator[ReportEvent]:
        return self.reports.make(request, cancel or CancelToken())

    def _embed(self) -> None:
        library, identity = self.store.library, self.embedder.identity
        owed = [passage for passage, _ in library.pending(identity.digest, 1000)]
        ids = [passage.id for passage in owed]
        vectors = self.embedder.embed([passage.text for passage in owed], CancelToken())
        generation = library.put_vectors(identity, ids, vectors)
        self.index.add(ids, vectors, generation=generation)


def cited_text(report: Report, document_text: str) -> list[str]:
    """What stands in the document where each citation says its quote stands."""
    return [document_text[one.quote_span.start : one.quote_span.end] for one in report.citations()]
