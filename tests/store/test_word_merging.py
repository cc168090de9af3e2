"""Passages that were removed leave the word index in short steps, once they are many."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from rag.store import word_merging
from rag.store.database import Database
from rag.store.library import Library
from rag.types import Scope
from tests.fakes.store import add_document


@pytest.fixture
def database(library: Library) -> Database:
    return library._database


@pytest.fixture
def thinned(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Of 12 documents of 5 passages each the last 4 are left."""
    monkeypatch.setattr(word_merging, "REMOVED_LEAST", 10)
    documents = [add_document(library, f"/{n}.txt", [f"alpha w{n} p{p}" for p in range(5)]) for n in range(12)]
    library.remove([document.id for document in documents[:8]])
    return library


def segments(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text("SELECT count(DISTINCT segid) FROM passage_words_idx")) or 0


def found(library: Library) -> list[int]:
    return sorted(id_ for id_, _ in library.search_words('"alpha"', weights=(1, 1, 1), scope=Scope(), limit=100))


def test_steps_end_with_one_segment_that_finds_the_same(thinned: Library, database: Database) -> None:
    before = found(thinned)
    assert segments(database) > 1
    steps = 0
    while thinned.merge_words():
        steps += 1
    assert steps >= 1
    assert segments(database) == 1
    assert found(thinned) == before
    assert len(before) == 20
    assert database.check() == []


def test_a_merge_cut_short_is_gone_on_with(
    thinned: Library, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_merging, "PAGES", 1)
    assert thinned.merge_words()
    assert found(Library(database)) == found(thinned)
    while Library(database).merge_words():
        pass
    assert segments(database) == 1


def test_what_was_merged_is_not_merged_again_until_enough_is_removed(thinned: Library, database: Database) -> None:
    while thinned.merge_words():
        pass
    add_document(thinned, "/new.txt", ["alpha"])
    before = segments(database)
    assert not thinned.merge_words()
    assert segments(database) == before


def test_a_library_that_lost_little_is_left_alone(library: Library, database: Database) -> None:
    documents = [add_document(library, f"/{n}.txt", ["alpha"]) for n in range(4)]
    library.remove([documents[0].id])
    before = segments(database)
    assert not library.merge_words()
    assert segments(database) == before
