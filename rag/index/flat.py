"""Every vector in half precision, compared one by one: exact, and fast enough while a library is small.

It knows ids and numbers; when to use it is decided in rag.index.vectors.
"""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.index.found import Found, Ids


class FlatVectors:
    """Unit vectors by passage id. Not safe to use from two threads at once."""

    def __init__(self, dimension: int) -> None:
        """Half precision, as the library keeps it: nothing is lost, half the memory, faster than float32 to scan."""
        rows = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._index = faiss.IndexIDMap(rows)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def ids(self) -> Ids:
        found: Ids = faiss.vector_to_array(self._index.id_map)
        return found

    def add(self, ids: Ids, rows: NDArray[np.float32]) -> None:
        """Shape (n, dimension). Known ids are replaced."""
        self._index.remove_ids(faiss.IDSelectorBatch(ids))
        self._index.add_with_ids(rows, ids)

    def remove(self, ids: Ids) -> None:
        self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def search(self, query: NDArray[np.float32], limit: int, allowed: Ids | None) -> Found:
        """The nearest of those allowed, best first, with their cosines."""
        wanted = min(limit, len(self))
        if wanted <= 0 or (allowed is not None and not len(allowed)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, ids = self._index.search(query[None], wanted, params=_only(allowed))
        found = ids[0] >= 0
        return ids[0][found], scores[0][found]


def _only(allowed: Ids | None) -> faiss.SearchParameters | None:
    if allowed is None:
        return None
    selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # so the parameters keep the selector alive
