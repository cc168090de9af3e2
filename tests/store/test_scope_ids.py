"""The passages of a scope are remembered, and never longer than they are true."""

from __future__ import annotations

import pytest

from rag.store import documents
from rag.store.library import Library
from rag.types import Scope
from tests.fakes.store import add_document, put_texts


def ids(library: Library, scope: Scope) -> list[int]:
    return [int(id_) for id_ in library.passage_ids(scope)]


def test_a_scope_asked_again_is_not_read_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = Scope(documents=frozenset({add_document(library, "/a.txt", ["one", "two"]).id}))
    first = ids(library, scope)
    monkeypatch.setattr(documents, "passage_ids", None)
    assert ids(library, scope) == first == [1, 2]


def test_documents_that_come_change_and_go_are_seen(library: Library) -> None:
    group = library.create_collection("papers", None)
    scope = Scope(collections=frozenset({group.id}))
    first = add_document(library, "/a.txt", ["one", "two"])
    library.add_to_collection(group.id, [first.id])
    assert ids(library, scope) == [1, 2]
    second = add_document(library, "/b.txt", ["three"])
    assert ids(library, scope) == [1, 2]
    library.add_to_collection(group.id, [second.id])
    assert ids(library, scope) == [1, 2, 3]
    put_texts(library, first, ["new"])
    assert ids(library, scope) == [3, 4]
    library.remove([second.id])
    assert ids(library, scope) == [4]
    library.take_from_collection(group.id, [first.id])
    assert ids(library, scope) == []


def test_one_document_in_place_of_another_is_seen(library: Library) -> None:
    group = library.create_collection("papers", None)
    scope = Scope(collections=frozenset({group.id}))
    three = [add_document(library, f"/{name}.txt", [name]).id for name in "abc"]
    library.add_to_collection(group.id, three[:2])
    assert ids(library, scope) == [1, 2]
    library.take_from_collection(group.id, three[1:2])
    library.add_to_collection(group.id, three[2:])
    assert ids(library, scope) == [1, 3]


def test_a_document_that_lost_all_its_text_is_seen(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    add_document(library, "/b.txt", ["two"])
    scope = Scope(documents=frozenset({document.id}))
    assert ids(library, scope) == [1]
    put_texts(library, document, [])
    assert ids(library, scope) == []


def test_only_a_few_scopes_are_remembered(library: Library) -> None:
    every = [add_document(library, f"/{number}.txt", ["text"]).id for number in range(12)]
    for each in every * 2:
        assert ids(library, Scope(documents=frozenset({each}))) == [each]
    assert len(library._scope_ids._known) <= 4


def test_documents_that_change_places_with_others_of_a_collection_are_noticed(library: Library) -> None:
    for number in range(8):
        add_document(library, f"/{number}.txt", ["words"])
    group = library.create_collection("Group", root=None)
    library.add_to_collection(group.id, [1, 8])
    scope = Scope(collections=frozenset({group.id}))
    assert library.passage_ids(scope).tolist() == [1, 8]
    library.take_from_collection(group.id, [1, 8])
    library.add_to_collection(group.id, [4, 7])  # as many, and 1² + 8² = 4² + 7²
    assert library.passage_ids(scope).tolist() == [4, 7]
