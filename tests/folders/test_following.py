"""Files that come, change, move and go, and what the library makes of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag.errors import Cancelled
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentMoved, FilesWaiting
from rag.folders import surveying, volumes
from rag.folders.rules import RULES_FILE
from rag.folders.stamps import stamp_of
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.types import Document, DocumentState, Scope
from tests.fakes.core import LineReader, WordEmbedder
from tests.fakes.store import new_store


class Workshop:
    """A library with one folder in it, and the service's own parts around it."""

    def __init__(self, tmp_path: Path) -> None:
        self.store = new_store(tmp_path / "data")
        self.embedder = WordEmbedder()
        self.reader = LineReader()
        self.index = VectorIndex.open(tmp_path / "data", self.store.library, self.embedder.identity)
        self.ingest = Ingest(
            self.store.library,
            self.reader,
            self.embedder,
            self.index,
            lambda path: path.suffix == ".txt",
            self.store.folders,
            at_once=2,
        )
        self.folder = tmp_path / "papers"
        self.write("lease.txt", "The rent is 950 euros.\nPets are allowed.")
        self.write("bikes.txt", "Check the chain.")
        self.write("cats.txt", "Cats purr.")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def add(self, *paths: Path) -> list[AddEvent]:
        events = list(self.ingest.add(paths or (self.folder,), CancelToken()))
        for _ in self.ingest.embed_pending(CancelToken()):
            pass
        self.embedder.asked.clear()
        self.reader.asked.clear()
        return events

    def follow(self, *paths: Path) -> list[AddEvent]:
        return list(self.ingest.follow(paths, CancelToken()))

    def refresh(self) -> list[AddEvent]:
        return list(self.ingest.refresh(CancelToken()))

    def document(self, path: Path) -> Document:
        found = self.store.library.find(path)
        assert found is not None
        return found

    def names(self) -> list[str]:
        return sorted(document.path.name for document in self.store.library.documents())

    def embed(self) -> int:
        """How many passages had to be embedded."""
        for _ in self.ingest.embed_pending(CancelToken()):
            pass
        return sum(len(texts) for texts in self.embedder.asked)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    made.store.close()


def finished(events: Sequence[AddEvent]) -> AddFinished:
    last = events[-1]
    assert isinstance(last, AddFinished)
    return last


# Moved


def test_a_renamed_file_keeps_its_document_and_nothing_is_read_or_embedded_again(shop: Workshop) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    before = shop.document(old)
    ids = shop.store.library.passage_ids(Scope(documents=frozenset({before.id}))).tolist()
    new = old.rename(shop.folder / "flat.txt")
    events = shop.follow(old, new)
    assert finished(events).moved == 1
    assert [event.before for event in events if isinstance(event, DocumentMoved)] == [old]
    assert (shop.document(new).id, shop.document(new).title) == (before.id, "flat")
    assert shop.store.library.passage_ids(Scope(documents=frozenset({before.id}))).tolist() == ids
    assert (shop.reader.asked, shop.embed(), len(shop.index)) == ([], 0, 4)
    assert shop.names() == ["bikes.txt", "cats.txt", "flat.txt"]


def test_a_renamed_file_is_found_by_its_new_name_and_not_by_the_old(shop: Workshop) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    shop.follow(old, old.rename(shop.folder / "flat.txt"))
    found = {
        word: shop.store.library.search_words(f'"{word}"', weights=(1, 1, 1), scope=Scope(), limit=9)
        for word in ("flat", "leas", "lease")
    }
    assert [len(found[word]) for word in found] == [2, 0, 0]


def test_it_is_the_same_whichever_of_the_two_names_is_told_first(shop: Workshop) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    id_ = shop.document(old).id
    new = old.rename(shop.folder / "flat.txt")
    shop.follow(new)
    shop.follow(old)
    assert shop.document(new).id == id_
    assert shop.embed() == 0


