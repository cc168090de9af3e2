"""Which texts are computed together: like lengths, so that hardly anything is padded, and even shares for threads.

It knows lengths in tokens, nothing of models.
"""

from __future__ import annotations

from collections.abc import Sequence


def even_batches(lengths: Sequence[int], *, most: int, threads: int) -> list[list[int]]:
    """The numbers of the texts, longest first, in batches of at most `most` tokens, padding included.

    Where it can be, there are as many batches as `threads`, or a multiple, of about the same size: the threads then end
    together. A text longer than `most` is a batch of its own.
    """
    order = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    total = sum(lengths)
    rounds = max(1, -(-total // (most * threads)))
    share = min(most, -(-total // (rounds * threads)))
    batches: list[list[int]] = []
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        together = max(1, min(most // longest, round(share / longest)))
        batches.append(order[start : start + together])
        start += together
    return batches
