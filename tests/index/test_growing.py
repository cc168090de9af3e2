"""An index that outgrows its first shape: the change in the background, its file, deletions, crashes."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.types import EmbedderIdentity
from rag.errors import LibraryError
from rag.index import vectors as module
from rag.index.vectors import Ids, VectorIndex
from tests.index.test_vectors import IDENTITY, Kept, found, nearest, unit_vectors

LARGE = 200
VECTORS = unit_vectors(1000)
Opener = Callable[..., VectorIndex]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens an index that changes its shape at LARGE vectors, and waits until it has."""
    every: list[VectorIndex] = []

    def open_(kept: Kept, identity: EmbedderIdentity = IDENTITY) -> VectorIndex:
        index = VectorIndex.open(tmp_path, kept, identity, compact_from=LARGE)
        every.append(index)
        index.settle()
        return index

    yield open_
    for index in every:
        index.close()


def keep(kept: Kept, index: VectorIndex, ids: range) -> None:
    for start in range(ids.start, ids.stop, 50):
        part = range(start, min(start + 50, ids.stop))
        kept.by_id.update({id_: VECTORS[id_] for id_ in part})
        kept.number += 1
        index.add(part, VECTORS[part.start : part.stop], generation=kept.number)


def let_go(kept: Kept, index: VectorIndex, ids: range) -> None:
    for id_ in ids:
        del kept.by_id[id_]
    kept.number += 1
    index.remove(ids, generation=kept.number)


def recall(index: VectorIndex, kept: Kept, allowed: list[int] | None = None) -> float:
    ids = sorted(kept.by_id)
    rows = np.stack([kept.by_id[id_] for id_ in ids])
    among = set(ids if allowed is None else allowed)
    hits = 0.0
    for query in unit_vectors(30, seed=3):
        expected = [id_ for id_ in nearest(rows, ids, query, len(ids)) if id_ in among][:10]
        hits += len(set(expected) & set(found(index, query, 10, allowed))) / len(expected)
    return hits / 30


def test_an_index_that_grows_large_becomes_compact(opened: Opener) -> None:
    kept = Kept(VECTORS[:100], range(100))
    index = opened(kept)
    assert not index.compact
    keep(kept, index, range(100, 600))
    index.settle()
    assert (index.compact, len(index), index.generation) == (True, 600, kept.number)
    assert recall(index, kept) > 0.98


def test_scores_of_a_compact_index_are_cosines(opened: Opener) -> None:
    index = opened(Kept(VECTORS, range(1000)))
    ids, scores = index.search(VECTORS[17], 5)
    assert ids[0] == 17
    np.testing.assert_allclose(scores, VECTORS[ids] @ VECTORS[17], atol=2e-3)


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("share", [3, 40, 300, 900])
def test_a_filtered_search_of_a_compact_index_loses_nothing(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, few: int, share: int
) -> None:
    monkeypatch.setattr(module, "FEW", few)
    kept = Kept(VECTORS, range(1000))
    allowed = np.random.default_rng(4).permutation(1000)[:share].tolist()
    assert recall(opened(kept), kept, allowed) > 0.98


def test_the_old_index_answers_until_the_new_one_is_ready(opened: Opener) -> None:
    kept = HeldBack(VECTORS[:100], range(100))
    index = opened(kept)
    kept.hold()
    keep(kept, index, range(100, 300))
    assert kept.asked.wait(10)
    assert not index.compact
    assert found(index, VECTORS[250], 1) == [250]
    keep(kept, index, range(300, 350))
    let_go(kept, index, range(20))
    kept.let_through()
    index.settle()
    assert (index.compact, len(index)) == (True, 330)
    assert recall(index, kept) > 0.98
    assert not set(range(20)) & set(found(index, VECTORS[3], 330))


def test_closing_ends_the_change_and_the_next_start_makes_it(opened: Opener) -> None:
    kept = HeldBack(VECTORS[:100], range(100))
    index = opened(kept)
    kept.hold()
    keep(kept, index, range(100, 300))
    assert kept.asked.wait(10)
    closer = threading.Thread(target=index.close)
    closer.start()
    kept.let_through()
    closer.join()
    assert not index.compact
    assert found(index, VECTORS[250], 1) == [250]
    again = opened(kept)
    assert (again.compact, len(again)) == (True, 300)


def test_a_saved_index_opens_without_reading_its_vectors_again(opened: Opener) -> None:
    kept = Kept(VECTORS[:992], range(992))
    opened(kept).save()
    kept.read = 0
    again = opened(kept)
    assert (again.compact, len(again), kept.read) == (True, 992, 0)
    assert recall(again, kept) > 0.98


def test_opening_brings_in_the_difference_and_not_all(opened: Opener) -> None:
    kept = Kept(VECTORS[:640], range(640))
    opened(kept).save()
    kept.by_id.update({id_: VECTORS[id_] for id_ in range(700, 720)})
    for id_ in range(30):
        del kept.by_id[id_]
    kept.number, kept.read = 9, 0
    again = opened(kept)
    assert (len(again), again.generation, kept.read) == (630, 9, 20)
    assert recall(again, kept) > 0.98


def test_adding_writes_only_what_is_new(opened: Opener, tmp_path: Path) -> None:
    kept = Kept(VECTORS[:640], range(640))
    index = opened(kept)
    file = next(tmp_path.iterdir())
    before = file.read_bytes()
    keep(kept, index, range(640, 800))
    index.save()
    after = file.read_bytes()
    assert after.startswith(before)
    assert 160 * (8 + 2 + 4) <= len(after) - len(before) < 160 * (8 + 2 + 4) + 100


