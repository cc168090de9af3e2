"""Several readers, each with a child of its own, taken in turn: a rag.ports.DocumentReader for several threads at once.

A file that ends or fills its child costs that child only; the files read beside it go on.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from local_models.cancel import CancelToken
from local_models.hardware import physical_cores
from rag.parsers.reading import ChildReader
from rag.parsers.wire import Item

MOST_CHILDREN = 4
"""More would wait for the one writer of the library."""

MEMORY_EACH = 2**30
"""Bytes that should be free for each child: it takes 150 MB for ordinary files, and much more for odd ones."""


class SeveralReaders:
    """Reads as many files at once as it has readers; one more waits for a reader. Close it before the program ends."""

    def __init__(self, readers: Sequence[ChildReader]) -> None:
        self._readers = tuple(readers)
        self._free: queue.LifoQueue[ChildReader] = queue.LifoQueue()
        for reader in reversed(self._readers):
            self._free.put(reader)

    @property
    def at_once(self) -> int:
        return len(self._readers)

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        """As rag.ports.DocumentReader says. The reader used last is used first: other children may never start."""
        reader = self._free.get()
        try:
            yield from reader.read(path, cancel)
        finally:
            self._free.put(reader)

    def memory(self) -> int:
        """Resident bytes of all children."""
        return sum(reader.memory() for reader in self._readers)

    def close(self) -> None:
        """End the children."""
        for reader in self._readers:
            reader.close()


def suitable_number() -> int:
    """One for each core, as far as memory allows; at least 1."""
    room = int(psutil.virtual_memory().available // MEMORY_EACH)
    return max(1, min(physical_cores(), room, MOST_CHILDREN))
