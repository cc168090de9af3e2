import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.index.vectors import Ids, VectorIndex
from rag.ports import Vectors

IDENTITY = EmbedderIdentity(name="small", digest="d1", dimension=8, max_tokens=16)


class Kept:
    """A library's vectors in memory; counts how many of them are read."""

    def __init__(self, vectors: Vectors, ids: Iterable[int], generation: int = 1) -> None:
        self.by_id = dict(zip(ids, vectors, strict=True))
        self.number = generation
        self.read = 0

    def generation(self, digest: str) -> int:
        return self.number if digest == IDENTITY.digest else 0

    def vector_ids(self, digest: str) -> Ids:
        return np.array(sorted(self.by_id) if digest == IDENTITY.digest else [], np.int64)

    def chosen_vectors(self, digest: str, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
        there = [id_ for id_ in ids.tolist() if id_ in self.by_id]
        self.read += len(there)
        rows = np.array([self.by_id[id_] for id_ in there]).reshape(len(there), IDENTITY.dimension)
        return np.array(there, np.int64), rows.astype(np.float16).astype(np.float32)


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, IDENTITY.dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def nearest(vectors: Vectors, ids: list[int], query: Vectors, limit: int) -> list[int]:
    kept = vectors.astype(np.float16).astype(np.float32)
    return [ids[i] for i in np.argsort(-(kept @ query), kind="stable")[:limit]]


def found(index: VectorIndex, query: Vectors, limit: int, allowed: list[int] | None = None) -> list[int]:
    ids, _ = index.search(query, limit, None if allowed is None else np.array(allowed, np.int64))
    return [int(i) for i in ids]


def test_the_nearest_passages_are_found_best_first(tmp_path: Path) -> None:
    vectors, ids = unit_vectors(50), list(range(100, 150))
    index = VectorIndex.open(tmp_path, Kept(vectors, ids), IDENTITY)
    query = unit_vectors(1, seed=1)[0]
    assert found(index, query, 10) == nearest(vectors, ids, query, 10)


def test_scores_are_cosines(tmp_path: Path) -> None:
    vectors = unit_vectors(5)
    index = VectorIndex.open(tmp_path, Kept(vectors, range(5)), IDENTITY)
    _, scores = index.search(vectors[2], 1)
    assert scores[0] == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("share", [1, 2, 25, 60])
def test_a_filtered_search_finds_the_best_of_those_allowed(tmp_path: Path, share: int) -> None:
    vectors, ids = unit_vectors(60), list(range(60))
    allowed = ids[::-1][:share]
    index = VectorIndex.open(tmp_path, Kept(vectors, ids), IDENTITY)
    query = unit_vectors(1, seed=2)[0]
    expected = [i for i in nearest(vectors, ids, query, 60) if i in allowed][:10]
    assert found(index, query, 10, allowed) == expected


def test_nothing_allowed_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, Kept(unit_vectors(3), range(3)), IDENTITY)
    assert found(index, unit_vectors(1)[0], 3, []) == []


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, Kept(unit_vectors(0), []), IDENTITY)
    assert found(index, unit_vectors(1)[0], 3) == []


def test_a_passage_added_is_found_and_one_removed_is_not(tmp_path: Path) -> None:
    vectors = unit_vectors(4)
    index = VectorIndex.open(tmp_path, Kept(vectors[:3], [1, 2, 3]), IDENTITY)
    index.add([9], vectors[3:], generation=2)
    assert found(index, vectors[3], 1) == [9]
    index.remove([9, 77], generation=3)
    assert 9 not in found(index, vectors[3], 10)
    assert (len(index), index.generation) == (3, 3)


def test_adding_a_known_passage_replaces_its_vector(tmp_path: Path) -> None:
    vectors = unit_vectors(2)
    index = VectorIndex.open(tmp_path, Kept(vectors[:1], [5]), IDENTITY)
    index.add([5], vectors[1:], generation=2)
    ids, scores = index.search(vectors[1], 5)
    assert ids.tolist() == [5]
    assert scores[0] == pytest.approx(1.0, abs=2e-3)


def test_a_small_index_has_no_file(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, Kept(unit_vectors(7), range(7)), IDENTITY)
    index.save()
    assert list(tmp_path.iterdir()) == []


def test_what_the_library_did_without_the_index_is_taken_in(tmp_path: Path) -> None:
    kept = Kept(unit_vectors(3), range(3))
    index = VectorIndex.open(tmp_path, kept, IDENTITY)
    kept.by_id[8], kept.number = unit_vectors(1, seed=5)[0], 2
    del kept.by_id[1]
    index.refresh()
    assert (len(index), index.generation) == (3, 2)
    assert sorted(found(index, kept.by_id[8], 10)) == [0, 2, 8]


def test_another_embedders_vectors_are_not_used(tmp_path: Path) -> None:
    other = EmbedderIdentity(name="other", digest="d2", dimension=8, max_tokens=16)
    assert len(VectorIndex.open(tmp_path, Kept(unit_vectors(3), range(3)), other)) == 0


def test_an_index_made_anew_holds_what_the_library_keeps(tmp_path: Path) -> None:
    kept = Kept(unit_vectors(3), range(3))
    index = VectorIndex.open(tmp_path, kept, IDENTITY)
    kept.by_id[7] = unit_vectors(1, seed=7)[0]
    index.rebuild()
    assert len(index) == 4


def test_searching_while_another_thread_adds_never_fails(tmp_path: Path) -> None:
    vectors = unit_vectors(400)
    index = VectorIndex.open(tmp_path, Kept(vectors[:10], range(10)), IDENTITY)
    finished = threading.Event()
    wrong: list[int] = []

    def search() -> None:
        while not finished.is_set():
            if found(index, vectors[0], 1) != [0]:
                wrong.append(1)

    reader = threading.Thread(target=search)
    reader.start()
    for start in range(10, 400, 10):
        index.add(range(start, start + 10), vectors[start : start + 10], generation=start)
        index.remove([start], generation=start)
    finished.set()
    reader.join()
    assert not wrong
