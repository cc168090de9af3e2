"""Coded vectors on disk, so that a large library opens without coding its vectors again.

The file is a cache: ids whose passages have gone stay in it until it is made anew, and rows that are not in it yet are
coded from the library. It knows no library; which rows are right is decided in rag.index.vectors.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from local_models.types import EmbedderIdentity
from rag.errors import DiskFull, LibraryError
from rag.index.compact import BLOCK, LAYOUT, CodedBlocks, CompactVectors
from rag.index.snapshot import Damaged, append_record, open_snapshot, write_snapshot

_SIZE_BYTES = 8


class CodesFile:
    """The file of one embedder's codes. Not safe to use from two threads at once."""

    def __init__(self, path: Path, identity: EmbedderIdentity) -> None:
        self._path = path
        self._identity = identity
        self._length = 0
        self._blocks = 0

    @staticmethod
    def digest_of(path: Path) -> str:
        """Whose codes that file holds; "" when it is no such file."""
        try:
            with open_snapshot(path) as snapshot:
                return str(snapshot.header.get("digest", ""))
        except Damaged:
            return ""

    @property
    def blocks(self) -> int:
        """How many blocks it holds, from the first on."""
        return self._blocks

    def read(self) -> CompactVectors | None:
        """What it holds as far as it is whole; None when there is nothing of this embedder and this FAISS."""
        try:
            with open_snapshot(self._path) as snapshot:
                if not _agree(snapshot.header, self._header()):
                    return None
                codes = CompactVectors(snapshot.payload)
                codes.reserve(snapshot.size)
                self._length = snapshot.sound
                for record in snapshot.records():
                    codes.put_blocks(_unpacked(record))
                    self._length = snapshot.sound
        except Damaged:
            return None
        self._blocks = codes.rows // BLOCK
        codes.forget_repeated()
        return codes

    def start(self, prototypes: bytes) -> None:
        """Replace the file by an empty one. Raises DiskFull, LibraryError."""
        try:
            self._length = write_snapshot(self._path, self._header(), prototypes)
        except OSError as error:
            raise _told(self._path, error) from error
        self._blocks = 0

    def append(self, blocks: CodedBlocks) -> None:
        """The blocks that follow those it holds. Raises DiskFull, LibraryError."""
        try:
            self._length = append_record(self._path, _packed(blocks), at=self._length)
        except OSError as error:
            raise _told(self._path, error) from error
        self._blocks += len(blocks.ids) // BLOCK

    def _header(self) -> dict[str, str | int]:
        return {
            "digest": self._identity.digest,
            "dimension": self._identity.dimension,
            "layout": LAYOUT,
        }


def _agree(header: Mapping[str, str | int], expected: Mapping[str, str | int]) -> bool:
    return all(header.get(key) == value for key, value in expected.items())


def _packed(blocks: CodedBlocks) -> bytes:
    """How many ids and how many bytes of codes, then ids, codes and fine codes."""
    head = (size.to_bytes(_SIZE_BYTES, "little") for size in (len(blocks.ids), blocks.codes.size))
    return b"".join((*head, blocks.ids.astype("<i8").tobytes(), blocks.codes.tobytes(), blocks.fine.tobytes()))


def _unpacked(record: bytes) -> CodedBlocks:
    count, size = (int.from_bytes(record[at : at + _SIZE_BYTES], "little") for at in (0, _SIZE_BYTES))
    ids = np.frombuffer(record, "<i8", count, 2 * _SIZE_BYTES).astype(np.int64)
    both = np.frombuffer(record, np.uint8, offset=2 * _SIZE_BYTES + ids.nbytes)
    return CodedBlocks(ids, both[:size], both[size:])


def _told(path: Path, error: OSError) -> LibraryError:
    full = error.errno == errno.ENOSPC
    return (DiskFull if full else LibraryError)(
        f"The search index {path} could not be written ({error.strerror}).",
        "Free some space on this disk." if full else "Check that you may write to this folder.",
    )
