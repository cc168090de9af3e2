"""A disk that fills up at any point of taking in a folder: told, and made good by the next start with more room."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from local_models.cancel import never
from rag.errors import DiskFull
from rag.index import vectors
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.store.store import Store
from tests.fakes.core import LineReader, WordEmbedder
from tests.survival.library_state import answers_of, differences, faults, state_of
from tests.survival.life import COMPACT_FROM, Life

pytestmark = pytest.mark.real  # a disk that is full for real takes its time

EMBEDDER = WordEmbedder()
PAGE = 4096
"""Bytes in a page of SQLite's."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(12):
        lines = [f"{word} {number}.{line} " + 80 * f"{word}{line} " for line in range(6) for word in ("rent", "tide")]
        (folder / f"{number}.txt").write_text("\n".join(lines))
    return folder


def take_in(data_dir: Path, folder: Path, prepare: Callable[[Store], None] = lambda _: None) -> None:
    """As one run of the program does; `prepare` gets the open store first."""
    store = Store.open(data_dir)
    try:
        prepare(store)
        index = VectorIndex.open(data_dir / "index", store.library, EMBEDDER.identity)
        ingest = Ingest(store.library, LineReader(), EMBEDDER, index, lambda _: True, store.folders)
        known = bool(store.library.collections())
        for _ in ingest.refresh(never()) if known else ingest.add([folder], never()):
            pass
        for _ in ingest.embed_pending(never()):
            pass
    finally:
        store.close()


def room_for(pages: int) -> Callable[[Store], None]:
    """SQLite then answers exactly as it does when the disk has no more."""

    def limit(connection: DBAPIConnection, _entry: object) -> None:
        connection.cursor().execute(f"PRAGMA max_page_count = {pages}")

    def prepare(store: Store) -> None:
        engine = store._database._engine
        engine.dispose()
        event.listen(engine, "connect", limit)

    return prepare


@pytest.fixture
def undisturbed(tmp_path: Path, folder: Path) -> Path:
    take_in(tmp_path / "undisturbed", folder)
    return tmp_path / "undisturbed"


@pytest.mark.parametrize("share", [0.7, 0.85, 0.97])
def test_a_disk_that_fills_up_loses_nothing(tmp_path: Path, folder: Path, undisturbed: Path, share: float) -> None:
    pages = int(share * (undisturbed / "footnote.db").stat().st_size / PAGE)
    for _ in range(2):
        with pytest.raises(DiskFull):
            take_in(tmp_path / "data", folder, room_for(pages))
    take_in(tmp_path / "data", folder)
    assert faults(tmp_path / "data", EMBEDDER.identity) == []
    assert differences(state_of(tmp_path / "data"), state_of(undisturbed)) == []


def test_a_disk_that_fills_up_while_the_index_is_written_loses_nothing(
    tmp_path: Path, folder: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        try:
            take_in(tmp_path / "data", folder)
        except DiskFull as error:
            assert error.advice
    assert [file.name for file in (tmp_path / "data").rglob("*.faiss*")] == []
    take_in(tmp_path / "data", folder)
    assert faults(tmp_path / "data", EMBEDDER.identity) == []
    assert differences(state_of(tmp_path / "data"), state_of(undisturbed)) == []


def file_of_the_index(data_dir: Path) -> list[str]:
    return [file.name for file in (data_dir / "index").glob("*vectors*")]


def lived(data_dir: Path, folder: Path, prepare: Callable[[Store], None] = lambda _: None) -> None:
    """A run that takes the folder in and then makes the passages half as long."""
    life = Life(data_dir, folder, prepare)
    try:
        life.take_in()
        life.change()
    finally:
        life.close()


@pytest.fixture
def changed(tmp_path: Path, folder: Path) -> Path:
    lived(tmp_path / "changed", folder)
    assert len(file_of_the_index(tmp_path / "changed")) == 1
    return tmp_path / "changed"


def assert_equal(data_dir: Path, expected: Path) -> None:
    assert faults(data_dir, EMBEDDER.identity, compact_from=COMPACT_FROM) == []
    assert differences(state_of(data_dir), state_of(expected)) == []
    answers = [answers_of(each, EMBEDDER.identity, COMPACT_FROM) for each in (data_dir, expected)]
    assert differences(*answers) == []


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_a_disk_that_fills_up_at_any_record_of_the_index_file_loses_nothing(
    tmp_path: Path, folder: Path, changed: Path, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [written]
    sync = os.fsync

    def full(descriptor: int) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(vectors, "_BLOCKS_A_RECORD", 1)
        patch.setattr(os, "fsync", full)
        try:
            lived(tmp_path / "data", folder)
        except DiskFull as error:
            assert error.advice
    assert left == [0]
    assert [name for name in file_of_the_index(tmp_path / "data") if name.startswith(".")] == []
    lived(tmp_path / "data", folder)
    assert_equal(tmp_path / "data", changed)


@pytest.mark.parametrize("share", [0.45, 0.6, 0.75, 0.9, 0.97])
def test_a_disk_that_fills_up_while_the_index_is_changed_keeps_the_old_one_and_goes_on_later(
    tmp_path: Path, folder: Path, changed: Path, share: float
) -> None:
    life = Life(tmp_path / "data", folder)
    life.take_in()
    life.close()
    before = (tmp_path / "data" / "footnote.db").stat().st_size / PAGE
    room = int(before + share * ((changed / "footnote.db").stat().st_size / PAGE - before))
    told = []
    for _ in range(2):
        try:
            lived(tmp_path / "data", folder, room_for(room))
        except DiskFull as error:
            told.append(error.advice)
    assert all(told)
    if told:
        assert faults(tmp_path / "data", EMBEDDER.identity, compact_from=COMPACT_FROM) == []
    lived(tmp_path / "data", folder)
    assert_equal(tmp_path / "data", changed)
