"""An index made beside the one in use: nothing shows until it takes over, and then all of it does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.errors import UsageError
from rag.store.store import Store
from rag.types import DocumentState, Scope
from tests.fakes.store import EMBEDDER, OTHER_EMBEDDER, add_document, passages_of, put_texts, terms_of, unit_vectors

FOLDER = Path("/models/other")
WEIGHTS = (1.0, 1.0, 1.0)


def fill(store: Store) -> None:
    """Two documents of two passages each, complete by the embedder in use."""
    add_document(store.library, "/a.txt", ["the first", "the second"])
    add_document(store.library, "/b.txt", ["a third", "a fourth"])
    ids = store.library.passage_ids().tolist()
    store.library.put_vectors(EMBEDDER, ids, unit_vectors(len(ids)))


def unit_rows(count: int, dimension: int = OTHER_EMBEDDER.dimension) -> np.ndarray:
    return np.eye(dimension, dtype=np.float32)[np.arange(count) % dimension]


def stage(store: Store, *, texts: tuple[str, ...] = ("one whole",)) -> None:
    """Cut each document anew into `texts`, and embed."""
    change = store.staging.change()
    assert change is not None
    while (document := store.staging.uncut()) is not None:
        store.staging.put(change, document.id, passages_of(texts), terms_of(texts))
    while batch := store.staging.pending(2):
        store.staging.put_vectors(change, [passage.id for passage, _ in batch], unit_rows(len(batch)))


def words_found(store: Store, word: str) -> int:
    return len(store.library.search_words(f'"{word}"', weights=WEIGHTS, scope=Scope(), limit=9))


def test_a_change_is_remembered_with_its_embedder(store: Store) -> None:
    assert store.staging.change() is None
    begun = store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    assert store.staging.change() == begun
    assert (begun.folder, begun.passage_tokens, begun.identity) == (FOLDER, 72, OTHER_EMBEDDER)


def test_the_old_index_answers_until_the_new_one_takes_over(store: Store) -> None:
    fill(store)
    before = store.library.passage_ids().tolist()
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    assert store.library.passage_ids().tolist() == before
    assert (words_found(store, "third"), words_found(store, "whole")) == (1, 0)
    store.staging.take_over()
    assert (words_found(store, "third"), words_found(store, "whole")) == (0, 2)
    assert store.library.passage_count() == 2
    assert min(store.library.passage_ids()) > max(before)


def test_the_new_vectors_are_the_new_embedders_and_the_documents_complete(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store, texts=("one", "two", "three"))
    store.staging.take_over()
    ((ids, rows),) = store.library.vectors(OTHER_EMBEDDER.digest)
    assert ids.tolist() == store.library.passage_ids().tolist()
    assert rows.tolist() == unit_rows(2).tolist() + unit_rows(2).tolist() + unit_rows(2).tolist()
    assert list(store.library.vectors(EMBEDDER.digest)) == []
    assert {document.state for document in store.library.documents()} == {DocumentState.COMPLETE}
    assert [document.passages for document in store.library.documents()] == [3, 3]
    store.library.use_embedder(OTHER_EMBEDDER)
    assert store.library.pending_count(OTHER_EMBEDDER.digest) == 0


def test_the_choice_is_in_the_preferences_once_it_holds(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    assert store.preferences.load().embedder == ""
    store.staging.take_over()
    assert (store.preferences.load().embedder, store.preferences.load().passage_tokens) == (str(FOLDER), 72)
    assert store.staging.change() is None


def test_nothing_takes_over_before_every_document_is_cut_and_embedded(store: Store) -> None:
    fill(store)
    change = store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    with pytest.raises(UsageError, match="not complete"):
        store.staging.take_over()
    for document in store.library.documents():
        store.staging.put(change, document.id, passages_of(["x"]), terms_of(["x"]))
    with pytest.raises(UsageError, match="not complete"):
        store.staging.take_over()
    stage(store)
    store.staging.take_over()


def test_a_document_that_is_read_again_meanwhile_is_cut_again(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    changed = store.library.documents()[0]
    put_texts(store.library, changed, ["other words"])
    assert store.staging.uncut() == store.library.document(changed.id)
    with pytest.raises(UsageError):
        store.staging.take_over()
    store.library.remove([changed.id])
    store.staging.take_over()
    assert store.library.passage_count() == 1


def test_a_document_that_is_moved_meanwhile_is_found_by_its_new_name(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    moved = store.library.documents()[0]
    store.folders.move(moved.id, Path("/c.txt"), "quince", [], [])
    assert store.staging.uncut() == store.library.document(moved.id)
    change = store.staging.change()
    assert change is not None
    store.staging.put(change, moved.id, passages_of(["one whole"]), terms_of(["one whole"], "quince"))
    stage(store)
    store.staging.take_over()
    assert words_found(store, "quince") == 1


def test_what_was_made_stays_when_the_same_change_is_begun_again_and_goes_when_another_is(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    assert store.staging.counts() == (0, 2, 2)
    store.staging.begin(None, 100, EMBEDDER)
    assert store.staging.counts() == (2, 0, 0)


def test_what_comes_for_a_change_that_was_given_up_is_dropped(store: Store) -> None:
    fill(store)
    given_up = store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    store.staging.begin(None, 100, EMBEDDER)
    store.staging.put(given_up, 1, passages_of(["x"]), terms_of(["x"]))
    assert store.staging.counts() == (2, 0, 0)


def test_a_cancelled_change_leaves_all_as_it_was(store: Store) -> None:
    fill(store)
    ids = store.library.passage_ids().tolist()
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store)
    store.staging.cancel()
    assert store.staging.change() is None
    assert store.staging.counts() == (2, 0, 0)
    assert store.library.passage_ids().tolist() == ids
    assert store.check() == []


def test_the_database_is_sound_after_a_change(store: Store) -> None:
    fill(store)
    store.staging.begin(FOLDER, 72, OTHER_EMBEDDER)
    stage(store, texts=("one", "two"))
    store.staging.take_over()
    assert store.check() == []
    add_document(store.library, "/c.txt", ["new here"])
    assert store.library.passage_count() == 5


def test_the_extent_counts_what_has_text(store: Store) -> None:
    fill(store)
    extent = store.staging.extent()
    assert (extent.documents, extent.passages) == (2, 4)
    assert extent.characters == sum(len(text) for text in ("the first", "the second", "a third", "a fourth"))
    assert [document.path.name for document in store.staging.sample(1)] == ["a.txt"]
