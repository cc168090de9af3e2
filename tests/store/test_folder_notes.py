"""What the store remembers of folders, and documents that move without being read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import NotFound, UsageError
from rag.store.store import Store
from rag.types import Mode, PassageTerms, Scope
from tests.fakes.store import add_document, hits_of


def test_a_folders_rules_and_mount_points_are_kept(store: Store, tmp_path: Path) -> None:
    made = store.library.create_collection("papers", tmp_path)
    store.library.create_collection("picked", None)
    store.folders.set_rules(made.id, ["*.log", "drafts/"])
    store.folders.set_mounts(made.id, [Path("/"), Path("/media/stick")])
    (folder,) = store.folders.folders()
    assert (folder.root, folder.rules) == (tmp_path, ("*.log", "drafts/"))
    assert folder.mounts == (Path("/"), Path("/media/stick"))


def test_notes_of_a_collection_that_is_gone_are_gone_with_it(store: Store, tmp_path: Path) -> None:
    made = store.library.create_collection("papers", tmp_path)
    store.folders.set_rules(made.id, ["*.log"])
    store.library.remove_collection(made.id)
    store.folders.set_rules(made.id, ["*.txt"])
    assert store.folders.folders() == []


def test_a_stamp_holds_for_the_bytes_it_was_taken_of(store: Store) -> None:
    document = add_document(store.library, "/a.txt", ["one"])
    store.folders.stamp(document.id, document.sha256, "3:1:1:7")
    assert store.folders.stamps() == {Path("/a.txt"): "3:1:1:7"}
    store.folders.stamp(document.id, "other bytes", "3:2:2:7")
    assert store.folders.stamps() == {}


def test_an_empty_stamp_takes_the_old_one_away(store: Store) -> None:
    document = add_document(store.library, "/a.txt", ["one"])
    store.folders.stamp(document.id, document.sha256, "3:1:1:7")
    store.folders.stamp(document.id, document.sha256, "")
    assert store.folders.stamps() == {}


def test_a_stamp_of_a_document_that_is_gone_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        store.folders.stamp(99, "x", "y")


def test_a_moved_document_keeps_its_passages_and_is_found_by_its_new_name(store: Store) -> None:
    document = add_document(store.library, "/in/old.txt", ["it rains", "it snows"])
    ids = [int(each) for each in store.library.passage_ids()]
    terms = [PassageTerms("new", "", "rain"), PassageTerms("new", "", "snow")]
    moved = store.folders.move(document.id, Path("/out/new.txt"), "new", ids, terms)
    assert (moved.id, moved.path, moved.title) == (document.id, Path("/out/new.txt"), "new")
    assert [int(each) for each in store.library.passage_ids()] == ids
    found = store.library.search_words('"new"', weights=(1, 1, 1), scope=Scope(), limit=9)
    assert {id_ for id_, _ in found} == set(ids)


def test_what_cites_a_moved_document_finds_it_at_its_new_place(store: Store) -> None:
    document = add_document(store.library, "/in/old.txt", ["it rains"])
    talk = store.journal.create(title="", mode=Mode.QUOTES, scope=Scope())
    asked = store.journal.add_question(talk.id, None, "Rain?", Mode.QUOTES)
    begun = store.journal.begin_answer(talk.id, asked.id, Mode.QUOTES, "")
    assert not store.folders.is_cited(document.id)
    store.journal.give_sources(talk.id, begun.id, hits_of(store.library, document))
    assert store.folders.is_cited(document.id)
    store.folders.move(document.id, Path("/out/new.txt"), "new", [], [])
    (source,) = store.journal.sources(talk.id)
    assert (source.path, source.document_id) == (Path("/out/new.txt"), document.id)


def test_a_document_that_was_read_is_never_moved_over(store: Store) -> None:
    one = add_document(store.library, "/one.txt", ["one"])
    add_document(store.library, "/two.txt", ["two"])
    with pytest.raises(UsageError):
        store.folders.move(one.id, Path("/two.txt"), "two", [], [])


def test_one_that_was_never_read_makes_room(store: Store) -> None:
    one = add_document(store.library, "/one.txt", ["one"])
    begun = store.library.begin(Path("/two.txt"), media_type="", sha256="", size=0, title="two")
    store.library.fail(begun.id, "broken")
    store.folders.move(one.id, Path("/two.txt"), "two", [], [])
    assert [document.path for document in store.library.documents()] == [Path("/two.txt")]


def test_documents_of_the_same_bytes_are_told_oldest_first(store: Store) -> None:
    one = add_document(store.library, "/one.txt", ["same"])
    two = add_document(store.library, "/two.txt", ["same"])
    same = [document.id for document in store.folders.same_content(one.sha256)]
    assert same == ([one.id, two.id] if one.sha256 == two.sha256 else [one.id])


def test_the_collections_of_a_document_are_told(store: Store, tmp_path: Path) -> None:
    document = add_document(store.library, "/one.txt", ["one"])
    made = store.library.create_collection("papers", tmp_path)
    store.library.add_to_collection(made.id, [document.id])
    assert store.folders.groups_of(document.id) == [made.id]
