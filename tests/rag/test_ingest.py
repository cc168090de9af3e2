"""Files become passages and vectors; what can't be read is told, and the rest goes on."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag.errors import Cancelled
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentFailed, DocumentUnchanged
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.store.store import Store
from rag.types import DocumentState, Scope
from tests.fakes.core import LineReader, WordEmbedder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "data")
    yield store
    store.close()


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def index(store: Store, embedder: WordEmbedder, tmp_path: Path) -> VectorIndex:
    return VectorIndex.open(tmp_path / "data", store.library, embedder.identity)


@pytest.fixture
def ingest(store: Store, embedder: WordEmbedder, index: VectorIndex) -> Ingest:
    return Ingest(store.library, LineReader(), embedder, index, lambda path: path.suffix == ".txt")


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


def test_an_index_made_anew_is_written_and_says_what_it_holds(
    ingest: Ingest, index: VectorIndex, folder: Path, tmp_path: Path
) -> None:
    add(ingest, folder)
    embed(ingest)
    file = tmp_path / "data" / "vectors.faiss"
    whole = file.read_bytes()
    file.write_bytes(b"damaged")
    *_, last = ingest.rebuild_index(CancelToken())
    assert last.done == len(index) == 3
    assert file.read_bytes() == whole


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


def test_a_name_that_turns_or_hides_letters_makes_a_plain_title(ingest: Ingest, store: Store, folder: Path) -> None:
    name = "rent\u202etxt.exe\U000e0049\u200b.txt"
    (folder / name).write_text("The rent is due.")
    add(ingest, folder)
    document = store.library.find(folder / name)
    assert document is not None
    assert document.title == "renttxt.exe"
