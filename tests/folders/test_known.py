"""A library is kept true to its folder by what the system tells of real files, from the event to the search."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from local_models.cancel import CancelToken
from rag.events import AddEvent, AddFinished, DocumentAdded, FilesWaiting
from rag.folders.known import KnownFolders
from rag.folders.rules import RULES_FILE
from rag.folders.stamps import stamp_of
from rag.folders.watching import Changed, Patience, Watched
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from tests.fakes.core import LineReader, WordEmbedder
from tests.fakes.store import new_store

PATIENCE_S = 30.0
QUICK = Patience(quiet=0.05, gone=0.3, settled=30.0, look_far=0.1, look_near=3600.0, folders=0.05)


def is_text(path: Path) -> bool:
    return path.suffix == ".txt"


class Kept:
    """A library whose folder is watched, as the program does it: one thread tells, another reads."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "papers"
        self.folder.mkdir()
        (self.folder / "lease.txt").write_text("The rent is 950 euros.")
        (self.folder / "bikes.txt").write_text("Check the chain.")
        self.data = tmp_path / "papers" / "data"
        self.store = new_store(self.data)
        embedder = WordEmbedder()
        index = VectorIndex.open(tmp_path / "index", self.store.library, embedder.identity)
        self.ingest = Ingest(self.store.library, LineReader(), embedder, index, is_text, self.store.folders)
        self.known = KnownFolders(self.store.folders, is_text, self.data)
        self.told: Queue[Watched | Changed] = Queue()
        self._cancel = CancelToken()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def wait_until(self, *names: str) -> AddFinished:
        """Take in what is told until exactly these files are documents."""
        while True:
            event = self.told.get(timeout=PATIENCE_S)
            if isinstance(event, Changed):
                *_, last = self.ingest.follow(event.paths, CancelToken())
                assert isinstance(last, AddFinished)
                if self.names() == sorted(names):
                    return last

    def names(self) -> list[str]:
        return sorted(document.path.name for document in self.store.library.documents())

    def add(self) -> list[AddEvent]:
        return list(self.ingest.add([self.folder], CancelToken()))

    def close(self) -> None:
        self._cancel.cancel()
        if self._thread.ident is not None:
            self._thread.join(PATIENCE_S)
            assert not self._thread.is_alive()
        self.store.close()

    def _run(self) -> None:
        for event in self.known.watch(self._cancel, patience=QUICK):
            self.told.put(event)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.close()


@pytest.mark.real
def test_files_that_come_move_and_go_are_followed(kept: Kept) -> None:
    kept.add()
    kept.start()
    (kept.folder / "new.txt").write_text("new")
    kept.wait_until("bikes.txt", "lease.txt", "new.txt")
    old = kept.store.library.find(kept.folder / "lease.txt")
    assert old is not None
    (kept.folder / "2024").mkdir()
    (kept.folder / "lease.txt").rename(kept.folder / "2024" / "flat.txt")
    kept.wait_until("bikes.txt", "flat.txt", "new.txt")
    moved = kept.store.library.find(kept.folder / "2024" / "flat.txt")
    assert moved is not None
    assert moved.id == old.id
    (kept.folder / "bikes.txt").unlink()
    kept.wait_until("flat.txt", "new.txt")


@pytest.mark.real
def test_what_changed_while_nobody_watched_is_told_at_the_beginning(kept: Kept) -> None:
    kept.add()
    (kept.folder / "later.txt").write_text("later")
    (kept.folder / "bikes.txt").unlink()
    kept.start()
    kept.wait_until("later.txt", "lease.txt")


@pytest.mark.real
def test_rules_written_while_watching_hold_at_once(kept: Kept) -> None:
    kept.add()
    kept.start()
    (kept.folder / RULES_FILE).write_text("b*\n")
    kept.wait_until("lease.txt")


@pytest.mark.real
def test_a_folder_that_goes_away_and_comes_back_loses_nothing(kept: Kept, tmp_path: Path) -> None:
    outside = tmp_path / "stick"
    outside.mkdir()
    (outside / "s.txt").write_text("on the stick")
    list(kept.ingest.add([outside], CancelToken()))
    kept.start()
    away = outside.rename(tmp_path / "pulled out")
    while True:
        event = kept.told.get(timeout=PATIENCE_S)
        if isinstance(event, Watched) and event.unreachable == (outside,):
            break
        if isinstance(event, Changed):
            list(kept.ingest.follow(event.paths, CancelToken()))
    assert kept.known.away() == (outside,)
    assert "s.txt" in kept.names()
    (away / "t.txt").write_text("more")
    away.rename(outside)
    kept.wait_until("s.txt", "t.txt")


def test_our_own_data_and_what_is_hidden_concern_nobody(kept: Kept) -> None:
    folder = kept.folder
    told = {path: kept.known.concerns(folder, path) for path in (folder / "a.txt", folder / "b" / RULES_FILE)}
    assert told == {folder / "a.txt": folder / "a.txt", folder / "b" / RULES_FILE: folder / "b"}
    for path in (kept.data / "footnote.db-wal", folder / ".git" / "index", folder / "~$a.docx", folder.parent / "x"):
        assert kept.known.concerns(folder, path) is None


def test_a_look_at_a_folder_left_alone_finds_nothing(kept: Kept) -> None:
    kept.add()
    for document in kept.store.library.documents():
        kept.store.folders.stamp(document.id, document.sha256, stamp_of(document.path))
    assert list(kept.known.look(kept.folder, CancelToken())) == []
    (kept.folder / "bikes.txt").write_text("Check the brakes.")
    assert [path.name for path in kept.known.look(kept.folder, CancelToken())] == ["bikes.txt"]


def test_a_look_passes_over_files_that_are_being_read_but_finds_those_that_were_left_waiting(kept: Kept) -> None:
    events = kept.ingest.add([kept.folder], CancelToken())
    next(event for event in events if isinstance(event, FilesWaiting))
    assert [path.name for path in kept.known.look(kept.folder, CancelToken())] == ["bikes.txt", "lease.txt"]
    reading = next(event for event in events if isinstance(event, DocumentAdded))
    waiting = kept.folder / ("lease.txt" if reading.document.path.name == "bikes.txt" else "bikes.txt")
    kept.store.library.begin(waiting, media_type="", sha256="", size=0, title="")
    assert waiting not in kept.known.look(kept.folder, CancelToken())
    list(events)
