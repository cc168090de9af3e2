"""Another embedder, or passages of another length: told what it costs, made beside the index in use, taken over whole.

    cost -> begin -> stored pages -> cut anew -> staged passages -> embedded -> all there? -> taken over

While it is made the old index answers, documents come and go as ever, and it can be cancelled; a stop of the program
only interrupts it. Files are not read again. Knows nothing of SQL, FAISS or formats.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity
from rag.chunking import LEAST_PASSAGE_TOKENS, passage_limit
from rag.errors import ModelError, UsageError
from rag.events import IndexChanged, Progress
from rag.ingest import EMBED_AT_ONCE
from rag.ports import Vectors
from rag.right_of_way import PatientEmbedder, RightOfWay
from rag.store.library import Library
from rag.store.staging import IndexChange, Staging
from rag.titles import text_in_context
from rag.types import Document, Page, Passage, PassageTerms
from rag.user_types import Preferences

MEGABYTE = 1_000_000
SAMPLE_DOCUMENTS, SAMPLE_PAGES, SAMPLE_PASSAGES = 6, 20, 32
"""What is cut and embedded on trial to tell the cost: 2 to 4 s with the model's start."""

BYTES_BESIDE_TEXT = 400
"""Of a stored passage: its row, its place, the entries of indexes; from the size of a library of 20,000 passages."""

WORDS_PER_TEXT = 2.6
"""Bytes of a passage's terms, kept twice (staged and indexed), for each byte of its text."""


class Cutter(Protocol):
    """Cuts stored pages in a child."""

    def cut(
        self, document: Document, pages: Sequence[Page], tokenizer_json: Path, limit: int, cancel: CancelToken
    ) -> tuple[list[Passage], list[PassageTerms]]: ...

    def rest(self) -> None: ...


