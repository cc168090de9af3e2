"""The library of the fake of the service: four invented documents, and what a test adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from local_models.cancel import CancelToken
from rag.errors import NotFound
from rag.events import (
    AddEvent,
    AddFinished,
    DocumentAdded,
    DocumentFailed,
    Progress,
    Retrieved,
)
from rag.types import (
    Collection,
    Document,
    DocumentState,
    Excerpt,
    Hit,
    Page,
    Passage,
    Scope,
    Scores,
    Source,
    Span,
)
from tests.fakes.desktop_samples import sample_documents, sources_of
from tests.fakes.folders import FakeFolders
from tests.fakes.restaging import FakeRestaging

EVERYTHING = Scope()


class FakeLibrary:
    """`pace` is the pause between passages that are embedded, in seconds."""

    def __init__(self, data_dir: Path, *, pace: float) -> None:
        self.data_dir = data_dir
        self.pace = pace
        self.folders = FakeFolders()
        self.restaging = FakeRestaging()
        self._ids = 0
        self._documents = {document.id: document for document in sample_documents(data_dir)}
        self._collections = [Collection(1, "Flat", data_dir, 2), Collection(2, "Reports", None, 2)]

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        failed: list[DocumentFailed] = []
        for done, path in enumerate(paths):
            cancel.check()
            yield Progress(done, len(paths), path.name)
            if path.stat().st_size == 0:
                failed.append(DocumentFailed(path, f"“{path.name}” has no text in it.", "document_empty"))
                yield failed[-1]
                continue
            number = 1000 + self._next_id()
            document = replace(self._documents[2], id=number, path=path, title=path.stem, state=DocumentState.READ)
            self._documents[number] = document
            yield DocumentAdded(document, replaced=False)
        yield AddFinished(len(paths) - len(failed), 0, tuple(failed), 4 * (len(paths) - len(failed)))

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        cancel.check()
        yield AddFinished(0, len(document_ids), (), 0)

    def embed_pending(self, cancel: CancelToken) -> Iterator[Progress]:
        for done in range(5):
            cancel.check()
            cancel.wait(self.pace)
            yield Progress(done + 1, 5, "passages")

    def remove(self, document_ids: Sequence[int]) -> int:
        return sum(self._documents.pop(number, None) is not None for number in document_ids)

    def documents(self, scope: Scope = EVERYTHING) -> list[Document]:
        return [
            document for document in self._documents.values() if not scope.documents or document.id in scope.documents
        ]

    def document(self, document_id: int) -> Document:
        try:
            return self._documents[document_id]
        except KeyError:
            raise NotFound("This document is no longer in the library.") from None

    def pages(self, document_id: int, first: int = 1, last: int | None = None) -> list[Page]:
        self.document(document_id)
        return []

    def excerpts(self, document_id: int, span: Span) -> list[Excerpt]:
        self.document(document_id)
        return []

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        yield AddFinished(0, len(self._documents), (), 0)

    def remove_collection(self, collection_id: int) -> None:
        self._collections = [each for each in self._collections if each.id != collection_id]

    def collections(self) -> list[Collection]:
        return list(self._collections)

    def search(self, query: str, cancel: CancelToken, *, scope: Scope = EVERYTHING, limit: int = 10) -> Retrieved:
        return Retrieved(self._hits()[:limit], len(self._documents), 0.02)

    def _sources(self) -> tuple[Source, ...]:
        return sources_of(self._documents, self.data_dir)

    def _hits(self) -> tuple[Hit, ...]:
        return tuple(
            Hit(
                Passage(s.number, s.document_id or 0, s.number, s.text, s.span, s.heading, s.place),
                self._documents.get(s.document_id or 0, self._documents[1]),
                Scores(12.4 / s.number, 0.71 - 0.1 * s.number, 0.95 - 0.2 * s.number),
            )
            for s in self._sources()
        )

    def _next_id(self) -> int:
        self._ids += 1
        return self._ids
