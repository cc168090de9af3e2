"""200 sentences with one thing changed, and 100 that say the same in other words (tests/data/claims)."""

from __future__ import annotations

from collections import Counter

import pytest

from rag.types import SentenceVerdict
from rag.verdicts.evidence import Windows
from rag.verdicts.judging import judge
from tests.rag.test_citing import source
from tests.verdicts.pairs import KINDS, Pair, pairs

CHANGES = [kind for kind in KINDS.values() if kind != "faithful"]


def verdict(pair: Pair) -> SentenceVerdict:
    return judge(pair.claim, Windows([source(1, pair.source)])).verdict


def test_there_are_fifty_of_each_change_and_a_hundred_faithful_ones() -> None:
    assert Counter(pair.kind for pair in pairs()) == {**dict.fromkeys(CHANGES, 50), "faithful": 100}


@pytest.mark.parametrize("kind", CHANGES)
def test_what_was_changed_is_not_supported(kind: str) -> None:
    missed = [p.claim for p in pairs() if p.kind == kind and verdict(p) is not SentenceVerdict.NOT_SUPPORTED]
    assert missed == []


def test_hardly_anything_that_says_the_same_is_refused() -> None:
    verdicts = Counter(verdict(pair) for pair in pairs() if pair.kind == "faithful")
    assert verdicts[SentenceVerdict.NOT_SUPPORTED] <= 1
    assert verdicts[SentenceVerdict.SUPPORTED] >= 99


@pytest.mark.parametrize("together", [True, False])
def test_a_change_is_caught_among_other_sentences_too(together: bool) -> None:
    """All the sentences at once, as one source and as one source each."""
    everything = list(pairs())
    texts = list(dict.fromkeys(pair.source for pair in everything))
    texts = [" ".join(texts)] if together else texts
    windows = Windows([source(number, text) for number, text in enumerate(texts, start=1)])
    changed = [pair for pair in everything if pair.kind != "faithful"]
    caught = [judge(p.claim, windows).verdict is SentenceVerdict.NOT_SUPPORTED for p in changed]
    assert sum(caught) >= 0.95 * len(caught)


def test_what_stands_beside_a_contradiction_does_not_support() -> None:
    text = "Pets are allowed with written consent. The landlord may ask for a photograph. It is kept for a year."
    denied = judge("Pets are not allowed with written consent.", Windows([source(1, text)]))
    assert (denied.verdict, denied.reason) == (SentenceVerdict.NOT_SUPPORTED, "the source does not say “not allowed”")
