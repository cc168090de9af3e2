"""One score from two: what the words say and what the vectors say, each on a scale of its own meaning, then mixed.

BM25 is divided by the most it could be for this question, so it says which share of the question's telling words a
passage holds; the cosine is squared, so that half-similar counts as little. Neither depends on the other hits, so one
formula serves six passages or a million, and a score of 0.5 means the same for every question. Measured on seven sets
(English prose, abstracts, code, Chinese), it beats the better of both legs on five and never loses over 0.04 to it;
min-max mixes lose up to 0.11, reciprocal ranks up to 0.28 (nDCG@10). Knows no passages: only ids and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.types import Scores

BM25_SATURATION = 2.2
"""FTS5's k1 + 1 (k1 = 1.2 is fixed in it): what a term's frequency can contribute at most, times its IDF."""

VECTORS_SHARE = 0.5
"""Of the fused score. 0.45 to 0.55 differ by less than 0.004 nDCG@10 in the mean of seven sets."""

CODE_VECTORS_SHARE = 0.7
"""Among program code, where a question shares few words with its answer: nDCG@10 .592 on CoSQA, with 0.5 .569."""

LEAST_WEIGHT = 0.3
"""IDF of a term in 4 of 10 passages: a question of still commoner words alone never looks like full agreement."""

LEAST_TOTAL = 40
"""Passages from which a word's rarity can be told. A smaller library is taken for a part of one this large, or a word
that stands in each of its three passages would say nothing, and none of its own questions would find an answer."""

FOREIGN_VECTORS_SHARE = 0.2
"""When the embedder was not trained for the question's language. With 0.5 the mean over Arabic, Chinese, German,
Russian, Spanish, Thai and Turkish questions (XQuAD, MiniLM) falls from .951 to .905; words alone give .950."""

BELOW_THE_LAST = 0.9
"""A passage that did not make the list of words is taken to score this share of the last in it: a bound, not a wish."""


def inverse_document_frequency(total: int, having: int) -> float:
    """As FTS5 has it: log((N - n + 0.5) / (n + 0.5)), at least 1e-6; `having` of `total` passages hold the term."""
    return max(math.log((max(total - having, 0) + 0.5) / (having + 0.5)), 1e-6)


def highest_words_score(frequencies: Iterable[int], total: int) -> float:
    """The BM25 score no passage can exceed, given in how many of `total` passages each term of the question occurs.

    A term that occurs nowhere counts as if it did once: what nothing speaks of must lower everyone's share.
    """
    total = max(total, LEAST_TOTAL)
    weights = sum(inverse_document_frequency(total, max(having, 1)) for having in frequencies)
    return BM25_SATURATION * max(weights, LEAST_WEIGHT)


def as_in_a_larger_library(
    found: Mapping[str, Mapping[int, float]], frequencies: Mapping[str, int], total: int
) -> dict[int, float]:
    """BM25 by passage, from that of each term alone, with the terms' rarity among LEAST_TOTAL passages."""
    scores: dict[int, float] = {}
    for term, by_passage in found.items():
        having = frequencies.get(term, len(by_passage))
        gain = inverse_document_frequency(LEAST_TOTAL, having) / inverse_document_frequency(total, having)
        for id_, score in by_passage.items():
            scores[id_] = scores.get(id_, 0.0) + gain * score
    return scores


def vectors_share(foreign: float = 0.0, code: float = 0.0) -> float:
    """How much the vectors count, 0 to 1.

    `foreign`: which share of the question the embedder was not trained for; `code`: which share of the nearest
    passages is program code; both 0 to 1.
    """
    known = VECTORS_SHARE + (CODE_VECTORS_SHARE - VECTORS_SHARE) * code
    return known + (FOREIGN_VECTORS_SHARE - known) * foreign


@dataclass(frozen=True, slots=True)
class Scale:
    """Of one question: the highest BM25 there could be, the vectors' share of the score, and the cosine that the
    embedder gives to texts that have nothing in common.
    """

    highest: float
    share: float = VECTORS_SHARE
    unrelated: float = 0.0


Ranked = Sequence[tuple[int, Scores]]
"""Passage ids with their scores, best first."""


def fuse(
    words: Mapping[int, float], cosines: Mapping[int, float], scale: Scale, *, cut_at: int = 0
) -> list[tuple[int, Scores]]:
    """All ids of both legs with their scores, best first.

    `words` are BM25 scores, at most `cut_at` of them, all there are for 0; `cosines` hold every id of both legs that
    has a vector. An id without a vector is judged by its words alone: it waits for the embedder and must not sink
    meanwhile.
    """
    last = min(words.values()) * BELOW_THE_LAST if 0 < cut_at <= len(words) else 0.0
    scored = []
    for id_ in {**words, **cosines}:
        by_words = min(words.get(id_, last) / scale.highest, 1.0)
        cosine = cosines.get(id_)
        fused = by_words
        if cosine is not None:
            likeness = max(cosine - scale.unrelated, 0.0) / (1.0 - scale.unrelated)
            fused = scale.share * likeness**2 + (1.0 - scale.share) * by_words
        scored.append((id_, Scores(words.get(id_), cosine, min(fused, 1.0))))
    scored.sort(key=in_order)
    return scored


def in_order(entry: tuple[int, Scores]) -> tuple[float, int]:
    """Sorts the best first, and equals as they came into the library."""
    return -entry[1].rank, entry[0]