def test_a_folder_that_was_renamed_takes_its_documents_along(shop: Workshop) -> None:
    inner = shop.write("2024/a.txt", "first").parent
    shop.write("2024/deep/b.txt", "second")
    shop.add()
    ids = {document.path.name: document.id for document in shop.store.library.documents()}
    new = inner.rename(shop.folder / "archive")
    shop.follow(inner, new)
    assert {document.path.name: document.id for document in shop.store.library.documents()} == ids
    assert shop.document(new / "deep" / "b.txt").id == ids["b.txt"]
    assert (shop.reader.asked, shop.embed()) == ([], 0)


def test_a_file_moved_while_nobody_watched_is_found_by_the_next_look(shop: Workshop) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    id_ = shop.document(old).id
    new = old.rename(shop.folder / "flat.txt")
    assert finished(shop.refresh()).moved == 1
    assert shop.document(new).id == id_


def test_a_copy_is_a_document_of_its_own(shop: Workshop) -> None:
    shop.add()
    shop.write("copy.txt", (shop.folder / "lease.txt").read_text())
    assert finished(shop.follow(shop.folder / "copy.txt")).added == 1
    assert shop.names() == ["bikes.txt", "cats.txt", "copy.txt", "lease.txt"]


def test_a_file_copied_to_another_disk_and_then_deleted_keeps_the_older_document(shop: Workshop) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    id_ = shop.document(old).id
    new = shop.write("other/lease.txt", old.read_text())
    shop.follow(new)
    old.unlink()
    assert finished(shop.follow(old)).moved == 1
    assert shop.document(new).id == id_
    assert shop.names() == ["bikes.txt", "cats.txt", "lease.txt"]


def test_a_file_saved_under_the_old_name_of_a_renamed_one_is_new_and_the_renamed_keeps_its_own(shop: Workshop) -> None:
    shop.add()
    lease = shop.folder / "lease.txt"
    id_ = shop.document(lease).id
    kept = lease.rename(shop.folder / "lease 2023.txt")
    shop.write("lease.txt", "The rent is 990 euros.")
    shop.follow(kept, lease)
    assert shop.document(kept).id == id_
    assert shop.document(lease).passages == 1
    assert shop.document(lease).id != id_


def test_a_document_that_moves_into_another_folder_changes_collections(shop: Workshop, tmp_path: Path) -> None:
    other = tmp_path / "archive"
    other.mkdir()
    (other / "old.txt").write_text("old")
    shop.add(shop.folder, other)
    lease = shop.folder / "lease.txt"
    new = lease.rename(other / "lease.txt")
    shop.follow(lease, new)
    assert {each.name: each.documents for each in shop.store.library.collections()} == {"papers": 2, "archive": 2}


# Changed, gone


def test_a_changed_file_is_read_again_and_a_touched_one_is_not(shop: Workshop) -> None:
    shop.add()
    os.utime(shop.folder / "bikes.txt")
    shop.write("lease.txt", "The rent is 990 euros.")
    done = finished(shop.follow(shop.folder / "bikes.txt", shop.folder / "lease.txt"))
    assert (done.added, done.unchanged) == (1, 1)
    assert shop.reader.asked == [shop.folder / "lease.txt"]


def test_a_deleted_file_and_a_deleted_folder_leave_the_library(shop: Workshop) -> None:
    inner = shop.write("2024/a.txt", "first")
    shop.add()
    inner.unlink()
    inner.parent.rmdir()
    (shop.folder / "cats.txt").unlink()
    assert finished(shop.follow(inner.parent, shop.folder / "cats.txt")).removed == 2
    assert shop.names() == ["bikes.txt", "lease.txt"]


def test_what_is_hidden_or_of_another_format_is_left_alone_when_it_is_told(shop: Workshop) -> None:
    shop.add()
    told = [shop.write(name, "x") for name in (".hidden.txt", ".git/a.txt", "photo.jpg", "node_modules/m.txt")]
    done = finished(shop.follow(*told))
    assert (done.added, done.removed) == (0, 0)


def test_a_folder_emptied_altogether_may_be_a_disk_that_is_not_there(shop: Workshop) -> None:
    shop.add()
    files = list(shop.folder.iterdir())
    for file in files:
        file.unlink()
    assert finished(shop.follow(*files)).removed == 0
    assert finished(shop.refresh()).removed == 0
    assert len(shop.names()) == 3


