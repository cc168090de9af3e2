"""Small documents for a real store: every passage is a page of its own, its words are its lower-case words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from local_models.types import EmbedderIdentity
from rag.store.database import FILE_NAME
from rag.store.library import Library
from rag.store.store import Store
from rag.types import (
    PAGE_BREAK,
    Document,
    Hit,
    Page,
    Passage,
    PassageTerms,
    Place,
    Scores,
    Span,
)

EMBEDDER = EmbedderIdentity("small", "digest-small", dimension=4, max_tokens=256, languages=("en",))
OTHER_EMBEDDER = EmbedderIdentity("other", "digest-other", dimension=3, max_tokens=128)


def new_store(folder: Path) -> Store:
    """An empty library in `folder`, made if missing. Tests that are about making or opening one use Store.open.

    What would be the same in each test of a process is done in the first: the revisions (0.13 s for each library) and
    the compiling of statements, which a program that stays open also does once (a quarter of what the tests take).
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_bytes(_empty_library())
    store = Store.open(folder)
    database, first = store._database, _first_engine()
    for engine in (database._engine, database._writing):
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return store


@cache
def _empty_library() -> bytes:
    with TemporaryDirectory() as folder:
        Store.open(Path(folder)).close()
        return (Path(folder) / FILE_NAME).read_bytes()


@cache
def _first_engine() -> Engine:
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        store.close()
        return store._database._engine


def pages_of(texts: Sequence[str]) -> list[Page]:
    return [Page(number, text) for number, text in enumerate(texts, start=1)]


def passages_of(texts: Sequence[str]) -> list[Passage]:
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        span = Span(start, start + len(text), ordinal + 1)
        passages.append(Passage(0, 0, ordinal, text, span, "Chapter", Place(page=ordinal + 1)))
        start += len(text) + len(PAGE_BREAK)
    return passages


def terms_of(texts: Sequence[str], title: str = "") -> list[PassageTerms]:
    return [PassageTerms(title.lower(), "chapter", text.lower()) for text in texts]


def add_document(library: Library, path: str, texts: Sequence[str], title: str = "Title") -> Document:
    """A document in state READ."""
    begun = library.begin(Path(path), media_type="text/plain", sha256=f"sha of {path}", size=1, title=title)
    return put_texts(library, begun, texts)


def put_texts(library: Library, document: Document, texts: Sequence[str]) -> Document:
    """Those texts in place of what the document had."""
    return library.replace(
        document.id,
        title=document.title,
        pages=pages_of(texts),
        passages=passages_of(texts),
        terms=terms_of(texts, document.title),
        sha256=document.sha256,
        size=document.size,
        media_type=document.media_type,
    )


def hits_of(library: Library, document: Document) -> list[Hit]:
    """All its passages, in order."""
    passages = library.document_passages(document.id, 0, document.passages)
    return [Hit(passage, document, Scores(words=1.0, vectors=None, fused=0.5)) for passage in passages]


def unit_vectors(count: int, identity: EmbedderIdentity = EMBEDDER) -> NDArray[np.float32]:
    """Each along one axis, in turn."""
    axes = np.eye(identity.dimension, dtype=np.float32)
    return axes[np.arange(count) % identity.dimension]
