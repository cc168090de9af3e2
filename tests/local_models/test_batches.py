"""Which texts are computed together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local_models.embedders.batches import even_batches


@given(st.lists(st.integers(2, 256), max_size=60), st.integers(1, 4))
def test_each_text_is_in_one_batch_and_none_is_too_large(lengths: list[int], threads: int) -> None:
    batches = even_batches(lengths, most=512, threads=threads)
    assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[number] for number in batch) <= 512 for batch in batches)


def test_the_longest_comes_first_in_each_batch() -> None:
    batches = even_batches([3, 250, 7, 100, 20, 90], most=512, threads=1)
    assert [batch[0] for batch in batches] == [1, *[batch[0] for batch in batches[1:]]]
    assert all(batch == sorted(batch, key=lambda number: -[3, 250, 7, 100, 20, 90][number]) for batch in batches)


def test_threads_get_even_shares() -> None:
    assert len(even_batches([100] * 8, most=512, threads=2)) == 2
    assert len(even_batches([100] * 16, most=512, threads=4)) == 4


def test_a_text_over_the_limit_is_alone() -> None:
    assert even_batches([900, 10], most=512, threads=2) == [[0], [1]]


def test_no_texts_make_no_batch() -> None:
    assert even_batches([], most=512, threads=2) == []
