"""How good is a ranking? The measures of information retrieval, as trec_eval and BEIR compute them.

A ranking is a sequence of ids, best first, each once; `relevant` gives the grade of each id that was judged, where
grades of 0 and below mean not relevant. Knows no passages and no search.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

Grades = Mapping[str, int]


def ndcg(ranking: Sequence[str], relevant: Grades, cut: int) -> float:
    """Normalised discounted cumulative gain of the first `cut`, 0 to 1; the gain of an id is its grade.

    Source: Järvelin and Kekäläinen, 2002, with the discount 1 / log2(rank + 1). 0 if nothing is relevant.
    """
    gained = _discounted([max(relevant.get(id_, 0), 0) for id_ in ranking[:cut]])
    best = _discounted(sorted((max(grade, 0) for grade in relevant.values()), reverse=True)[:cut])
    return gained / best if best else 0.0


def recall(ranking: Sequence[str], relevant: Grades, cut: int) -> float:
    """The share of the relevant ids among the first `cut`, 0 to 1."""
    wanted = {id_ for id_, grade in relevant.items() if grade > 0}
    return len(wanted.intersection(ranking[:cut])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: Grades, cut: int) -> float:
    """1 / rank of the first relevant id among the first `cut`, 0 if there is none."""
    return next((1 / rank for rank, id_ in enumerate(ranking[:cut], 1) if relevant.get(id_, 0) > 0), 0.0)


def measure(rankings: Sequence[tuple[Sequence[str], Grades]]) -> dict[str, float]:
    """The means over all questions; the keys are the stable JSON of `footnote eval retrieval`."""
    measures = {
        "ndcg@10": (ndcg, 10),
        "recall@5": (recall, 5),
        "recall@10": (recall, 10),
        "recall@20": (recall, 20),
        "mrr@10": (reciprocal_rank, 10),
    }
    return {
        name: fmean([function(ranking, relevant, cut) for ranking, relevant in rankings] or [0.0])
        for name, (function, cut) in measures.items()
    }


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
