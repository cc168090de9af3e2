"""The vector index: which passages lie nearest to a question. The only importer of faiss.

It is a cache of the vectors the library keeps. It knows ids and numbers, no text and no documents, and never embeds:
if its file is missing, damaged or older than the library, it is filled again from there. Search is exact, because
a personal library is small (11 ms for 100,000 passages on one thread) and an approximate index loses passages.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.errors import DiskFull, LibraryError
from rag.index.snapshot import Damaged, read_snapshot, write_snapshot
from rag.ports import Vectors

Ids = NDArray[np.int64]
_FILE = "vectors.faiss"
_log = logging.getLogger(__name__)

# One query is one row, which faiss never shares among threads; more threads would only spin in the window's process.
faiss.omp_set_num_threads(1)


class KeptVectors(Protocol):
    """What the index asks of the library."""

    def generation(self, digest: str) -> int:
        """A number that grows whenever the set of this embedder's vectors changes."""
        ...

    def vectors(self, digest: str) -> Iterable[tuple[Ids, NDArray[np.float32]]]:
        """Batches of passage ids, shape (n,), and their unit vectors, shape (n, dimension)."""
        ...


class VectorIndex:
    """Unit vectors of passages by passage id. Any thread may search while another adds or removes."""

    def __init__(self, path: Path, kept: KeptVectors, identity: EmbedderIdentity) -> None:
        """An empty index of generation 0; use `open` to have what the library keeps."""
        self._path = path
        self._kept = kept
        self._identity = identity
        self._lock = threading.Lock()
        self._generation = 0
        self._index: faiss.Index = _empty(identity.dimension)

    @classmethod
    def open(cls, folder: Path, kept: KeptVectors, identity: EmbedderIdentity) -> VectorIndex:
        """The index of this embedder's vectors: from its file in `folder` if that agrees, else from the library."""
        index = cls(folder / _FILE, kept, identity)
        if not index._load():
            index.rebuild()
            index._save_if_possible()
        return index

    @property
    def generation(self) -> int:
        """The library's generation this index has."""
        return self._generation

    @property
    def identity(self) -> EmbedderIdentity:
        """Whose vectors these are."""
        return self._identity

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, passage_ids: Sequence[int] | Ids, vectors: Vectors, *, generation: int) -> None:
        """Add vectors, shape (n, dimension), as the library kept them in `generation`. Known ids are replaced."""
        ids = np.ascontiguousarray(passage_ids, dtype=np.int64)
        rows = np.ascontiguousarray(vectors, dtype=np.float32).reshape(len(ids), self._identity.dimension)
        with self._lock:
            self._index.remove_ids(faiss.IDSelectorBatch(ids))
            self._index.add_with_ids(rows, ids)
            self._generation = generation

    def remove(self, passage_ids: Sequence[int] | Ids, *, generation: int) -> None:
        """Forget these ids; unknown ones are passed over."""
        ids = np.ascontiguousarray(passage_ids, dtype=np.int64)
        with self._lock:
            self._index.remove_ids(faiss.IDSelectorBatch(ids))
            self._generation = generation

    def search(self, query: Vectors, limit: int, allowed: Ids | None = None) -> tuple[Ids, NDArray[np.float32]]:
        """At most `limit` ids and their cosines, best first. `query`: a unit vector, shape (dimension,).

        `allowed`: the only ids that may be found, all when None. The best of them are found, however few they are.
        """
        row = np.ascontiguousarray(query, dtype=np.float32).reshape(1, self._identity.dimension)
        with self._lock:
            wanted = min(limit, int(self._index.ntotal))
            if wanted <= 0 or (allowed is not None and not len(allowed)):
                return np.empty(0, np.int64), np.empty(0, np.float32)
            scores, ids = self._index.search(row, wanted, params=_only(allowed))
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]

    def save(self) -> None:
        """Write the file in one step; a crash leaves the old one. Raises LibraryError, DiskFull."""
        with self._lock:
            payload: bytes = faiss.serialize_index(self._index).tobytes()
            header = self._header(self._generation)
        try:
            write_snapshot(self._path, header, payload)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise (DiskFull if full else LibraryError)(
                f"The search index {self._path} could not be written ({error.strerror}).",
                "Free some space on this disk." if full else "Check that you may write to this folder.",
            ) from error

    def rebuild(self) -> None:
        """Fill the index from the library; called where nothing writes meanwhile. Searches see the old one until then.

        The file is not written: that is `save`.
        """
        generation = self._kept.generation(self._identity.digest)
        fresh = _empty(self._identity.dimension)
        for ids, vectors in self._kept.vectors(self._identity.digest):
            fresh.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.ascontiguousarray(ids, np.int64))
        with self._lock:
            self._index, self._generation = fresh, generation

    def refresh(self) -> None:
        """Rebuild if the library has moved on without this index."""
        if self._generation != self._kept.generation(self._identity.digest):
            self.rebuild()

    def _load(self) -> bool:
        try:
            header, payload = read_snapshot(self._path)
        except Damaged:
            return False
        generation = self._kept.generation(self._identity.digest)
        expected = self._header(generation)
        if any(header.get(key) != value for key, value in expected.items()):
            return False
        self._index = faiss.deserialize_index(np.frombuffer(payload, dtype=np.uint8))
        self._generation = generation
        return True

    def _save_if_possible(self) -> None:
        try:
            self.save()
        except LibraryError as error:  # a cache that can't be written costs time at the next start, nothing else
            _log.warning("%s", error.message)

    def _header(self, generation: int) -> dict[str, str | int]:
        return {
            "digest": self._identity.digest,
            "dimension": self._identity.dimension,
            "generation": generation,
            "faiss": faiss.__version__,
        }


def _empty(dimension: int) -> faiss.Index:
    """Half precision, as the library keeps it: nothing is lost, half the memory, and faster than float32 to scan."""
    rows = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    return faiss.IndexIDMap2(rows)


def _only(allowed: Ids | None) -> faiss.SearchParameters | None:
    if allowed is None:
        return None
    selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # so the parameters keep the selector alive
