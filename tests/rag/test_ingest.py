"""Files become passages and vectors; what can't be read is told, and the rest goes on."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag.errors import Cancelled, DiskFull
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentFailed, DocumentUnchanged
from rag.file_desk import MOST_SUSPICION, note_accused
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.store.store import Store
from rag.types import DocumentState, Scope
from tests.fakes.core import LineReader, WordEmbedder


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def index(store: Store, embedder: WordEmbedder, tmp_path: Path) -> VectorIndex:
    return VectorIndex.open(tmp_path / "data", store.library, embedder.identity)


@pytest.fixture
def reader() -> LineReader:
    return LineReader()


@pytest.fixture
def ingest(store: Store, reader: LineReader, embedder: WordEmbedder, index: VectorIndex) -> Ingest:
    return Ingest(store.library, reader, embedder, index, lambda path: path.suffix == ".txt", store.folders)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.txt").write_text("The rent is 950 euros.\nPets are allowed.")
    (folder / "bikes.txt").write_text("Check the chain.")
    return folder


def add(ingest: Ingest, *paths: Path) -> list[AddEvent]:
    return list(ingest.add(paths, CancelToken()))


def embed(ingest: Ingest) -> None:
    for _ in ingest.embed_pending(CancelToken()):
        pass


def test_a_folder_is_searchable_by_words_before_any_vector(ingest: Ingest, store: Store, folder: Path) -> None:
    events = add(ingest, folder)
    assert events[-1] == AddFinished(2, 0, (), 3, 0)
    assert [document.state for document in store.library.documents()] == [DocumentState.READ] * 2
    assert store.library.search_words('"rent"', weights=(1, 1, 1), scope=Scope(), limit=5)


def test_vectors_follow_and_complete_the_documents(
    ingest: Ingest, store: Store, index: VectorIndex, folder: Path
) -> None:
    add(ingest, folder)
    embed(ingest)
    assert len(index) == 3
    assert {document.state for document in store.library.documents()} == {DocumentState.COMPLETE}


def test_a_second_folder_of_the_same_name_is_known_by_its_own_root(
    ingest: Ingest, store: Store, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "attic" / "papers"
    other.mkdir(parents=True)
    (other / "letter.txt").write_text("Dear landlord.")
    add(ingest, folder, other)
    (other / "letter.txt").write_text("Dear tenant.")
    events = list(ingest.refresh(CancelToken()))
    assert [event.document.path for event in events if isinstance(event, DocumentAdded)] == [other / "letter.txt"]
    assert {collection.root for collection in store.library.collections()} == {folder, other}


def test_a_file_that_has_gone_from_its_folder_goes_from_the_library(
    ingest: Ingest, store: Store, index: VectorIndex, folder: Path
) -> None:
    add(ingest, folder)
    embed(ingest)
    (folder / "bikes.txt").unlink()
    *_, finished = ingest.refresh(CancelToken())
    assert isinstance(finished, AddFinished)
    assert finished.removed == 1
    assert [document.path.name for document in store.library.documents()] == ["lease.txt"]
    assert len(index) == 2


def test_a_folder_that_holds_nothing_any_more_may_be_a_disk_that_is_not_there(
    ingest: Ingest, store: Store, folder: Path
) -> None:
    add(ingest, folder)
    for file in list(folder.iterdir()):
        file.unlink()
    list(ingest.refresh(CancelToken()))
    assert len(store.library.documents()) == 2


def test_a_folder_becomes_a_collection(ingest: Ingest, store: Store, folder: Path) -> None:
    add(ingest, folder)
    assert [(c.name, c.root, c.documents) for c in store.library.collections()] == [("papers", folder, 2)]


def test_adding_twice_changes_nothing(ingest: Ingest, embedder: WordEmbedder, folder: Path) -> None:
    add(ingest, folder)
    embed(ingest)
    asked = len(embedder.asked)
    events = add(ingest, folder)
    embed(ingest)
    assert sum(isinstance(event, DocumentUnchanged) for event in events) == 2
    assert len(embedder.asked) == asked


def test_a_changed_file_replaces_its_passages_and_vectors(
    ingest: Ingest, store: Store, index: VectorIndex, folder: Path
) -> None:
    add(ingest, folder)
    embed(ingest)
    (folder / "lease.txt").write_text("The rent is 990 euros.")
    events = add(ingest, folder)
    assert [event.replaced for event in events if isinstance(event, DocumentAdded)] == [True]
    assert len(index) == 1
    embed(ingest)
    assert len(index) == 2
    assert index.generation == store.library.generation(index.identity.digest)


def test_one_broken_file_is_told_and_the_rest_goes_on(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "broken.txt").write_text("BROKEN")
    failed = [event for event in add(ingest, folder) if isinstance(event, DocumentFailed)]
    assert [event.code for event in failed] == ["document_broken"]
    assert "broken.txt" in failed[0].reason
    assert store.library.count(Scope()) == 3


def test_an_empty_file_says_that_it_holds_no_text(ingest: Ingest, folder: Path) -> None:
    (folder / "empty.txt").write_text("")
    failed = [event for event in add(ingest, folder) if isinstance(event, DocumentFailed)]
    assert failed[0].code == "document_empty"


def test_a_file_that_failed_is_tried_again_when_it_was_mended(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "broken.txt").write_text("BROKEN")
    add(ingest, folder)
    (folder / "broken.txt").write_text("mended text")
    assert any(isinstance(event, DocumentAdded) for event in add(ingest, folder))
    assert all(document.state is DocumentState.READ for document in store.library.documents())


def test_a_missing_path_is_told(ingest: Ingest, tmp_path: Path) -> None:
    events = add(ingest, tmp_path / "nothing.txt")
    assert [event.code for event in events if isinstance(event, DocumentFailed)] == ["document_missing"]


def test_hidden_files_are_left_out_and_other_formats_counted(ingest: Ingest, folder: Path) -> None:
    (folder / ".secret.txt").write_text("hidden")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    events = add(ingest, folder)
    assert isinstance(events[-1], AddFinished)
    assert (events[-1].added, events[-1].skipped) == (2, 1)


def test_links_in_circles_end(ingest: Ingest, folder: Path) -> None:
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert isinstance(add(ingest, folder)[-1], AddFinished)


def test_a_cancel_between_files_keeps_what_was_read(ingest: Ingest, store: Store, folder: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for event in ingest.add([folder], cancel):
            if isinstance(event, DocumentAdded):
                cancel.cancel()
    assert len([d for d in store.library.documents() if d.state is DocumentState.READ]) == 1


def test_embedding_resumes_after_a_cancel(
    ingest: Ingest, index: VectorIndex, embedder: WordEmbedder, tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_text("\n".join(f"line {n}" for n in range(300)))
    add(ingest, tmp_path / "long.txt")
    cancel = CancelToken()
    embedder.before_embedding = lambda: cancel.cancel() if embedder.asked else None
    with pytest.raises(Cancelled):
        for _ in ingest.embed_pending(cancel):
            pass
    assert 0 < len(index) < 300
    embedder.before_embedding = lambda: None
    embed(ingest)
    assert len(index) == 300
    assert sum(len(texts) for texts in embedder.asked) == 300


def test_removing_a_document_removes_its_vectors(
    ingest: Ingest, store: Store, index: VectorIndex, folder: Path
) -> None:
    add(ingest, folder)
    embed(ingest)
    lease = store.library.find(folder / "lease.txt")
    assert lease is not None
    assert ingest.remove([lease.id]) == 1
    assert len(index) == 1
    assert index.generation == store.library.generation(index.identity.digest)


def test_refresh_finds_new_files_of_a_known_folder(ingest: Ingest, folder: Path) -> None:
    add(ingest, folder)
    (folder / "new.txt").write_text("something new")
    events = list(ingest.refresh(CancelToken()))
    assert [event.document.path.name for event in events if isinstance(event, DocumentAdded)] == ["new.txt"]


def test_a_file_left_half_read_by_a_crash_is_read_again(ingest: Ingest, store: Store, folder: Path) -> None:
    path = folder / "lease.txt"
    store.library.begin(path, media_type="", sha256="?", size=1, title="lease")
    events = list(ingest.refresh(CancelToken()))
    assert [event.document.path for event in events if isinstance(event, DocumentAdded)] == [path]


def test_an_index_made_anew_says_what_it_holds(ingest: Ingest, index: VectorIndex, folder: Path) -> None:
    add(ingest, folder)
    embed(ingest)
    *_, last = ingest.rebuild_index(CancelToken())
    assert last.done == len(index) == 3


def test_what_lies_behind_a_closed_door_is_told_and_the_rest_goes_on(
    ingest: Ingest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.stat

    def closed(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "lease.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", closed)
    for paths in ((folder,), (folder / "lease.txt", folder / "bikes.txt")):
        finished = add(ingest, *paths)[-1]
        assert isinstance(finished, AddFinished)
        assert [(failure.path.name, failure.code) for failure in finished.failed] == [("lease.txt", "document_missing")]
        assert finished.added + finished.unchanged == 1


@pytest.mark.parametrize(
    ("times", "told"), [(1, "1 passage of hidden text was"), (3, "3 passages of hidden text were")]
)
def test_hidden_text_that_was_left_out_is_told_with_the_document(
    ingest: Ingest, store: Store, folder: Path, times: int, told: str
) -> None:
    (folder / "odd.txt").write_text("Seen. " + "HIDES " * times)
    add(ingest, folder)
    document = store.library.find(folder / "odd.txt")
    assert document is not None
    (notice,) = document.notices
    assert notice.startswith(f"{told} left out")


def test_pages_without_text_are_told_with_the_document_in_one_line(ingest: Ingest, store: Store, folder: Path) -> None:
    (folder / "scan.txt").write_text("Seen. " + "BLANK " * 300)
    add(ingest, folder)
    document = store.library.find(folder / "scan.txt")
    assert document is not None
    assert document.notices == ("Pages 2–301: blank",)


def test_a_name_that_turns_or_hides_letters_makes_a_plain_title(ingest: Ingest, store: Store, folder: Path) -> None:
    name = "rent\u202etxt.exe\U000e0049\u200b.txt"
    (folder / name).write_text("The rent is due.")
    add(ingest, folder)
    document = store.library.find(folder / name)
    assert document is not None
    assert document.title == "renttxt.exe"


def poison(ingest: Ingest, folder: Path) -> Path:
    path = folder / "poison.txt"
    path.write_text("POISON")
    add(ingest, folder)
    return path


def state_of(store: Store, path: Path) -> DocumentState:
    document = store.library.find(path)
    assert document is not None
    return document.state


def read_files(events: list[AddEvent]) -> list[str]:
    return [event.document.path.name for event in events if isinstance(event, DocumentAdded)]


def failures(events: list[AddEvent]) -> list[tuple[str, str, bool]]:
    return [(event.path.name, event.code, event.known) for event in events if isinstance(event, DocumentFailed)]


def test_a_file_that_ends_its_reader_is_quarantined_and_the_rest_goes_on(
    ingest: Ingest, store: Store, folder: Path
) -> None:
    path = poison(ingest, folder)
    document = store.library.find(path)
    assert document is not None
    assert document.state is DocumentState.QUARANTINED
    assert "poison.txt" in document.reason
    assert state_of(store, folder / "lease.txt") is DocumentState.READ


def test_a_quarantined_file_is_not_tried_again_by_itself_nor_when_it_is_named(
    ingest: Ingest, reader: LineReader, folder: Path
) -> None:
    path = poison(ingest, folder)
    reader.asked.clear()
    assert failures(list(ingest.refresh(CancelToken()))) == [("poison.txt", "document_quarantined", True)]
    assert failures(add(ingest, path)) == [("poison.txt", "document_quarantined", False)]
    assert path not in reader.asked


def test_a_quarantined_file_is_tried_again_when_it_has_changed(ingest: Ingest, store: Store, folder: Path) -> None:
    path = poison(ingest, folder)
    path.write_text("mended text")
    assert read_files(list(ingest.refresh(CancelToken()))) == ["poison.txt"]
    assert state_of(store, path) is DocumentState.READ


def test_a_quarantined_file_is_tried_again_when_the_user_says_so_and_joins_its_folder(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path
) -> None:
    path = poison(ingest, folder)
    reader.harmless = True
    known = store.library.find(path)
    assert known is not None
    assert read_files(list(ingest.retry([known.id], CancelToken()))) == ["poison.txt"]
    assert [collection.documents for collection in store.library.collections()] == [3]


def test_what_failed_is_tried_again_when_it_is_named_but_not_by_a_look_at_the_folders(
    ingest: Ingest, reader: LineReader, folder: Path
) -> None:
    (folder / "broken.txt").write_text("BROKEN")
    add(ingest, folder)
    reader.asked.clear()
    assert failures(list(ingest.refresh(CancelToken()))) == [("broken.txt", "document_broken", True)]
    assert reader.asked == []
    assert failures(add(ingest, folder)) == [("broken.txt", "document_broken", False)]
    assert reader.asked == [folder / "broken.txt"]


def test_a_file_that_could_not_be_opened_is_tried_at_the_next_look(
    ingest: Ingest, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ingest, folder)
    really_open = Path.open

    def closed(path: Path, *args: str) -> object:
        if path.name == "lease.txt":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return really_open(path, *args)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", closed)
        assert failures(list(ingest.refresh(CancelToken()))) == [("lease.txt", "document_missing", False)]
    assert state_of(store, folder / "lease.txt") is DocumentState.FAILED
    list(ingest.refresh(CancelToken()))
    assert state_of(store, folder / "lease.txt") is DocumentState.READ


def begin(store: Store, path: Path) -> None:
    """As a program that is killed while it reads the file leaves it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    store.library.begin(path, media_type="", sha256=digest, size=1, title=path.stem)


