import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.errors import LibraryError
from rag.index.snapshot import Damaged, read_snapshot, write_snapshot
from rag.index.vectors import Ids, VectorIndex
from rag.ports import Vectors

IDENTITY = EmbedderIdentity(name="small", digest="d1", dimension=8, max_tokens=16)


class Kept:
    """A library's vectors in memory; counts how often they are read."""

    def __init__(self, vectors: Vectors, ids: Iterable[int], generation: int = 1) -> None:
        self.by_id = dict(zip(ids, vectors, strict=True))
        self.number = generation
        self.read = 0

    def generation(self, digest: str) -> int:
        return self.number if digest == IDENTITY.digest else 0

    def vectors(self, digest: str) -> Iterator[tuple[Ids, NDArray[np.float32]]]:
        self.read += 1
        ids = sorted(self.by_id)
        for start in range(0, len(ids), 3):
            batch = ids[start : start + 3]
            yield (
                np.array(batch, np.int64),
                np.stack([self.by_id[i] for i in batch]).astype(np.float16).astype(np.float32),
            )


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


def test_a_saved_index_opens_without_reading_the_library(tmp_path: Path) -> None:
    kept = Kept(unit_vectors(7), range(7))
    VectorIndex.open(tmp_path, kept, IDENTITY)
    again = VectorIndex.open(tmp_path, kept, IDENTITY)
    assert kept.read == 1
    assert len(again) == 7


def test_an_index_older_than_the_library_is_filled_again(tmp_path: Path) -> None:
    kept = Kept(unit_vectors(3), range(3))
    VectorIndex.open(tmp_path, kept, IDENTITY)
    kept.by_id[8], kept.number = unit_vectors(1, seed=5)[0], 2
    again = VectorIndex.open(tmp_path, kept, IDENTITY)
    assert (len(again), again.generation) == (4, 2)


def test_another_embedders_index_is_not_used(tmp_path: Path) -> None:
    VectorIndex.open(tmp_path, Kept(unit_vectors(3), range(3)), IDENTITY)
    other = EmbedderIdentity(name="other", digest="d2", dimension=8, max_tokens=16)
    kept = Kept(unit_vectors(0), [], generation=0)
    assert len(VectorIndex.open(tmp_path, kept, other)) == 0


@pytest.mark.parametrize("kept_bytes", [0, 10, 60, 300])
def test_a_cut_file_is_replaced_from_the_library(tmp_path: Path, kept_bytes: int) -> None:
    kept = Kept(unit_vectors(20), range(20))
    VectorIndex.open(tmp_path, kept, IDENTITY)
    file = next(tmp_path.iterdir())
    file.write_bytes(file.read_bytes()[:kept_bytes])
    assert len(VectorIndex.open(tmp_path, kept, IDENTITY)) == 20
    assert len(VectorIndex.open(tmp_path, kept, IDENTITY)) == 20
    assert kept.read == 2


def test_a_single_flipped_bit_is_noticed(tmp_path: Path) -> None:
    kept = Kept(unit_vectors(20), range(20))
    VectorIndex.open(tmp_path, kept, IDENTITY)
    file = next(tmp_path.iterdir())
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    VectorIndex.open(tmp_path, kept, IDENTITY)
    assert kept.read == 2


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    write_snapshot(path, {"generation": 1}, b"first")
    monkeypatch.setattr("rag.index.snapshot.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(path, {"generation": 2}, b"second")
    assert read_snapshot(path)[1] == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_missing_file_counts_as_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read_snapshot(tmp_path / "none")


def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    index = VectorIndex.open(tmp_path, Kept(unit_vectors(3), range(3)), IDENTITY)
    monkeypatch.setattr("rag.index.snapshot.os.fsync", full)
    with pytest.raises(LibraryError) as raised:
        index.save()
    assert raised.value.code == "disk_full"
    assert "space" in raised.value.advice


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
