"""Asks the questions of a labelled set through the real pipeline, retrieval in the loop, and keeps what came of each.

    passages -> a document each, so that a citation can be told from its neighbour's    files -> as they are

Every question is asked of all passages or files of its set, in a conversation of its own. Knows the service only from
outside, as a user does, and nothing of scores.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.evaluation.answer_sets import AnswerSet, Question, page_place
from rag.evaluation.beir import write_entries
from rag.events import DocumentFailed, Finished, Progress
from rag.types import PAGE_BREAK, Answer, Citation, Mode


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. `cited` are the places where each citation's quote stands, in the citations' order."""

    question: Question
    answer: Answer
    cited: tuple[frozenset[str], ...]


class Examination:
    """One set in one library, which must hold nothing else: indexed once, asked in any mode."""

    def __init__(self, assistant: Assistant, data: AnswerSet, folder: Path) -> None:
        """Passages are written as files into `folder`."""
        self._assistant = assistant
        self._data = data
        self._folder = folder
        self._ids: Mapping[Path, str] = {}
        self._pages: dict[int, tuple[list[int], list[int]]] = {}

    def index(self, cancel: CancelToken) -> Iterator[Progress]:
        """Read and embed what is asked about. Raises UsageError for a file that can't be read, Cancelled."""
        self._ids = write_entries(self._data.passages, self._folder)
        for event in self._assistant.add([self._data.files or self._folder], cancel):
            if isinstance(event, DocumentFailed):
                raise UsageError(event.reason, f"“{event.path}” belongs to the set: the figures need it.")
            if isinstance(event, Progress):
                yield event
        yield from self._assistant.embed_pending(cancel)

    def ask(self, mode: Mode, cancel: CancelToken) -> Iterator[Progress | Outcome]:
        """Ask every question, an outcome each. Raises ModelError, WorkerDied, Cancelled."""
        for number, question in enumerate(self._data.questions):
            yield Progress(number, len(self._data.questions), f"Asking {self._data.name}, {mode.value}")
            answer = self._answer(question, mode, cancel)
            yield Outcome(question, answer, tuple(self._places(citation) for citation in answer.citations))

    def _answer(self, question: Question, mode: Mode, cancel: CancelToken) -> Answer:
        for event in self._assistant.ask(question.text, cancel, mode=mode):
            if isinstance(event, Finished):
                cancel.check()
                return event.answer
        raise UsageError("A question was given up before it was answered.", "Run the evaluation again.")

    def _places(self, citation: Citation) -> frozenset[str]:
        source = citation.source
        if source.path in self._ids:
            return frozenset({self._ids[source.path]})
        if source.document_id is None:
            return frozenset()
        starts, numbers = self._paging(source.document_id)
        first = bisect_right(starts, citation.quote_span.start) - 1
        last = bisect_right(starts, max(citation.quote_span.start, citation.quote_span.end - 1)) - 1
        return frozenset(page_place(source.path.name, page) for page in numbers[first : last + 1])

    def _paging(self, document: int) -> tuple[list[int], list[int]]:
        """Where each page of the document starts in its text, and the page's number."""
        if document not in self._pages:
            pages = self._assistant.pages(document)
            ends = accumulate(len(page.text) + len(PAGE_BREAK) for page in pages)
            self._pages[document] = ([0, *ends][: len(pages)], [page.number for page in pages])
        return self._pages[document]
