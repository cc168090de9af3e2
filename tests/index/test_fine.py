"""Four bits a number: how near the cosines are, and that codes are the same wherever they were put."""

import numpy as np

from rag.index.fine import FineCodes, train

DIMENSION = 64


def unit_vectors(count: int, seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.random.default_rng(seed).normal(0.02, 1.0, size=(count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


VECTORS = unit_vectors(2_000, seed=1)
QUERY = unit_vectors(1, seed=2)[0]


def coded() -> FineCodes:
    codes = FineCodes(train(VECTORS))
    codes.add(VECTORS)
    return codes


def test_cosines_are_nearly_those_of_the_vectors() -> None:
    found = coded().cosines(QUERY, np.arange(len(VECTORS)))
    assert np.sqrt(np.mean((found - VECTORS @ QUERY) ** 2)) < 0.015


def test_rows_are_told_apart() -> None:
    rows = np.array([1_900, 3, 77])
    codes = coded()
    assert np.array_equal(codes.cosines(QUERY, rows), codes.cosines(QUERY, np.arange(2_000))[rows])


def test_codes_put_elsewhere_say_the_same() -> None:
    codes, again = coded(), FineCodes(train(VECTORS))
    again.reserve(500)
    for first in range(0, 2_000, 300):
        again.put(codes.rows(first, min(first + 300, 2_000)))
    assert len(again) == 2_000
    everything = np.arange(2_000)
    assert np.array_equal(again.cosines(QUERY, everything), codes.cosines(QUERY, everything))


def test_a_number_that_never_changes_is_no_harm() -> None:
    flat = VECTORS.copy()
    flat[:, 5] = 0.25
    codes = FineCodes(train(flat))
    codes.add(flat)
    assert np.isfinite(codes.cosines(QUERY, np.arange(2_000))).all()


def test_two_numbers_take_a_byte() -> None:
    assert coded().rows(0, 1).nbytes == DIMENSION // 2
