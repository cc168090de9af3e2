import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index.compact import BLOCK, CompactVectors, train

DIMENSION = 16


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


VECTORS = unit_vectors(1000)
PROTOTYPES = train(VECTORS)


def filled(count: int = 1000) -> CompactVectors:
    codes = CompactVectors(PROTOTYPES)
    codes.add(np.arange(1, count + 1), VECTORS[:count])
    return codes


def candidates(
    codes: CompactVectors, query: NDArray[np.float32], limit: int, allowed: list[int] | None = None
) -> list[int]:
    ids, _ = codes.search(query, limit, None if allowed is None else np.array(allowed, np.int64))
    return [int(id_) for id_ in ids]


def test_the_nearest_are_among_the_candidates() -> None:
    codes = filled()
    for query in unit_vectors(20, seed=1):
        nearest = set((np.argsort(-(VECTORS @ query))[:10] + 1).tolist())
        assert len(nearest & set(candidates(codes, query, 100))) >= 9


@pytest.mark.parametrize("allowed", [[5], [1, 500, 1000], list(range(200, 260)), list(range(1, 990)), [2000]])
def test_only_those_allowed_are_found_and_all_of_them_when_they_are_few(allowed: list[int]) -> None:
    found = candidates(filled(), VECTORS[0], len(allowed), allowed)
    assert set(found) == {id_ for id_ in allowed if id_ <= 1000}


def test_those_farthest_from_the_question_are_found_when_only_they_are_allowed() -> None:
    query = VECTORS[7]
    farthest = (np.argsort(VECTORS @ query)[:600] + 1).tolist()
    assert set(candidates(filled(), query, 100, farthest)) <= set(farthest)
    assert len(candidates(filled(), query, 100, farthest)) >= 100


@pytest.mark.real
def test_vectors_that_are_nearly_all_the_same_are_all_found_once() -> None:
    """FAISS leaves out rows that its coarse scores can't tell from the worst."""
    random = np.random.default_rng(4)
    kinds = random.random((12, 64)).astype(np.float32) * (random.random((12, 64)) < 0.03)
    rows = np.repeat(kinds, 12, axis=0) + 1e-3
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    vectors = CompactVectors(train(rows))
    vectors.add(np.arange(1, len(rows) + 1), rows)
    for row in rows:
        found, _ = vectors.search(row, len(rows), None)
        assert sorted(found.tolist()) == list(range(1, len(rows) + 1))


def test_removed_ones_are_not_found_and_leave_gaps() -> None:
    codes = filled()
    codes.remove(np.arange(1, 500))
    assert (len(codes), codes.rows, codes.gaps) == (501, 1000, 499)
    assert min(candidates(codes, VECTORS[0], 501)) == 500


def test_a_known_id_is_replaced() -> None:
    codes = filled(100)
    codes.add(np.array([5]), VECTORS[500:501])
    assert len(codes) == 100
    assert candidates(codes, VECTORS[500], 100).count(5) == 1


def test_blocks_make_the_same_codes_again() -> None:
    codes = filled()
    codes.remove(np.array([3]))
    again = CompactVectors(PROTOTYPES)
    for first in range(0, 1000 // BLOCK, 7):
        again.put_blocks(codes.blocks(first, 7))
    rest = np.arange(again.rows + 1, 1001)
    again.add(rest, VECTORS[rest - 1])
    assert (len(again), again.gaps) == (999, 1)
    for query in unit_vectors(5, seed=2):
        assert candidates(again, query, 20) == candidates(codes, query, 20)


def test_of_rows_with_one_id_the_last_stays() -> None:
    codes = filled(2 * BLOCK)
    again = CompactVectors(PROTOTYPES)
    again.put_blocks(codes.blocks(0, 2))
    again.put_blocks(codes.blocks(1, 1))
    again.forget_repeated()
    assert (len(again), again.gaps) == (2 * BLOCK, BLOCK)
    assert sorted(again.ids.tolist()) == list(range(1, 2 * BLOCK + 1))


def test_half_a_block_is_refused() -> None:
    blocks = filled(2 * BLOCK).blocks(0, 2)
    with pytest.raises(ValueError, match="whole blocks"):
        filled(5).put_blocks(blocks)


def test_nothing_is_found_in_nothing() -> None:
    assert candidates(CompactVectors(PROTOTYPES), VECTORS[0], 10) == []
    assert candidates(filled(), VECTORS[0], 0) == []


def test_a_part_that_is_asked_again_is_kept_while_others_are_asked_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    codes, scope = filled(), np.arange(1, 101)
    scope.flags.writeable = False
    taken_out: list[int] = []
    take_out = CompactVectors._taken_out

    def counted(self: CompactVectors, blocks: NDArray[np.intp]) -> object:
        taken_out.append(len(blocks))
        return take_out(self, blocks)

    monkeypatch.setattr(CompactVectors, "_taken_out", counted)
    codes.search(VECTORS[0], 10, scope)
    codes.search(VECTORS[0], 10, np.arange(200, 260))
    before = len(taken_out)
    codes.search(VECTORS[1], 10, scope)
    assert len(taken_out) == before