@pytest.mark.parametrize("kept_share", [0, 0.001, 0.05, 0.5, 0.99])
def test_a_cut_file_costs_only_what_was_cut(opened: Opener, tmp_path: Path, kept_share: float) -> None:
    kept = Kept(VECTORS, range(1000))
    opened(kept).save()
    file = next(tmp_path.iterdir())
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept_share)])
    again = opened(kept)
    assert len(again) == 1000
    assert recall(again, kept) > 0.98
    again.save()
    kept.read = 0
    assert len(opened(kept)) == 1000
    assert kept.read < 32


def test_damaged_bytes_are_not_handed_on(opened: Opener, tmp_path: Path) -> None:
    kept = Kept(VECTORS, range(1000))
    opened(kept).save()
    file = next(tmp_path.iterdir())
    data = bytearray(file.read_bytes())
    for place in (len(data) // 3, len(data) - 5):
        data[place] ^= 1
    file.write_bytes(data)
    again = opened(kept)
    assert len(again) == 1000
    assert recall(again, kept) > 0.98


def test_an_index_full_of_gaps_is_made_anew(opened: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "SAMPLE", 100)
    kept = Kept(VECTORS, range(1000))
    index = opened(kept)
    size = next(tmp_path.iterdir()).stat().st_size
    let_go(kept, index, range(500))
    index.settle()
    assert len(index) == 500
    assert next(tmp_path.iterdir()).stat().st_size < size
    assert recall(index, kept) > 0.98


def test_a_full_disk_is_told_with_what_to_do_and_the_next_save_writes_all(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    kept = Kept(VECTORS[:500], range(500))
    index = opened(kept)
    keep(kept, index, range(500, 992))
    with monkeypatch.context() as patched:
        patched.setattr("rag.index.snapshot.os.fsync", full)
        with pytest.raises(LibraryError) as raised:
            index.save()
    assert raised.value.code == "disk_full"
    assert "space" in raised.value.advice
    index.save()
    kept.read = 0
    assert len(opened(kept)) == 992
    assert kept.read == 0


def test_files_of_embedders_the_library_has_forgotten_are_removed(opened: Opener, tmp_path: Path) -> None:
    opened(Kept(VECTORS, range(1000)))
    (tmp_path / "vectors.faiss").write_bytes(b"of another version")
    other = EmbedderIdentity(name="other", digest="d2", dimension=8, max_tokens=16)
    opened(Kept(VECTORS, range(1000)), other)
    assert len(list(tmp_path.iterdir())) == 1
    forgotten = Kept(VECTORS, range(1000), generation=0)
    opened(forgotten, other)
    assert list(tmp_path.iterdir()) == []


def test_vectors_of_an_odd_number_of_numbers_stay_as_they_are(tmp_path: Path) -> None:
    odd = EmbedderIdentity(name="odd", digest=IDENTITY.digest, dimension=7, max_tokens=16)
    index = VectorIndex.open(tmp_path, Kept(VECTORS[:0], []), odd, compact_from=LARGE)
    index.add(range(300), np.ascontiguousarray(VECTORS[:300, :7]), generation=1)
    index.close()
    assert not index.compact


class HeldBack(Kept):
    """Its vectors are given only when they are let through."""

    def __init__(self, vectors: NDArray[np.float32], ids: range) -> None:
        super().__init__(vectors, ids)
        self.asked = threading.Event()
        self._through = threading.Event()
        self.let_through()

    def hold(self) -> None:
        self._through.clear()
        self.asked.clear()

    def let_through(self) -> None:
        self._through.set()

    def chosen_vectors(self, digest: str, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
        there = super().chosen_vectors(digest, ids)
        if threading.current_thread().name == "vector index":
            self.asked.set()
            assert self._through.wait(10)
        return there


def test_an_index_whose_embedder_the_library_has_let_go_finds_nothing(tmp_path: Path) -> None:
    class LetGo(Kept):
        gone = False

        def chosen_vectors(self, digest: str, ids: Ids) -> tuple[Ids, NDArray[np.float32]]:
            if self.gone:  # as rag.store.vectors.chosen for an embedder it does not know
                return np.empty(0, np.int64), np.empty((0, 0), np.float32)
            return super().chosen_vectors(digest, ids)

    kept = LetGo(VECTORS[:300], range(300))
    index = VectorIndex.open(tmp_path, kept, IDENTITY, compact_from=LARGE)
    index.settle()
    assert index.compact
    kept.gone = True
    assert found(index, VECTORS[1], 5) == []
    assert found(index, VECTORS[1], 5, [1, 2, 3]) == []
    index.close()
    filling = VectorIndex.open(tmp_path / "other", kept, IDENTITY)
    assert len(filling) == 0
    filling.close()


def test_what_a_kill_left_of_a_file_goes_when_the_index_is_opened(tmp_path: Path, opened: Opener) -> None:
    index = opened(Kept(VECTORS[:300], range(300)))
    (file,) = tmp_path.glob("vectors*.faiss")
    half = tmp_path / f".{file.name}.k2j9_x"
    other = tmp_path / ".vectors-0123456789ab.faiss.abcdefgh"
    for each in (half, other):
        each.write_bytes(b"half")
    index.close()
    opened(Kept(VECTORS[:300], range(300)))
    assert sorted(tmp_path.iterdir()) == [file]
