"""A run of the core over a data directory, with fakes of reader and embedder, whose index has a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from local_models.cancel import CancelToken, never
from rag.chunking import PASSAGE_TOKENS
from rag.events import DocumentAdded
from rag.index.terms import passage_terms
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.restaging import Restaging
from rag.store.staging import IndexChange
from rag.store.store import Store
from rag.types import Document, Page, Passage, PassageTerms, Span
from tests.fakes.core import LineReader, WordEmbedder

EMBEDDER = WordEmbedder()
COMPACT_FROM = 48
"""Vectors from which the index has a file here."""

HALF = 40
"""Tokens of a passage after the change of the index: half a line each."""


class Life:
    """Close it, also after an error; `prepare` gets the store as soon as it is open."""

    def __init__(self, data_dir: Path, folder: Path, prepare: Callable[[Store], None] = lambda _: None) -> None:
        self.data_dir = data_dir
        self.folder = folder
        self.store = Store.open(data_dir)
        try:
            prepare(self.store)
            self.index = self._index()
        except BaseException:
            self.store.close()
            raise
        library = self.store.library
        self.ingest = Ingest(library, LineReader(), EMBEDDER, self.index, lambda _: True, self.store.folders)
        self.restaging = Restaging(
            library,
            self.store.staging,
            HalfLines(),
            lambda _: WithTokenizer(),
            self._adopt,
            self.store.preferences.load,
        )

    def take_in(self, copies: Path | None = None) -> None:
        """Reads and embeds; puts a copy of the data directory as it is on the disk into `copies` again and again."""
        known = bool(self.store.library.collections())
        events = self.ingest.refresh(never()) if known else self.ingest.add([self.folder], never())
        for number, event in enumerate(events):
            if copies is not None and isinstance(event, DocumentAdded):
                shutil.copytree(self.data_dir, copies / f"reading-{number}")
        for number, _ in enumerate(self.ingest.embed_pending(never())):
            if copies is not None:
                shutil.copytree(self.data_dir, copies / f"embedding-{number}")
        self.index.settle()
        if copies is not None:
            shutil.copytree(self.data_dir, copies / "saved")

    def change(self) -> None:
        """Passages of half the length; goes on with a change that is under way."""
        if self.store.preferences.load().passage_tokens != HALF:
            self.restaging.begin(None, HALF)
            for _ in self.restaging.go_on(never()):
                pass
        self.index.settle()

    def close(self) -> None:
        self.index.close()
        self.store.close()

    def _index(self) -> VectorIndex:
        folder = self.data_dir / "index"
        return VectorIndex.open(folder, self.store.library, EMBEDDER.identity, compact_from=COMPACT_FROM)

    def _adopt(self, _: IndexChange) -> None:
        self.index.close()
        self.index = self._index()
        self.ingest.use_index(self.index)


class WithTokenizer(WordEmbedder):
    """rag.restaging.ChosenEmbedder."""

    tokenizer_json = Path()

    def unload(self) -> None:
        return


class HalfLines:
    """rag.restaging.Cutter: every half of a line is a passage."""

    def cut(
        self, document: Document, pages: Sequence[Page], tokenizer_json: Path, limit: int, cancel: CancelToken
    ) -> tuple[list[Passage], list[PassageTerms]]:
        assert limit < PASSAGE_TOKENS
        passages: list[Passage] = []
        start = 0
        for line in pages[0].text.split("\n"):
            middle = len(line) // 2
            for begin, end in ((0, middle), (middle, len(line))):
                span = Span(start + begin, start + end, 1)
                passages.append(Passage(0, 0, len(passages), line[begin:end], span))
            start += len(line) + 1
        return passages, [passage_terms(document.path.stem, "", passage.text) for passage in passages]

    def rest(self) -> None:
        return
