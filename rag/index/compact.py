"""Vectors as short codes, all compared in one sweep: a million in 12 ms and 100 MB, a little less than exactly.

Each pair of numbers becomes one of 16 prototypes (product quantization: Jégou et al. 2011), and the codes lie in blocks
of 32 that a processor compares at once (FAISS's "fast scan"). What is found are candidates: whoever asks puts them in
order by the vectors themselves. Of the ten nearest of 16,731 passages, 99.6 % are among the first 30 candidates and
all among the first 100. Nothing depends on how vectors cluster, so nothing has to be trained anew as a library grows,
and any part of it can be searched without loss.

Removed rows stay as gaps until the whole is made anew. It knows no library and no files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import cast

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.index import fine
from rag.index.found import Found, Ids

BLOCK = 32
"""Rows that are compared at once; fixed in FAISS's layout."""

PAIR_BITS = 4

SAMPLE = 16_384
"""Vectors from which the prototypes are learnt: 25 MB for a second or two. Each pair has only 16."""

SWEPT = 1_500
"""Candidates that the sweep leaves at least, for the fine codes to put in order: 0.5 ms. Of the ten nearest among a
million where nothing clusters, 98 of 100 are then found; of real ones all (docs/measurements.md)."""

SPARE = 1.25
"""Times as many are taken where only some rows count, so that mostly enough of these are among them."""

TAKEN_OUT = 4
"""A part of fewer than one block in so many is copied and swept alone; the next question is mostly asked of it too."""

LAYOUT = f"fast scan of FAISS {faiss.__version__}, then 4 bits"
"""Codes of another layout can't be read."""

_ROUNDS = 10
"""Of k-means; FAISS's default of 25 finds no more passages."""

_GONE = -1

_LENGTH = struct.Struct("<Q")

_NONE = np.empty(0, np.int64)

Bytes = NDArray[np.uint8]


def fits(dimension: int) -> bool:
    """Whether vectors of that many numbers can be coded in pairs."""
    return dimension % 2 == 0


