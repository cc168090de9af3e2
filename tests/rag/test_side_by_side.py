"""Files read at once are handed on in the order they were begun, and what is given up goes back to waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from rag.errors import Cancelled
from rag.events import DocumentAdded, DocumentFailed
from rag.file_desk import Effort, FileDesk, Sight, Task
from rag.index.vectors import VectorIndex
from rag.parsers.wire import Item
from rag.recognition import Recognition
from rag.side_by_side import Readings
from rag.store.store import Store
from rag.types import DocumentState
from tests.fakes.core import LineReader, WordEmbedder

PATIENCE_S = 20.0


class SlowReader(LineReader):
    """Reads files named slow only when `go` is set; `begun` counts files."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.fast_done = threading.Event()

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        if path.stem == "slow":
            cancel.on_cancel(self.go.set)
            assert self.go.wait(PATIENCE_S)
            cancel.check()
        yield from super().read(path, cancel)
        if path.stem == "fast":
            self.fast_done.set()


@pytest.fixture
def reader() -> SlowReader:
    return SlowReader()


@pytest.fixture
def desk(store: Store, reader: SlowReader, tmp_path: Path) -> FileDesk:
    index = VectorIndex.open(tmp_path / "index", store.library, WordEmbedder().identity)
    return FileDesk(store.library, store.folders, reader, index, Recognition())


def look(desk: FileDesk, path: Path, text: str) -> Task:
    path.write_text(text)
    task = desk.look(path, Effort.NAMED, Sight(), never())
    assert isinstance(task, Task)
    return task


def test_the_order_is_that_of_the_beginning_not_of_the_end(desk: FileDesk, reader: SlowReader, tmp_path: Path) -> None:
    with Readings(desk, 2, never()) as readings:
        readings.begin(look(desk, tmp_path / "slow.txt", "slow text"))
        readings.begin(look(desk, tmp_path / "fast.txt", "fast text"))
        assert reader.fast_done.wait(PATIENCE_S)
        assert readings.is_full()
        reader.go.set()
        ended = [readings.end(), readings.end()]
    assert [event.document.path.stem for event in ended if isinstance(event, DocumentAdded)] == ["slow", "fast"]
    assert not readings


def test_one_that_fails_is_told_in_its_turn(desk: FileDesk, reader: SlowReader, tmp_path: Path) -> None:
    reader.go.set()
    with Readings(desk, 2, never()) as readings:
        readings.begin(look(desk, tmp_path / "broken.txt", "BROKEN"))
        readings.begin(look(desk, tmp_path / "fast.txt", "fast text"))
        first, second = readings.end(), readings.end()
    assert isinstance(first, DocumentFailed)
    assert isinstance(second, DocumentAdded)


def test_a_cancel_ends_what_is_read_and_puts_all_of_it_back(
    desk: FileDesk, store: Store, reader: SlowReader, tmp_path: Path
) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled), Readings(desk, 2, cancel) as readings:
        readings.begin(look(desk, tmp_path / "slow.txt", "slow text"))
        readings.begin(look(desk, tmp_path / "fast.txt", "fast text"))
        cancel.cancel()
        readings.end()
    assert {document.state for document in store.library.documents()} == {DocumentState.WAITING}