def test_documents_of_a_folder_that_is_not_there_stay_and_it_is_told(shop: Workshop) -> None:
    shop.add()
    away = shop.folder.rename(shop.folder.parent / "elsewhere")
    done = finished(shop.refresh())
    assert (done.removed, done.failed, done.away) == (0, (), (shop.folder,))
    assert all(document.state is DocumentState.COMPLETE for document in shop.store.library.documents())
    away.rename(shop.folder)
    assert finished(shop.refresh()).away == ()
    assert (shop.reader.asked, shop.embed()) == ([], 0)


def test_documents_of_a_disk_inside_a_folder_stay_while_it_is_pulled_out(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = shop.write("stick/a.txt", "on the stick").parent
    mounted = {stick}
    monkeypatch.setattr(volumes, "_is_mount", lambda path: path in mounted or path == Path(path.anchor))
    shop.add()
    mounted.clear()
    (stick / "a.txt").unlink()
    done = finished(shop.refresh())
    assert (done.removed, done.away) == (0, (stick,))
    assert "a.txt" in shop.names()


def test_a_look_at_files_that_are_as_they_were_writes_into_no_collection(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add()
    shop.store.library.take_from_collection(1, [shop.document(shop.folder / "cats.txt").id])
    written: list[list[int]] = []
    add = shop.store.library.add_to_collection

    def counted(collection_id: int, document_ids: Sequence[int]) -> None:
        written.append(list(document_ids))
        add(collection_id, document_ids)

    monkeypatch.setattr(shop.store.library, "add_to_collection", counted)
    assert finished(shop.refresh()).unchanged == 3
    assert written == [[shop.document(shop.folder / "cats.txt").id]]
    assert shop.store.library.count(Scope(collections=frozenset({1}))) == 3


def test_a_disk_that_stays_away_is_not_forgotten_at_the_second_look(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = shop.write("stick/a.txt", "on the stick").parent
    mounted = {stick}
    monkeypatch.setattr(volumes, "_is_mount", lambda path: path in mounted or path == Path(path.anchor))
    shop.add()
    mounted.clear()
    (stick / "a.txt").unlink()
    for look in (shop.refresh, shop.add, shop.refresh):
        done = finished(look())
        assert (done.removed, done.away) == (0, (stick,))
    assert "a.txt" in shop.names()


def test_a_disk_that_became_an_ordinary_folder_is_one(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = shop.write("stick/a.txt", "on the stick").parent
    other = shop.write("stick/b.txt", "on the stick too")
    mounted = {stick}
    monkeypatch.setattr(volumes, "_is_mount", lambda path: path in mounted or path == Path(path.anchor))
    shop.add()
    mounted.clear()
    shop.refresh()
    other.unlink()
    done = finished(shop.refresh())
    assert (done.removed, done.away) == (1, ())


def test_a_disk_that_is_pulled_out_while_files_are_read_is_not_taken_for_empty(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = shop.write("stick/a.txt", "on the stick").parent
    mounted = {stick}
    monkeypatch.setattr(volumes, "_is_mount", lambda path: path in mounted or path == Path(path.anchor))
    shop.add()
    (stick / "a.txt").rename(shop.folder.parent / "kept.txt")
    shop.write("new.txt", "Another page.")
    for event in shop.ingest.refresh(CancelToken()):
        if isinstance(event, DocumentAdded):
            mounted.clear()
    assert isinstance(event, AddFinished)
    assert event.removed == 0
    assert "a.txt" in shop.names()


def test_a_file_that_lies_on_a_missing_disk_is_not_taken_for_moved(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add()
    other = tmp_path / "other"
    other.mkdir()
    text = (shop.folder / "lease.txt").read_text()
    away = shop.folder.rename(tmp_path / "pulled out")
    (other / "lease.txt").write_text(text)
    done = finished(shop.add(other))
    assert (done.added, done.moved) == (1, 0)
    away.rename(shop.folder)


# Rules


def test_rules_of_a_file_leave_documents_out_and_the_notice_says_so(shop: Workshop) -> None:
    shop.write("drafts/a.txt", "draft")
    shop.write(RULES_FILE, "drafts/\n")
    done = finished(shop.add())
    assert done.added == 3
    assert [(each.count, each.paths) for each in done.left_out] == [(1, (shop.folder / "drafts",))]


def test_rules_written_later_take_documents_out_and_taken_back_bring_them_in_again(shop: Workshop) -> None:
    shop.add()
    rules = shop.write(RULES_FILE, "c*.txt\n")
    assert finished(shop.follow(shop.folder)).removed == 1
    assert shop.names() == ["bikes.txt", "lease.txt"]
    rules.unlink()
    assert finished(shop.follow(shop.folder)).added == 1


def test_a_document_picked_by_hand_stays_whatever_the_rules_of_its_folder_say(shop: Workshop) -> None:
    shop.add()
    list(shop.ingest.add([shop.folder / "cats.txt"], CancelToken(), collection="Pets"))
    shop.write(RULES_FILE, "c*.txt\n")
    assert finished(shop.follow(shop.folder)).removed == 0
    assert {each.name: each.documents for each in shop.store.library.collections()} == {"papers": 2, "Pets": 1}


def test_rules_of_the_collection_hold_too(shop: Workshop) -> None:
    shop.add()
    (folder,) = shop.store.folders.folders()
    shop.store.folders.set_rules(folder.collection.id, ["/b*"])
    assert finished(shop.refresh()).removed == 1


# Sparing and telling


def test_a_look_hashes_only_what_looks_different(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add()
    for document in shop.store.library.documents():
        shop.store.folders.stamp(document.id, document.sha256, stamp_of(document.path))
    shop.write("bikes.txt", "Check the brakes.")
    opened: list[Path] = []
    really_open = Path.open

    def noting(path: Path, *args: str, **named: str) -> object:
        opened.append(path)
        return really_open(path, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", noting)
    done = finished(shop.refresh())
    assert (done.added, done.unchanged) == (1, 2)
    assert {path.name for path in opened if path.suffix == ".txt"} == {"bikes.txt"}


def test_files_are_known_as_waiting_in_their_collection_before_the_first_is_read(shop: Workshop) -> None:
    events = shop.ingest.add([shop.folder], CancelToken())
    assert FilesWaiting(3) == next(event for event in events if isinstance(event, FilesWaiting))
    states = {document.path.name: document.state for document in shop.store.library.documents()}
    assert states == dict.fromkeys(("bikes.txt", "cats.txt", "lease.txt"), DocumentState.WAITING)
    assert [each.documents for each in shop.store.library.collections()] == [3]
    list(events)


def test_what_waits_when_the_reading_is_stopped_is_read_by_the_next_start(shop: Workshop) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for event in shop.ingest.add([shop.folder], cancel):
            if isinstance(event, DocumentAdded):
                cancel.cancel()
    states = [document.state for document in shop.store.library.documents()]
    assert sorted(states) == sorted([DocumentState.READ, DocumentState.WAITING, DocumentState.WAITING])
    assert finished(list(shop.ingest.resume(CancelToken()))).added == 2
    assert [each.documents for each in shop.store.library.collections()] == [3]


def test_what_waits_can_be_let_go(shop: Workshop) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for event in shop.ingest.add([shop.folder], cancel):
            if isinstance(event, DocumentAdded):
                cancel.cancel()
    assert shop.store.folders.forget_waiting() == 2
    assert len(shop.names()) == 1


def test_other_formats_are_told_by_kind(shop: Workshop) -> None:
    for name in ("a.jpg", "b.jpg", "c.zip"):
        shop.write(name, "x")
    done = finished(shop.add())
    assert done.skipped == 3
    assert [(each.reason, each.count) for each in done.left_out] == [
        ("Pictures in folders are not read", 2),
        (".zip files are not read", 1),
    ]


def test_of_very_many_only_some_are_named(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveying, "MOST_TOLD", 2)
    for number in range(5):
        shop.write(f"{number}.jpg", "x")
    (told,) = finished(shop.add()).left_out
    assert (told.count, len(told.paths)) == (5, 2)
