"""The embedder and the vector index that answer now, and how they give way to others while the program runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from local_models.embedders.child import ChildEmbedder
from local_models.embedders.current import CurrentEmbedder
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.retrieval import Retriever
from rag.store.library import Library
from rag.store.staging import IndexChange


class IndexInUse:
    """Holds them for one library; close it before the library."""

    def __init__(self, folder: Path, library: Library, embedder: CurrentEmbedder) -> None:
        """`folder` is where index files lie."""
        self._folder = folder
        self._library = library
        self.embedder = embedder
        library.use_embedder(embedder.identity)
        self.index = VectorIndex.open(folder, library, embedder.identity)

    def switch(self, embedder: ChildEmbedder, retriever: Retriever, ingest: Ingest) -> None:
        """Let this embedder and its vectors answer from now on. Called where nothing else writes the library."""
        before = self.embedder.now
        self.index.close()  # it goes on answering, and writes into no file that the next one has
        self._library.use_embedder(embedder.identity)
        self.index = VectorIndex.open(self._folder, self._library, embedder.identity)
        retriever.use(self.index, embedder)
        ingest.use_index(self.index)
        self.embedder.use(embedder)
        if before.identity.digest != embedder.identity.digest:
            before.unload()

    def close(self) -> None:
        """End what the index does in the background."""
        self.index.close()


def adopting(
    in_use: IndexInUse, embedder_of: Callable[[Path | None], ChildEmbedder], retriever: Retriever, ingest: Ingest
) -> Callable[[IndexChange], None]:
    """What Restaging calls when a change has taken over."""

    def adopt(change: IndexChange) -> None:
        in_use.switch(embedder_of(change.folder), retriever, ingest)

    return adopt
