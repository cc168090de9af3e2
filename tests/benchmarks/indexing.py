"""From a folder of 200 pages to the first word found, and to all vectors; passages per second."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.cancel import never
from local_models.embedders.folder import default_folder
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import DocumentAdded
from rag.titles import text_in_context
from rag.types import Scope
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

PAGES = 200


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        write_folder(folder, pages=PAGES)
        assistant = open_assistant(Path(scratch, "data"))
        try:
            return _measure(assistant, folder)
        finally:
            assistant.close()


def _measure(assistant: Assistant, folder: Path) -> list[Figure]:
    started = time.perf_counter()
    first = 0.0
    for event in assistant.add([folder], never()):
        if isinstance(event, DocumentAdded) and not first:
            assert assistant.store.library.search_words('"repair"', weights=(1, 1, 1), scope=Scope(), limit=1)
            first = time.perf_counter() - started
    words = time.perf_counter() - started
    for _ in assistant.embed_pending(never()):
        pass
    vectors = time.perf_counter() - started
    texts = _embedded_texts(assistant)
    ours = _pipeline_rate(assistant, folder.parent / "again", len(texts))
    return [
        Figure("add 200 pages: first words searchable", first, "s"),
        Figure("add 200 pages: all words searchable", words, "s"),
        Figure("add 200 pages: all vectors in (cold start of the children included)", vectors, "s"),
        Figure("indexing pipeline", ours, "passages/s", _library_rate(texts), "SentenceTransformer.encode", ">= 1.0x"),
    ]


def _embedded_texts(assistant: Assistant) -> list[str]:
    library = assistant.store.library
    documents = {document.id: document for document in library.documents()}
    passages = library.passages(library.passage_ids().tolist())
    return [text_in_context(documents[passage.document_id], passage) for passage in passages]


def _pipeline_rate(assistant: Assistant, folder: Path, expected: int) -> float:
    """Parsing, cutting, storing, embedding and indexing, with the children warm."""
    write_folder(folder, pages=PAGES, seed=8)
    started = time.perf_counter()
    before = assistant.store.library.passage_count()
    for _ in assistant.add([folder], never()):
        pass
    for _ in assistant.embed_pending(never()):
        pass
    added = assistant.store.library.passage_count() - before
    assert added > expected / 2
    return added / (time.perf_counter() - started)


def _library_rate(texts: list[str]) -> float:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(default_folder()), device="cpu")
    model.encode(texts[:8], show_progress_bar=False)
    started = time.perf_counter()
    model.encode(texts, show_progress_bar=False)
    return len(texts) / (time.perf_counter() - started)