def test_a_file_that_footnote_ended_with_once_is_read_last_at_the_next_start(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path
) -> None:
    store.library.create_collection("papers", folder)
    begin(store, folder / "bikes.txt")
    assert read_files(list(ingest.refresh(CancelToken()))) == ["lease.txt", "bikes.txt"]


def test_of_several_such_files_the_one_that_was_open_least_often_is_read_first(
    ingest: Ingest, store: Store, folder: Path
) -> None:
    store.library.create_collection("papers", folder)
    for name in ("bikes.txt", "bikes.txt", "lease.txt"):
        begin(store, folder / name)
    assert read_files(list(ingest.refresh(CancelToken()))) == ["lease.txt", "bikes.txt"]


def test_a_harmless_file_that_was_open_at_several_power_cuts_is_read(
    ingest: Ingest, store: Store, folder: Path
) -> None:
    store.library.create_collection("papers", folder)
    for _ in range(MOST_SUSPICION - 1):
        begin(store, folder / "bikes.txt")
    list(ingest.refresh(CancelToken()))
    assert state_of(store, folder / "bikes.txt") is DocumentState.READ


@pytest.mark.parametrize(("ends", "accused"), [(2, True), (MOST_SUSPICION, False)])
def test_a_file_is_quarantined_when_it_took_the_memory_at_two_ends_or_was_open_at_six(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path, ends: int, accused: bool
) -> None:
    path = folder / "bikes.txt"
    store.library.create_collection("papers", folder)
    for _ in range(ends):
        begin(store, path)
        note_accused(store.folders, [path, folder / "lease.txt"] if accused else [])
    events = list(ingest.refresh(CancelToken()))
    assert (read_files(events), reader.asked) == (["lease.txt"], [folder / "lease.txt"])
    document = store.library.find(path)
    assert document is not None
    assert document.state is DocumentState.QUARANTINED
    assert document.reason.startswith("“bikes.txt” was being read again and again when Footnote ended")


