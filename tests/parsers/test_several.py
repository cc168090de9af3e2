"""Several children read at once; an idle one is never started for nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_models.cancel import CancelToken, never
from rag.parsers import several
from rag.parsers.several import MEMORY_EACH, MOST_CHILDREN, SeveralReaders, suitable_number
from rag.parsers.wire import Item
from rag.types import Title

PATIENCE_S = 20.0


class Reader:
    """Waits for `hold` in the middle of a file."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.begun = threading.Event()
        self.hold = threading.Event()
        self.closed = False

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        self.files.append(path)
        self.begun.set()
        self.hold.wait(PATIENCE_S)
        yield Title(path.stem)

    def memory(self) -> int:
        return 5

    def close(self) -> None:
        self.closed = True


def test_two_files_are_read_by_two_children_and_the_third_waits() -> None:
    readers = [Reader(), Reader()]
    pool = SeveralReaders(readers)  # type: ignore[arg-type]
    threads = [threading.Thread(target=lambda name=name: list(pool.read(Path(name), never()))) for name in "ab"]
    for thread in threads:
        thread.start()
    assert all(reader.begun.wait(PATIENCE_S) for reader in readers)
    third = threading.Thread(target=lambda: list(pool.read(Path("c"), never())))
    third.start()
    for reader in readers:
        reader.hold.set()
    for thread in (*threads, third):
        thread.join(PATIENCE_S)
    assert sorted(path.name for reader in readers for path in reader.files) == ["a", "b", "c"]


def test_one_file_after_the_other_is_read_by_the_same_child() -> None:
    readers = [Reader(), Reader()]
    pool = SeveralReaders(readers)  # type: ignore[arg-type]
    for reader in readers:
        reader.hold.set()
    for name in "abc":
        list(pool.read(Path(name), never()))
    assert sorted(len(reader.files) for reader in readers) == [0, 3]


def test_their_memory_is_told_together_and_all_are_closed() -> None:
    readers = [Reader(), Reader()]
    pool = SeveralReaders(readers)  # type: ignore[arg-type]
    assert (pool.at_once, pool.memory()) == (2, 10)
    pool.close()
    assert all(reader.closed for reader in readers)


def test_there_are_as_many_as_cores_and_memory_allow_and_never_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        available = 0

    monkeypatch.setattr(psutil, "virtual_memory", Memory)
    monkeypatch.setattr(several, "physical_cores", lambda: 64)
    assert suitable_number() == 1
    Memory.available = 2 * MEMORY_EACH
    assert suitable_number() == 2
    Memory.available = 100 * MEMORY_EACH
    assert suitable_number() == MOST_CHILDREN
