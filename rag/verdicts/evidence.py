"""Which stretches of the sources come near a claim: one sentence or two neighbours, by the words shared.

A word counts by its rarity among the windows themselves; what only the heading, the title or the sentences before hold
counts half. Knows nothing of verdicts and contradictions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.sentences import sentences
from rag.support import content_words
from rag.types import Source
from rag.verdicts.statement import Statement, read

LOOK_BACK = 300
"""Characters before a window that may name what it speaks of."""

WINDOWS = 4
"""Windows of all sources that a claim is held against in earnest."""

SECOND = 0.1
"""Share of the claim's words that a second sentence must add: the smallest quote that carries the claim is shown."""

LONGEST = 1200
"""Characters of a window; a table or a list without full stops is cut there."""


@dataclass(frozen=True, slots=True)
class Window:
    """Characters [start, end) of a source's text. `size` is 1 or 2 sentences, `words` its content words."""

    source: Source
    start: int
    end: int
    size: int
    words: frozenset[str]

    @property
    def statement(self) -> Statement:
        """Read when it is asked for: most windows never come near a claim."""
        return read(self.text)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def context(self) -> Statement:
        """What may name the subject without being evidence: title, heading, the sentences before."""
        return read(f"{self.source.document}. {self.source.heading}. {self._before}")

    @property
    def told(self) -> str:
        """The window below what names its subject, on one line: what a model of entailment reads."""
        heads = (f"{head}." for head in (self.source.document, self.source.heading) if head)
        return " ".join(" ".join((*heads, self._before, self.text)).split())

    @property
    def _before(self) -> str:
        return self.source.text[max(0, self.start - LOOK_BACK) : self.start]


class Windows:
    """The windows of some sources, and how rare each word is among them."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.all = [window for source in sources for window in _windows(source)]
        single = [window for window in self.all if window.size == 1]
        having = Counter(word for window in single for word in window.words)
        self._rarity = {word: _rarity(count, len(single)) for word, count in having.items()}
        self._rarest = _rarity(0, len(single))

    def nearest(self, claim: Statement, limit: int = WINDOWS, *, source: int | None = None) -> list[Window]:
        """The best windows, best first, of all sources or of one; a second sentence must earn its place.

        Empty where no word is shared.
        """
        total = sum(self.rarity(word) for word in claim.words)
        if not total:
            return []
        found = []
        for window in self.all:
            if source is not None and window.source.number != source:
                continue
            shared = claim.words & window.words
            if shared:
                weight = sum(self.rarity(word) for word in shared) / total
                found.append((weight - SECOND * (window.size - 1), window))
        found.sort(key=lambda one: -one[0])
        return [window for _, window in found[:limit]]

    def rarity(self, word: str) -> float:
        """Inverse document frequency (Spärck Jones, 1972) among the single sentences."""
        return self._rarity.get(word, self._rarest)


def _rarity(count: int, of: int) -> float:
    return math.log((of + 1) / (count + 0.5)) + 0.5


def _windows(source: Source) -> list[Window]:
    spans = [(at, min(end, at + LONGEST)) for start, end in sentences(source.text) for at in range(start, end, LONGEST)]
    single = [Window(source, start, end, 1, content_words(source.text[start:end])) for start, end in spans]
    double = [
        Window(source, first.start, second.end, 2, first.words | second.words)
        for first, second in pairwise(single)
        if second.end - first.start <= LONGEST
    ]
    return single + double
