"""Disks pulled out, files changed and documents removed in the middle of the work: nothing is lost, nothing made up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag import walking
from rag.errors import DocumentBroken
from rag.events import DocumentFailed
from rag.parsers.wire import Item
from rag.store.folder_notes import FolderNotes
from rag.types import DocumentState, Scope
from tests.folders.test_following import Workshop, finished


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    made.store.close()


def states(shop: Workshop) -> dict[str, DocumentState]:
    return {document.path.name: document.state for document in shop.store.library.documents()}


def passages(shop: Workshop) -> list[int]:
    return [int(each) for each in shop.store.library.passage_ids()]


def during_the_next_reading(shop: Workshop, act: Callable[[], object]) -> None:
    def once() -> None:
        shop.reader.before_reading = lambda: None
        act()

    shop.reader.before_reading = once


# (a) A disk that is pulled out


def test_a_disk_pulled_while_its_files_are_hashed_leaves_them_as_they_were(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add()
    before, ids = states(shop), passages(shop)
    away = shop.folder.parent / "pulled out"
    really_open = Path.open

    def pulled(path: Path, *args: str) -> object:
        if path.suffix == ".txt" and shop.folder.exists():
            shop.folder.rename(away)
        return really_open(path, *args)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", pulled)
        done = finished(shop.refresh())
    assert (done.failed, done.removed, done.away) == ((), 0, (shop.folder,))
    assert states(shop) == before
    away.rename(shop.folder)
    assert finished(shop.refresh()).unchanged == 3
    assert (shop.reader.asked, shop.embed(), passages(shop)) == ([], 0, ids)


@pytest.mark.parametrize("told", ["not there", "damaged"])
def test_a_disk_pulled_while_a_file_is_read_does_not_make_it_a_failure(
    shop: Workshop, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add()
    shop.write("lease.txt", "The rent is 990 euros.")
    away = shop.folder.parent / "pulled out"
    read = shop.reader.read

    def broken(path: Path, cancel: CancelToken) -> Iterator[Item]:
        shop.folder.rename(away)
        if told == "damaged":
            raise DocumentBroken("“lease.txt” is damaged.", "Get a new copy.")
        yield from read(path, cancel)

    with monkeypatch.context() as patch:
        patch.setattr(shop.reader, "read", broken)
        try:
            done = finished(shop.refresh())
        except FileNotFoundError:  # the fake reader's; the real one tells it as DocumentMissing
            assert told == "not there"
        else:
            assert (done.failed, done.away) == ((), (shop.folder,))
    assert states(shop)["lease.txt"] is DocumentState.WAITING
    assert len(passages(shop)) == 4
    away.rename(shop.folder)
    assert finished(shop.refresh()).added == 1


def test_a_picked_file_that_could_not_be_opened_for_a_while_is_not_read_again(shop: Workshop, tmp_path: Path) -> None:
    picked = tmp_path / "picked.txt"
    picked.write_text("It rains.")
    shop.add(picked)
    gone = picked.rename(tmp_path / "elsewhere")
    shop.add(picked)
    assert states(shop)["picked.txt"] is DocumentState.FAILED
    gone.rename(picked)
    assert finished(list(shop.ingest.add([picked], CancelToken()))).unchanged == 1
    assert states(shop)["picked.txt"] is DocumentState.COMPLETE
    assert (shop.reader.asked, len(passages(shop))) == ([], 1)


def test_other_bytes_that_could_not_be_opened_are_not_taken_for_those_that_were_read(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = shop.folder / "lease.txt"
    shop.add(lease)
    lease.write_text("The rent is 990 euros.")
    digest = hashlib.sha256(lease.read_bytes()).hexdigest()
    shop.store.library.begin(lease, media_type="", sha256=digest, size=1, title="lease")  # a kill
    kept = lease.rename(tmp_path / "kept")
    shop.add(lease)
    kept.rename(lease)
    assert finished(list(shop.ingest.add([lease], CancelToken()))).added == 1
    assert shop.document(lease).passages == 1


# (b) A file that could not be read, and moves


def test_a_file_that_could_not_be_read_is_known_again_where_it_was_moved_to(shop: Workshop) -> None:
    broken = shop.write("broken.txt", "BROKEN")
    shop.add()
    id_ = shop.document(broken).id
    new = broken.rename(shop.folder / "other.txt")
    assert finished(shop.follow(broken, new)).moved == 1
    assert (shop.document(new).id, shop.document(new).state) == (id_, DocumentState.FAILED)
    assert shop.reader.asked == []


def test_a_quarantined_file_is_not_tried_again_under_another_name(shop: Workshop) -> None:
    poison = shop.write("poison.txt", "POISON")
    shop.add()
    new = poison.rename(shop.folder / "other.txt")
    shop.refresh()
    assert shop.document(new).state is DocumentState.QUARANTINED
    assert shop.reader.asked == []


def test_a_file_that_can_not_be_read_any_more_takes_its_old_passages_along(shop: Workshop) -> None:
    shop.add()
    lease = shop.write("lease.txt", "BROKEN")
    shop.add()
    new = lease.rename(shop.folder / "flat.txt")
    shop.follow(lease, new)
    assert shop.document(new).passages == 2
    assert len(passages(shop)) == 4


def test_a_file_the_user_adds_is_tried_although_it_failed_under_another_name(shop: Workshop) -> None:
    broken = shop.write("broken.txt", "BROKEN")
    shop.add()
    new = broken.rename(shop.folder / "other.txt")
    list(shop.ingest.add([new], CancelToken()))
    assert shop.reader.asked == [new]


# (d), (f) What a kill in between leaves behind


class Killed(BaseException):
    """In place of a kill: nothing in the program catches it."""


def test_a_kill_while_a_copy_takes_the_originals_place_leaves_one_state_or_the_other(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add()
    old = shop.folder / "lease.txt"
    id_ = shop.document(old).id
    new = shop.write("other/lease.txt", old.read_text())
    shop.add()
    list(shop.ingest.add([new], CancelToken(), collection="Homes"))
    old.unlink()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(FolderNotes, "stamp", killed)
        with pytest.raises(Killed):
            shop.follow(old)
    shop.refresh()
    assert shop.document(new).id == id_
    assert {each.name: each.documents for each in shop.store.library.collections()} == {"papers": 3, "Homes": 1}
    assert shop.store.check() == []


def test_a_kill_right_after_a_move_leaves_nothing_in_the_folder_it_came_from(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "archive"
    other.mkdir()
    (other / "old.txt").write_text("old")
    shop.add(shop.folder, other)
    lease = shop.folder / "lease.txt"
    new = lease.rename(other / "lease.txt")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(FolderNotes, "stamp", killed)
        with pytest.raises(Killed):
            shop.follow(lease, new)
    shop.refresh()
    assert {each.name: each.documents for each in shop.store.library.collections()} == {"papers": 2, "archive": 2}


def test_a_run_that_is_killed_at_its_first_file_has_put_all_into_the_named_collection(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add(shop.folder / "lease.txt")
    add = shop.ingest.add([shop.folder], CancelToken(), collection="Homes")
    with pytest.raises(Killed):

        def killed() -> None:
            raise Killed

        shop.reader.before_reading = killed
        list(add)
    shop.reader.before_reading = lambda: None
    list(shop.ingest.resume(CancelToken()))
    assert {each.name: each.documents for each in shop.store.library.collections()} == {"Homes": 3}
    assert set(states(shop).values()) <= {DocumentState.READ, DocumentState.COMPLETE}


# (e) Removed while it is read


def test_a_document_removed_while_it_is_read_does_not_come_back_and_stops_nobody(shop: Workshop) -> None:
    bikes = shop.folder / "bikes.txt"
    during_the_next_reading(shop, lambda: shop.ingest.remove([shop.document(bikes).id]))
    done = finished(list(shop.ingest.add([shop.folder], CancelToken())))
    assert (done.added, done.failed) == (2, ())
    assert sorted(states(shop)) == ["cats.txt", "lease.txt"]
    assert shop.store.check() == []


def test_a_broken_document_removed_while_it_is_read_stops_nobody(shop: Workshop) -> None:
    broken = shop.write("a.txt", "BROKEN")
    during_the_next_reading(shop, lambda: shop.ingest.remove([shop.document(broken).id]))
    done = finished(list(shop.ingest.add([shop.folder], CancelToken())))
    assert (done.added, done.failed) == (3, ())


def test_a_collection_removed_while_its_files_are_read_stops_nobody(shop: Workshop) -> None:
    during_the_next_reading(shop, lambda: shop.store.library.remove_collection(1))
    assert finished(list(shop.ingest.add([shop.folder], CancelToken()))).added == 3
    assert shop.store.library.collections() == []
    assert shop.store.library.count(Scope()) == 3


# (h) A folder renamed while it is walked, a file that grows while it is read


def test_a_folder_renamed_while_it_is_walked_keeps_its_documents(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = shop.write("z/a.txt", "first").parent
    shop.add()
    ids = passages(shop)
    entries = walking._entries

    def renaming(folder: Path, found: walking.Walk) -> object:
        listed = entries(folder, found)
        if folder == shop.folder and inner.exists():
            inner.rename(shop.folder / "b")
        return listed

    with monkeypatch.context() as patch:
        patch.setattr(walking, "_entries", renaming)
        done = finished(shop.refresh())
    assert (done.removed, [event for event in done.failed if isinstance(event, DocumentFailed)]) == (0, [])
    assert finished(shop.refresh()).moved == 1
    assert (passages(shop), shop.reader.asked) == (ids, [])


def test_the_checksum_of_a_file_that_grew_while_it_was_read_is_that_of_what_was_read(shop: Workshop) -> None:
    bikes = shop.folder / "bikes.txt"
    during_the_next_reading(shop, lambda: bikes.write_text("Check the chain.\nOil it."))
    shop.ingest.at_once = 1
    shop.add(bikes)
    assert shop.document(bikes).sha256 == hashlib.sha256(bikes.read_bytes()).hexdigest()
    assert shop.document(bikes).passages == 2


def test_a_file_that_never_rests_is_searchable_and_read_again_at_the_next_look(shop: Workshop) -> None:
    log = shop.write("log.txt", "one")
    lines = ["one"]

    def grow() -> None:
        lines.append(f"line {len(lines)}")
        log.write_text("\n".join(lines))

    shop.reader.before_reading = grow
    list(shop.ingest.add([log], CancelToken()))
    assert (shop.document(log).sha256, shop.document(log).passages) == ("", 3)
    shop.reader.before_reading = lambda: None
    assert finished(list(shop.ingest.add([log], CancelToken()))).added == 1
    assert shop.document(log).sha256 == hashlib.sha256(log.read_bytes()).hexdigest()