def train(sample: NDArray[np.float32]) -> bytes:
    """The prototypes for vectors like these, shape (n, dimension)."""
    dimension = sample.shape[1]
    coder = faiss.IndexPQFastScan(dimension, dimension // 2, PAIR_BITS, faiss.METRIC_INNER_PRODUCT)
    coder.pq.cp.niter = _ROUNDS
    coder.pq.cp.min_points_per_centroid = 1  # a warning on stderr, meant for learners
    coder.train(np.ascontiguousarray(sample, np.float32))
    coarse = faiss.serialize_index(coder).tobytes()
    return _LENGTH.pack(len(coarse)) + coarse + fine.train(sample)


@dataclass(frozen=True, slots=True)
class CodedBlocks:
    """Whole blocks: the ids of their rows, those that are gone as -1, their codes as FAISS has them, the fine codes."""

    ids: Ids
    codes: Bytes
    fine: Bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """What is swept: all blocks or some, taken out; `asked` tells which rows of all count, None for all of them."""

    index: faiss.IndexPQFastScan
    blocks: NDArray[np.intp] | None
    asked: NDArray[np.bool_] | None
    count: int

    def rows(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where they stand among all rows."""
        return places if self.blocks is None else self.blocks[places // BLOCK] * BLOCK + places % BLOCK


class CompactVectors:
    """Coded vectors by passage id. Not safe to use from two threads at once."""

    def __init__(self, prototypes: bytes) -> None:
        """Empty. `prototypes` are what `train` made of such vectors."""
        self.prototypes = prototypes
        length = _LENGTH.unpack_from(prototypes)[0]
        self._coarse = prototypes[_LENGTH.size : _LENGTH.size + length]
        self._index = _coder(self._coarse)
        self._fine = fine.FineCodes(prototypes[_LENGTH.size + length :])
        self._block_bytes = BLOCK * int(self._index.M2) // 2
        self._ids: Ids = np.empty(0, np.int64)
        self._gone = 0
        self._highest = 0
        self._last_part: tuple[Ids, _Part] | None = None

    def __len__(self) -> int:
        return self.rows - self._gone

    @property
    def rows(self) -> int:
        """Gaps included."""
        return int(self._index.ntotal)

    @property
    def gaps(self) -> int:
        return self._gone

    @property
    def ids(self) -> Ids:
        present: Ids = self._row_ids[self._row_ids != _GONE]
        return present

    def add(self, ids: Ids, rows: NDArray[np.float32]) -> None:
        """Shape (n, dimension). Known ids are replaced."""
        if not len(ids):
            return
        if ids.min() <= self._highest:
            self.remove(ids)
        self._append_ids(ids)
        self._index.add(rows)
        self._fine.add(rows)

    def remove(self, ids: Ids) -> None:
        leaving = np.flatnonzero(np.isin(self._row_ids, ids))
        self._forget_rows(leaving)

    def search(self, query: NDArray[np.float32], limit: int, allowed: Ids | None) -> Found:
        """`limit` candidates where there are so many, best first, with scores that are nearly cosines."""
        part = self._whole() if allowed is None else self._part(allowed)
        rows = self._sweep(part, query, min(max(SWEPT, limit), part.count)) if limit > 0 else _NONE
        cosines = self._fine.cosines(query, rows)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return self._row_ids[rows[best]], cosines[best]

    def blocks(self, first: int, most: int) -> CodedBlocks:
        """Copies of at most that many whole blocks from that one on; rows after the last whole one are left out."""
        last = max(first, min(first + most, self.rows // BLOCK))
        ids = self._row_ids[first * BLOCK : last * BLOCK].copy()
        codes = self._codes[first:last].reshape(-1).copy()
        return CodedBlocks(ids, codes, self._fine.rows(first * BLOCK, last * BLOCK))

    def put_blocks(self, blocks: CodedBlocks) -> None:
        """Append what `blocks` gave. Raises ValueError unless ids and codes are as many, and rows before them whole."""
        count = len(blocks.ids) // BLOCK
        sizes = count * self._block_bytes, len(blocks.ids) * self._fine.width
        if self.rows % BLOCK or len(blocks.ids) % BLOCK or (blocks.codes.size, blocks.fine.size) != sizes:
            raise ValueError(
                f"{len(blocks.ids)} ids, {blocks.codes.size} and {blocks.fine.size} bytes are no whole blocks"
            )
        before = self._index.codes.size()
        self._index.codes.resize(before + blocks.codes.size)
        faiss.rev_swig_ptr(self._index.codes.get(), before + blocks.codes.size)[before:] = blocks.codes
        self._fine.put(blocks.fine.reshape(-1, self._fine.width))
        self._append_ids(blocks.ids)
        self._index.ntotal += len(blocks.ids)
        self._index.ntotal2 = self._index.ntotal  # type: ignore[attr-defined]  # FAISS's stubs lack it
        self._gone += int((blocks.ids == _GONE).sum())

    def reserve(self, size: int) -> None:
        """Room for what a file of so many bytes holds and an eighth more, so that neither reading it nor the first file
        added later copies what was there before.
        """
        rows = size // (self._block_bytes // BLOCK + self._fine.width + self._ids.itemsize)
        self._fine.reserve(rows + rows // 8)

    def forget_repeated(self) -> None:
        """Of rows with one id, the last stays."""
        order = np.argsort(self._row_ids, kind="stable")
        sorted_ids = self._row_ids[order]
        older = order[:-1][(sorted_ids[:-1] == sorted_ids[1:]) & (sorted_ids[:-1] != _GONE)]
        self._forget_rows(older)

    @property
    def _row_ids(self) -> Ids:
        return self._ids[: self.rows]

    @property
    def _codes(self) -> Bytes:
        """Shape (blocks, bytes of a block): FAISS's own memory."""
        whole: Bytes = faiss.rev_swig_ptr(self._index.codes.get(), self._index.codes.size())
        return whole.reshape(-1, self._block_bytes)

    def _append_ids(self, ids: Ids) -> None:
        """An eighth of room to spare, so that adding a few rows rarely copies all."""
        after = self.rows + len(ids)
        if after > len(self._ids):
            roomier = np.empty(after + after // 8, np.int64)
            roomier[: self.rows] = self._row_ids
            self._ids = roomier
        self._ids[self.rows : after] = ids
        self._highest = max(self._highest, int(ids.max(initial=0)))
        self._last_part = None

    def _forget_rows(self, rows: NDArray[np.intp]) -> None:
        self._row_ids[rows] = _GONE
        self._gone += len(rows)
        self._last_part = None

    def _whole(self) -> _Part:
        return _Part(self._index, None, self._row_ids != _GONE if self._gone else None, len(self))

    def _part(self, allowed: Ids) -> _Part:
        """Of those allowed. The last one is kept, if nobody can write to what it was made for."""
        if self._last_part is not None and self._last_part[0] is allowed:
            return self._last_part[1]
        asked = np.isin(self._row_ids, allowed)
        count, blocks = int(np.count_nonzero(asked)), _blocks_with(asked)
        if TAKEN_OUT * len(blocks) > self.rows // BLOCK:
            part = _Part(self._index, None, asked, count)
        else:
            part = _Part(self._taken_out(blocks), blocks, asked, count)
        if not allowed.flags.writeable:
            self._last_part = allowed, part
        return part

    def _taken_out(self, blocks: NDArray[np.intp]) -> faiss.IndexPQFastScan:
        codes = self._codes[blocks].reshape(-1)
        part = _coder(self._coarse)
        part.codes.resize(codes.size)
        faiss.rev_swig_ptr(part.codes.get(), codes.size)[:] = codes
        part.ntotal2 = rows = len(blocks) * BLOCK  # type: ignore[attr-defined]
        missing = -self.rows % BLOCK if len(blocks) and blocks[-1] == self.rows // BLOCK else 0
        part.ntotal = rows - missing
        return part

    @staticmethod
    def _sweep(part: _Part, query: NDArray[np.float32], enough: int) -> NDArray[np.int64]:
        """The rows of so many candidates. Others are met too, so more are taken until enough are left."""
        swept = int(part.index.ntotal)
        if not enough:
            return _NONE
        count = enough if part.asked is None else int(SPARE * enough * swept / part.count)
        while True:
            places = part.index.search(query[None], min(count, swept))[1][0]
            places = places[places >= 0]  # rows of the lowest score that FAISS can tell are left out by it
            if count >= swept:
                places = np.concatenate((places, np.setdiff1d(np.arange(swept), places)))
            rows = part.rows(places)
            left = rows if part.asked is None else rows[part.asked[rows]]
            if len(left) >= enough:
                return left[:enough]
            count *= 4


def _coder(prototypes: bytes) -> faiss.IndexPQFastScan:
    return cast("faiss.IndexPQFastScan", faiss.deserialize_index(np.frombuffer(prototypes, dtype=np.uint8)))


def _blocks_with(flags: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The blocks in which a flag is set."""
    filled = np.zeros(-(-len(flags) // BLOCK) * BLOCK, np.bool_)
    filled[: len(flags)] = flags
    eights = filled.view(np.uint64).reshape(-1, BLOCK // 8)  # eight flags at a time
    return np.flatnonzero(np.bitwise_or.reduce(eights, axis=1))