def test_a_file_whose_reader_is_killed_once_is_read_again_at_once(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path
) -> None:
    reader.kill_next = 1
    assert read_files(add(ingest, folder / "bikes.txt")) == ["bikes.txt"]
    assert store.library.passage_count() == 1


def test_a_file_whose_reader_is_killed_twice_is_quarantined(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path
) -> None:
    reader.kill_next = 2
    add(ingest, folder / "bikes.txt")
    assert state_of(store, folder / "bikes.txt") is DocumentState.QUARANTINED


def test_other_bytes_begin_a_new_count(ingest: Ingest, store: Store, folder: Path) -> None:
    path = folder / "bikes.txt"
    for _ in range(MOST_SUSPICION):
        begin(store, path)
    path.write_text("Oil the chain.")
    assert read_files(add(ingest, path)) == ["bikes.txt"]


def test_stopping_again_and_again_never_quarantines(
    ingest: Ingest, store: Store, reader: LineReader, folder: Path
) -> None:
    path = folder / "bikes.txt"
    for _ in range(3):
        cancel = CancelToken()
        reader.before_reading = cancel.cancel
        with pytest.raises(Cancelled):
            list(ingest.add([path], cancel))
        assert state_of(store, path) is DocumentState.WAITING
    reader.before_reading = lambda: None
    assert read_files(list(ingest.refresh(CancelToken()))) == ["bikes.txt"]


def test_a_full_disk_is_not_the_files_fault_and_the_next_start_goes_on(
    ingest: Ingest, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full.")

    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(store.library, "replace", full)
            with pytest.raises(DiskFull):
                add(ingest, folder)
    assert sorted(read_files(add(ingest, folder))) == ["bikes.txt", "lease.txt"]
    assert {document.state for document in store.library.documents()} == {DocumentState.READ}
