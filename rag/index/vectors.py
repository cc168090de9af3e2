"""The vector index: which passages lie nearest to a question.

It is a cache of the vectors the library keeps. It knows ids and numbers, no text and no documents, and never embeds.
While a library is small all its vectors are compared (rag.index.flat); a large one is kept as short codes that find
candidates, which the library's own vectors put in order (rag.index.compact). The change from one to the other happens
in the background, and until it is done the first one answers. What a crash or an older file leaves out is taken from
the library when the index is opened: the difference, not all of it.

A passage's vector never changes: the same embedder makes the same of the same text. So ids tell what is missing.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.errors import LibraryError
from rag.index.codes_file import CodesFile
from rag.index.compact import BLOCK, SAMPLE, CompactVectors, fits, train
from rag.index.flat import FlatVectors
from rag.index.found import Found, Ids
from rag.ports import Vectors

__all__ = ["Found", "Ids", "KeptVectors", "VectorIndex"]

COMPACT_FROM = 50_000
"""Vectors. Comparing so many one by one takes 10 ms and 40 MB, sweeping over their codes 1 ms and 5 MB."""

CANDIDATES = 75
"""Taken from the codes at least, and half as many again as are asked for: of the hundred nearest 99.7 % are then among
them, of the ten nearest all (docs/measurements.md)."""

FEW = 1_000
"""So many allowed passages are compared by the library's own vectors: 5 ms, and nothing is lost."""

AT_ONCE = 50_000
"""Vectors that opening waits for. More are brought in while the index already answers with what it has."""

_BATCH = 500
"""Vectors read, coded and added in one step: 0.8 MB, and a search in between waits for 10 ms at most."""

_GIVE_WAY_S = 0.2
"""After a search the next step waits so long: the question has more to ask of the processor than this index."""

_BLOCKS_A_RECORD = 4_096
"""13 MB of codes of 384 numbers, written in one piece."""

_SAVED_AFTER = 400
"""Blocks (12,800 vectors) that wait for `save` at most."""

_GAPS_SHARE = 4
"""Made anew when one row of so many is a gap, which costs time and memory; a smaller index than SAMPLE never is."""

_log = logging.getLogger(__name__)


