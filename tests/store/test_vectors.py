"""Vectors: what is still to be embedded, what was, and when an index is out of date."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.store.library import Library
from rag.types import DocumentState
from tests.fakes.store import EMBEDDER, OTHER_EMBEDDER, add_document, put_texts, unit_vectors

DIGEST = EMBEDDER.digest


def embed_everything(library: Library) -> int:
    ids = [passage.id for passage, _ in library.pending(DIGEST, 1000)]
    return library.put_vectors(EMBEDDER, ids, unit_vectors(len(ids)))


def all_vectors(library: Library, batch: int = 10_000) -> dict[int, NDArray[np.float32]]:
    return {int(id_): row for ids, rows in library.vectors(DIGEST, batch) for id_, row in zip(ids, rows, strict=True)}


def test_every_passage_of_a_read_document_is_pending(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two"])
    pending = library.pending(DIGEST, 10)
    assert [(passage.text, owner) for passage, owner in pending] == [("one", document), ("two", document)]
    assert library.pending_count(DIGEST) == 2


def test_the_oldest_document_is_pending_first_and_the_limit_is_kept(library: Library) -> None:
    add_document(library, "/z.txt", ["older", "older too"])
    add_document(library, "/a.txt", ["newer"])
    assert [passage.text for passage, _ in library.pending(DIGEST, 2)] == ["older", "older too"]


def test_a_document_being_read_anew_waits_with_its_vectors(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    library.begin(document.path, media_type="text/plain", sha256="new", size=1, title="a")
    assert library.pending(DIGEST, 10) == []
    assert library.pending_count(DIGEST) == 0


def test_a_document_is_complete_when_its_last_vector_is_in(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two"])
    library.put_vectors(EMBEDDER, [1], unit_vectors(1))
    assert library.document(document.id).state is DocumentState.READ
    library.put_vectors(EMBEDDER, [2], unit_vectors(1))
    assert library.document(document.id).state is DocumentState.COMPLETE
    assert library.pending_count(DIGEST) == 0


def test_a_failed_document_stays_failed_when_its_older_passages_get_vectors(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    library.fail(document.id, "gone")
    embed_everything(library)
    assert library.document(document.id).state is DocumentState.FAILED
    assert library.pending_count(DIGEST) == 0


def test_vectors_come_back_to_half_precision(library: Library) -> None:
    add_document(library, "/a.txt", ["one", "two", "three"])
    rows = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    library.put_vectors(EMBEDDER, [1, 2, 3], rows)
    kept = all_vectors(library, batch=2)
    assert list(kept) == [1, 2, 3]
    np.testing.assert_allclose(np.stack(list(kept.values())), rows, atol=5e-4)


def test_a_passage_that_vanished_meanwhile_gets_no_vector(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two"])
    add_document(library, "/b.txt", ["three"])
    library.remove([document.id])
    library.put_vectors(EMBEDDER, [1, 2, 3], unit_vectors(3))
    assert list(all_vectors(library)) == [3]


def test_a_second_vector_for_a_passage_replaces_the_first(library: Library) -> None:
    add_document(library, "/a.txt", ["one"])
    library.put_vectors(EMBEDDER, [1], unit_vectors(2)[:1])
    library.put_vectors(EMBEDDER, [1], unit_vectors(2)[1:])
    assert all_vectors(library)[1].tolist() == [0, 1, 0, 0]


def test_vectors_of_the_wrong_shape_are_refused(library: Library) -> None:
    add_document(library, "/a.txt", ["one"])
    with pytest.raises(ValueError, match="4 numbers"):
        library.put_vectors(EMBEDDER, [1], np.zeros((1, 3), dtype=np.float32))


def test_the_generation_starts_at_zero_and_grows_with_every_put(library: Library) -> None:
    add_document(library, "/a.txt", ["one", "two"])
    assert library.generation(DIGEST) == 0
    first = library.put_vectors(EMBEDDER, [1], unit_vectors(1))
    second = library.put_vectors(EMBEDDER, [2], unit_vectors(1))
    assert 0 < first < second == library.generation(DIGEST)


def test_the_generation_changes_when_a_document_is_replaced_or_removed(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    embedded = embed_everything(library)
    replaced = put_texts(library, document, ["other"])
    after_replacing = library.generation(DIGEST)
    embed_everything(library)
    again = library.generation(DIGEST)
    library.remove([replaced.id])
    assert embedded < after_replacing < again < library.generation(DIGEST)
    assert all_vectors(library) == {}


def test_the_generation_stays_when_a_document_without_vectors_goes(library: Library) -> None:
    add_document(library, "/a.txt", ["one"])
    embedded = embed_everything(library)
    library.remove([add_document(library, "/b.txt", ["two"]).id])
    assert library.generation(DIGEST) == embedded


def test_vectors_of_different_embedders_are_kept_apart(library: Library) -> None:
    add_document(library, "/a.txt", ["one"])
    embed_everything(library)
    library.put_vectors(OTHER_EMBEDDER, [1], unit_vectors(1, OTHER_EMBEDDER))
    assert [rows.shape for _, rows in library.vectors(DIGEST)] == [(1, 4)]
    assert [rows.shape for _, rows in library.vectors(OTHER_EMBEDDER.digest)] == [(1, 3)]


def test_another_embedder_makes_complete_documents_pending_again(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    embed_everything(library)
    library.use_embedder(OTHER_EMBEDDER)
    assert library.document(document.id).state is DocumentState.READ
    assert library.pending_count(OTHER_EMBEDDER.digest) == 1


def test_going_back_to_an_embedder_needs_no_embedding(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    embed_everything(library)
    library.use_embedder(OTHER_EMBEDDER)
    library.put_vectors(OTHER_EMBEDDER, [1], unit_vectors(1, OTHER_EMBEDDER))
    library.use_embedder(EMBEDDER)
    assert library.document(document.id).state is DocumentState.COMPLETE
    assert library.pending_count(DIGEST) == 0


def test_a_walk_over_all_vectors_sees_one_state_of_the_library(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two", "three"])
    embed_everything(library)
    walk = library.vectors(DIGEST, batch=1)
    first, _ = next(walk)
    library.remove([document.id])
    assert [first.tolist(), *[ids.tolist() for ids, _ in walk]] == [[1], [2], [3]]