class ChosenEmbedder(Protocol):
    """rag.ports.Embedder with the file that tells its tokens."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    @property
    def tokenizer_json(self) -> Path: ...

    def embed(self, texts: Sequence[str], cancel: CancelToken) -> Vectors: ...

    def unload(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ChangeCost:
    """What a change would take: about so many passages and seconds, and bytes of disk while both indexes are there.

    `folder` None: the built-in embedder; `passage_tokens`: most tokens of a passage. `needed`: False when the index in
    use is already like that.
    """

    folder: Path | None
    identity: EmbedderIdentity
    passage_tokens: int
    documents: int
    passages: int
    seconds: float
    disk: int
    needed: bool = True

    def in_words(self) -> str:
        """For people: how many passages, how long, how much disk."""
        if not self.needed:
            return "The index is made like that already."
        if not self.documents:
            return "The library is empty, so the change takes no time."
        minutes = round(self.seconds / 60)
        long = f"about {minutes:,} minute{'s' if minutes > 1 else ''}" if minutes else "less than a minute"
        documents = f"{self.documents:,} document{'s' if self.documents > 1 else ''}"
        return (
            f"About {self.passages:,} passages of {documents} are made anew: {long} on this computer, and "
            f"{max(1, round(self.disk / MEGABYTE)):,} MB of disk until then. The index in use answers meanwhile."
        )


@dataclass(frozen=True, slots=True)
class ChangeState:
    """How far the change under way has come: documents still to be cut, passages made, those with a vector."""

    change: IndexChange
    documents_left: int
    passages: int
    embedded: int


class Restaging:
    """The changes of one library's index. `go_on` is a job of the write lane; the rest may be called from anywhere."""

    def __init__(
        self,
        library: Library,
        staging: Staging,
        cutter: Cutter,
        embedder_of: Callable[[Path | None], ChosenEmbedder],
        adopt: Callable[[IndexChange], None],
        preferences: Callable[[], Preferences],
        *,
        way: RightOfWay | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`embedder_of` gives the embedder of a folder (None: the built-in one) or raises ModelNotFound, ModelBroken.

        `adopt` is called when a change has taken over, so that the next question is asked of the new index.
        """
        self._library = library
        self._staging = staging
        self._cutter = cutter
        self._embedder_of = embedder_of
        self._adopt = adopt
        self._preferences = preferences
        self._way = way or RightOfWay()
        self._clock = clock

    def cost(self, folder: Path | None, passage_tokens: int, cancel: CancelToken) -> ChangeCost:
        """What it would take, from a trial on a few pages. `passage_tokens` 0: as suits the embedder.

        Changes nothing. Raises ModelNotFound, ModelBroken, UsageError, WorkerDied, Cancelled.
        """
        folder = folder and folder.expanduser().resolve()
        embedder, limit = self._chosen(folder, passage_tokens)
        extent = self._staging.extent()
        needed = not self._is_in_use(folder, embedder.identity, limit)
        if not extent.documents or not needed:
            return ChangeCost(folder, embedder.identity, limit, extent.documents, 0, 0.0, 0, needed)
        letters, sample = self._sample(embedder, limit, cancel)
        embedder.embed(sample[:1], cancel)  # loads the model
        started = self._clock()
        embedder.embed(sample, cancel)
        rate = len(sample) / max(self._clock() - started, 1e-6)
        passages = max(1, round(extent.characters * len(sample) / max(1, letters)))
        mean = sum(map(len, sample)) / len(sample)
        disk = round(passages * (mean * (2 + WORDS_PER_TEXT) + 4 * embedder.identity.dimension + 2 * BYTES_BESIDE_TEXT))
        return ChangeCost(folder, embedder.identity, limit, extent.documents, passages, passages / rate, disk)

    def begin(self, folder: Path | None, passage_tokens: int = 0) -> IndexChange:
        """Note what is wanted; `go_on` makes it. What was made for another change is dropped.

        Raises ModelNotFound, ModelBroken, UsageError.
        """
        folder = folder and folder.expanduser().resolve()
        embedder, limit = self._chosen(folder, passage_tokens)
        if self._is_in_use(folder, embedder.identity, limit):
            raise UsageError("The index in use is already made like that.", "Choose another embedder or length.")
        return self._staging.begin(folder, limit, embedder.identity)

    def state(self) -> ChangeState | None:
        """The change under way and how far it has come; None when there is none."""
        change = self._staging.change()
        return None if change is None else ChangeState(change, *self._staging.counts())

    def cancel(self) -> None:
        """Give the change up; the index in use stays. A `go_on` that runs ends by itself."""
        change = self._staging.change()
        self._staging.cancel()
        if change is not None and change.folder != self._folder_in_use():
            with suppress(ModelError):  # its folder has gone: there is nothing to unload
                self._embedder_of(change.folder).unload()

    def go_on(self, cancel: CancelToken) -> Iterator[Progress | IndexChanged]:
        """Make what is wanting, then let it take over; nothing happens without a change. Resumes after any stop.

        Yields Progress in passages, with no total while documents are cut and then of those that are embedded, and
        IndexChanged at the end. Raises Cancelled, WorkerDied, DiskFull; ModelNotFound or ModelBroken when the embedder
        has gone.
        """
        change = self._staging.change()
        if change is None:
            return
        embedder = self._embedder_of(change.folder)
        if embedder.identity.digest != change.identity.digest:  # its files were changed since
            change = self._staging.begin(change.folder, change.passage_tokens, embedder.identity)
        try:
            yield from self._cut(change, embedder, cancel)
            yield from self._embed(change, embedder, cancel)
        finally:
            self._cutter.rest()
        if self._staging.change() == change:
            _, passages, _ = self._staging.counts()
            yield Progress(passages, passages, "Taking over")
            self._way.give_way(cancel)
            self._adopt(self._staging.take_over())
            yield IndexChanged(change.identity, change.passage_tokens, passages)
        elif change.folder != self._folder_in_use():
            embedder.unload()

    def _chosen(self, folder: Path | None, passage_tokens: int) -> tuple[ChosenEmbedder, int]:
        if passage_tokens and passage_tokens < LEAST_PASSAGE_TOKENS:
            raise UsageError(
                f"Passages of {passage_tokens} tokens are too short to say anything.",
                f"Choose at least {LEAST_PASSAGE_TOKENS}.",
            )
        embedder = self._embedder_of(folder)
        return embedder, passage_limit(embedder.identity.max_tokens, passage_tokens)

    def _folder_in_use(self) -> Path | None:
        chosen = self._preferences().embedder
        return Path(chosen) if chosen else None

    def _is_in_use(self, folder: Path | None, identity: EmbedderIdentity, limit: int) -> bool:
        preferences = self._preferences()
        same_length = passage_limit(identity.max_tokens, preferences.passage_tokens) == limit
        return folder == self._folder_in_use() and same_length

    def _sample(self, embedder: ChosenEmbedder, limit: int, cancel: CancelToken) -> tuple[int, list[str]]:
        """Texts as they would be embedded, and how many characters of pages they come from."""
        letters = 0
        texts: list[str] = []
        for document in self._staging.sample(SAMPLE_DOCUMENTS):
            cancel.check()
            pages = self._library.pages(document.id, 1, SAMPLE_PAGES)
            passages, _ = self._cutter.cut(document, pages, embedder.tokenizer_json, limit, cancel)
            kept = passages[: -(-SAMPLE_PASSAGES // SAMPLE_DOCUMENTS)]
            letters += round(sum(len(page.text) for page in pages) * len(kept) / max(1, len(passages)))
            texts += [text_in_context(document, passage) for passage in kept]
        return letters, texts or ["nothing"]

    def _cut(self, change: IndexChange, embedder: ChosenEmbedder, cancel: CancelToken) -> Iterator[Progress]:
        while self._staging.change() == change and (document := self._staging.uncut()) is not None:
            self._way.give_way(cancel)
            _, made, _ = self._staging.counts()
            yield Progress(made, 0, document.title)
            pages = self._library.pages(document.id)
            cut = self._cutter.cut(document, pages, embedder.tokenizer_json, change.passage_tokens, cancel)
            self._staging.put(change, document.id, *cut)

    def _embed(self, change: IndexChange, embedder: ChosenEmbedder, cancel: CancelToken) -> Iterator[Progress]:
        _, total, done = self._staging.counts()
        patient = PatientEmbedder(embedder, self._way)
        while self._staging.change() == change and (batch := self._staging.pending(EMBED_AT_ONCE)):
            cancel.check()
            yield Progress(done, total, batch[0][1].title)
            vectors = patient.embed([text_in_context(document, passage) for passage, document in batch], cancel)
            self._staging.put_vectors(change, [passage.id for passage, _ in batch], vectors)
            done += len(batch)