class KeptVectors(Protocol):
    """What the index asks of the library."""

    def generation(self, digest: str) -> int:
        """A number that grows whenever the set of this embedder's vectors changes."""
        ...

    def vector_ids(self, digest: str) -> Ids:
        """The passages that have a vector of this embedder, ascending."""
        ...

    def chosen_vectors(self, digest: str, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
        """Those of the ids that have a vector, in any order, and the unit vectors, shape (n, dimension)."""
        ...


class VectorIndex:
    """Unit vectors of passages by passage id. Any thread may search while another adds or removes."""

    def __init__(
        self, folder: Path, kept: KeptVectors, identity: EmbedderIdentity, *, compact_from: int = COMPACT_FROM
    ) -> None:
        """An empty index of generation 0; use `open` to have what the library keeps."""
        self._path = folder / f"vectors-{hashlib.blake2b(identity.digest.encode(), digest_size=6).hexdigest()}.faiss"
        self._kept = kept
        self._identity = identity
        self._compact_from = compact_from if fits(identity.dimension) else None
        self._file = CodesFile(self._path, identity)
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._worker: threading.Thread | None = None
        self._generation = 0
        self._searched = -math.inf
        self._serving: FlatVectors | CompactVectors = FlatVectors(identity.dimension)
        self._coming: FlatVectors | CompactVectors | None = None
        self._filed: CompactVectors | None = None
        self._leaving: list[Ids] | None = None

    @classmethod
    def open(
        cls, folder: Path, kept: KeptVectors, identity: EmbedderIdentity, *, compact_from: int = COMPACT_FROM
    ) -> VectorIndex:
        """The index of this embedder's vectors. If much is missing in its file, it goes on filling in the background.

        To be closed before the library is.
        """
        index = cls(folder, kept, identity, compact_from=compact_from)
        index._forget_unknown_files(folder)
        codes = index._file.read()
        if codes is not None:
            index._serving = index._filed = codes
        index._bring_in()
        return index

    @property
    def generation(self) -> int:
        """The library's generation this index has."""
        return self._generation

    @property
    def identity(self) -> EmbedderIdentity:
        """Whose vectors these are."""
        return self._identity

    @property
    def compact(self) -> bool:
        """True when it finds candidates by codes."""
        return isinstance(self._serving, CompactVectors)

    def __len__(self) -> int:
        return len(self._serving)

    def add(self, passage_ids: Sequence[int] | Ids, vectors: Vectors, *, generation: int) -> None:
        """Add vectors, shape (n, dimension), as the library kept them in `generation`. Known ids are replaced."""
        ids = np.ascontiguousarray(passage_ids, dtype=np.int64)
        rows = np.ascontiguousarray(vectors, dtype=np.float32).reshape(len(ids), self._identity.dimension)
        with self._lock:
            for shape in self._shapes():
                shape.add(ids, rows)
            self._generation = generation
        self._improve()

    def remove(self, passage_ids: Sequence[int] | Ids, *, generation: int) -> None:
        """Forget these ids; unknown ones are passed over."""
        ids = np.ascontiguousarray(passage_ids, dtype=np.int64)
        with self._lock:
            if len(ids):
                for shape in self._shapes():
                    shape.remove(ids)
                if self._leaving is not None:
                    self._leaving.append(ids)
            self._generation = generation
        self._improve()

    def search(self, query: Vectors, limit: int, allowed: Ids | None = None) -> Found:
        """At most `limit` ids and their cosines, best first. `query`: a unit vector, shape (dimension,).

        `allowed`: the only ids that may be found, all when None. The best of them are found, however few they are.
        Raises LibraryError when a large library can't be read.
        """
        self._searched = time.monotonic()
        row = np.ascontiguousarray(query, dtype=np.float32).reshape(self._identity.dimension)
        if self.compact and allowed is not None and len(allowed) <= FEW:
            return self._in_order(row, allowed, limit)
        with self._lock:
            compact = self.compact
            found = self._serving.search(row, max(CANDIDATES, limit + limit // 2) if compact else limit, allowed)
        return self._in_order(row, found[0], limit) if compact else found

    def save(self) -> None:
        """Append to the file what it lacks; a small index has no file. Raises LibraryError, DiskFull."""
        with self._writing:
            with self._lock:
                shape = self._serving
            if not isinstance(shape, CompactVectors):
                return
            if self._filed is not shape:
                self._file.start(shape.prototypes)
                self._filed = shape
            while True:
                with self._lock:
                    blocks = shape.blocks(self._file.blocks, _BLOCKS_A_RECORD)
                if not len(blocks.ids):
                    return
                self._file.append(blocks)

    def rebuild(self) -> None:
        """Make the index anew from the library. Searches see the old one until then. The file is not written."""
        with self._making:
            fresh = self._fresh()
            with self._lock:
                self._coming, self._leaving = fresh, []
            try:
                generation = self._kept.generation(self._identity.digest)
                if self._fill(fresh, self._kept.vector_ids(self._identity.digest)):
                    with self._lock:
                        self._serving, self._generation = fresh, max(self._generation, generation)
            finally:
                with self._lock:
                    self._coming = self._leaving = None

    def refresh(self) -> None:
        """Take in what the library has changed without this index."""
        if self._generation != self._kept.generation(self._identity.digest):
            self._bring_in()

    def settle(self) -> None:
        """Wait until nothing is done in the background."""
        worker = self._worker
        if worker is not None:
            worker.join()

    def close(self) -> None:
        """End what is done in the background; the next start takes it up again. May be called twice."""
        self._closing.set()
        self.settle()

    def _shapes(self) -> list[FlatVectors | CompactVectors]:
        return [self._serving] if self._coming is None else [self._serving, self._coming]

    def _in_order(self, query: NDArray[np.float32], candidates: Ids, limit: int) -> Found:
        ids, vectors = self._kept.chosen_vectors(self._identity.digest, candidates)
        if not len(ids):  # also when the library has let go of this embedder while the next index is opened
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores = vectors @ query
        best = np.lexsort((ids, -scores))[: max(limit, 0)]
        return ids[best], scores[best]

    def _bring_in(self) -> None:
        """The difference between library and index: at once, or in the background when it is much."""
        with self._lock:
            known = self._serving.ids
        generation = self._kept.generation(self._identity.digest)
        stored = self._kept.vector_ids(self._identity.digest)
        gone, missing = _without(known, stored), _without(stored, known)
        with self._lock:
            if len(gone):
                self._serving.remove(gone)
            self._generation = generation
        if len(missing) > AT_ONCE or (not self.compact and self._is_large(len(stored))):
            self._start(self._bring_in_slowly)
        else:
            self._fill(self._serving, missing)
            self._improve()

    def _bring_in_slowly(self) -> None:
        with self._making:
            fresh = None if len(self) else self._fresh()
            with self._lock:
                self._serving = self._serving if fresh is None else fresh
                shape, self._leaving = self._serving, []
            try:
                missing = _without(self._kept.vector_ids(self._identity.digest), shape.ids)
                self._fill(shape, missing)
            finally:
                with self._lock:
                    self._leaving = None
        if not self.compact and self._is_large(len(self)):
            self.rebuild()
        self.save()

    def _fill(self, shape: FlatVectors | CompactVectors, missing: Ids) -> bool:
        """Whether it was done to the end. What is removed meanwhile is not brought back."""
        for start in range(0, len(missing), _BATCH):
            if time.monotonic() - self._searched < _GIVE_WAY_S:
                self._closing.wait(_GIVE_WAY_S)
            if self._closing.is_set():
                return False
            ids, rows = self._kept.chosen_vectors(self._identity.digest, missing[start : start + _BATCH])
            with self._lock:
                if self._leaving:
                    stay = ~np.isin(ids, np.concatenate(self._leaving))
                    ids, rows = ids[stay], rows[stay]
                if len(ids):
                    shape.add(ids, rows)
        return True

    def _fresh(self) -> FlatVectors | CompactVectors:
        """An empty shape that suits what the library keeps."""
        stored = self._kept.vector_ids(self._identity.digest)
        if not self._is_large(len(stored)):
            return FlatVectors(self._identity.dimension)
        sample = stored[:: -(-len(stored) // SAMPLE)]
        return CompactVectors(train(self._kept.chosen_vectors(self._identity.digest, sample)[1]))

    def _is_large(self, count: int) -> bool:
        return self._compact_from is not None and count >= self._compact_from

    def _improve(self) -> None:
        """Begin in the background what has become due."""
        shape = self._serving
        if isinstance(shape, CompactVectors):
            if shape.gaps > max(SAMPLE, shape.rows // _GAPS_SHARE):
                self._start(self._rebuild_and_save)
            elif self._filed is shape and shape.rows // BLOCK - self._file.blocks > _SAVED_AFTER:
                self._work(self.save)
        elif self._is_large(len(shape)):
            self._start(self._rebuild_and_save)

    def _rebuild_and_save(self) -> None:
        self.rebuild()
        self.save()

    def _start(self, task: Callable[[], None]) -> None:
        with self._lock:
            if self._closing.is_set() or (self._worker is not None and self._worker.is_alive()):
                return
            self._worker = threading.Thread(target=self._work, args=(task,), name="vector index")
            self._worker.start()

    def _work(self, task: Callable[[], None]) -> None:
        try:
            task()
        except LibraryError as error:  # a cache that can't be made or written is tried again at the next start
            _log.warning("%s", error.message)

    def _forget_unknown_files(self, folder: Path) -> None:
        """Of embedders whose vectors the library does not keep any more, of other formats, and what a kill left."""
        for half in folder.glob(".vectors*.faiss.*"):
            with suppress(OSError):
                half.unlink()
        for file in folder.glob("vectors*.faiss"):
            if file != self._path and not self._kept.generation(CodesFile.digest_of(file)):
                with suppress(OSError):
                    file.unlink()


def _without(ids: Ids, others: Ids) -> Ids:
    """Those that are not among the others; setdiff1d would look for repeated ones, in 2 s for a million."""
    return ids[~np.isin(ids, others)]
