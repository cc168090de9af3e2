"""A seeded library as large as wanted: words by Zipf's law around topics, unit vectors in clusters of topics and files.

Nothing is kept: passage number n of seed s is always the same. The vectors' spectrum and spread are chosen so that the
ten nearest are no easier to find than among all-MiniLM-L6-v2's vectors of 16,731 real passages: of as many made-up ones
96.8 % are among the first 30 that codes find, of the real ones 99.7 %. Words are made up and are their own stems, so
text and terms agree; the commonest stand for function words and are never asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rag.types import PassageTerms

DIMENSION = 384
PASSAGES_A_DOCUMENT = 50
PASSAGES_A_TOPIC = 400
VOCABULARY = 120_000
FUNCTION_WORDS = 120
"""Ranks before it are of no topic; they make 40 % of a text, as the function words of English do."""
LEAST_ASKED = 15
"""The most frequent word that is asked for stands in 45 % of the passages, as in real questions."""
ZIPF_SHIFT = 2.7
TOPIC_WORDS = 800
TOPIC_SHARE = 0.35
WORDS_A_PASSAGE = (60, 170)
QUESTION_WORDS = (3, 10)
"""Telling words of a question: 4 to 10 in the median of six retrieval sets."""

_SPREAD = (0.55, 0.45, 0.70)
"""Of topic, file and passage around each other."""
_QUESTION_NOISE = 1.15
"""Gives a question a cosine of 0.65 with the nearest passage; MiniLM's real questions have 0.64."""


@dataclass(frozen=True, slots=True)
class SyntheticQuestion:
    """Asked of the passage with that number."""

    text: str
    vector: NDArray[np.float32]
    passage: int


@dataclass(frozen=True)
class SyntheticLibrary:
    """`passages` of them, in files of PASSAGES_A_DOCUMENT."""

    passages: int
    seed: int = 5

    @property
    def documents(self) -> int:
        return -(-self.passages // PASSAGES_A_DOCUMENT)

    def texts(self, document: int) -> list[str]:
        """The passages of one file, each a line of words."""
        rng = np.random.default_rng((self.seed, 1, document))
        lengths = rng.integers(*WORDS_A_PASSAGE, size=self._size(document))
        ranks = _zipf(rng, int(lengths.sum()), VOCABULARY)
        of_topic = (rng.random(len(ranks)) < TOPIC_SHARE) & (ranks >= FUNCTION_WORDS)
        ranks[of_topic] = self._topic_words(document)[_zipf(rng, int(of_topic.sum()), TOPIC_WORDS)]
        words = _vocabulary()[ranks]
        return [" ".join(part) for part in np.split(words, np.cumsum(lengths)[:-1])]

    def vectors(self, document: int) -> NDArray[np.float32]:
        """Shape (passages of the file, DIMENSION), each row of length 1."""
        rng = np.random.default_rng((self.seed, 2, document))
        topic, of_file, of_passage = _SPREAD
        centre = topic * self._centres[self._topic(document)] + of_file * _drawn(rng, 1)[0]
        return _unit(centre + of_passage * _drawn(rng, self._size(document)))

    def questions(self, count: int) -> Iterator[SyntheticQuestion]:
        """Some telling words of a passage, and a vector near to its vector."""
        rng = np.random.default_rng((self.seed, 3))
        function_words = frozenset(_vocabulary()[:LEAST_ASKED])
        for _ in range(count):
            passage = int(rng.integers(self.passages))
            document, place = divmod(passage, PASSAGES_A_DOCUMENT)
            telling = [word for word in self.texts(document)[place].split() if word not in function_words]
            words = rng.permutation(telling)[: rng.integers(*QUESTION_WORDS)]
            near = self.vectors(document)[place] + _QUESTION_NOISE * _drawn(rng, 1)[0]
            yield SyntheticQuestion(" ".join(dict.fromkeys(words)), _unit(near[None])[0], passage)

    @cached_property
    def _centres(self) -> NDArray[np.float64]:
        return _drawn(np.random.default_rng((self.seed, 4)), max(8, self.passages // PASSAGES_A_TOPIC))

    def _topic(self, document: int) -> int:
        return int(np.random.default_rng((self.seed, 5, document)).integers(len(self._centres)))

    def _topic_words(self, document: int) -> NDArray[np.int64]:
        rng = np.random.default_rng((self.seed, 6, self._topic(document)))
        return rng.integers(FUNCTION_WORDS, VOCABULARY, size=TOPIC_WORDS)

    def _size(self, document: int) -> int:
        return min(PASSAGES_A_DOCUMENT, self.passages - document * PASSAGES_A_DOCUMENT)


def terms_of(texts: Sequence[str]) -> list[PassageTerms]:
    """As the word index would have them: a made-up word is its own stem."""
    return [PassageTerms("", "", text) for text in texts]


def _zipf(rng: np.random.Generator, count: int, highest: int) -> NDArray[np.int64]:
    """Ranks from 0, the probability of each falling as 1 / (rank + shift)."""
    return np.searchsorted(_cumulated(highest), rng.random(count)).astype(np.int64)


@cache
def _cumulated(highest: int) -> NDArray[np.float64]:
    weights = 1.0 / (np.arange(highest) + ZIPF_SHIFT)
    return np.cumsum(weights / weights.sum())


def _drawn(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Rows of length about 1 whose variance falls by the power that MiniLM's principal components show."""
    spectrum = np.sqrt((np.arange(DIMENSION) + 4.0) ** -0.7)
    return np.asarray(rng.normal(size=(count, DIMENSION)) * (spectrum / np.linalg.norm(spectrum)))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@cache
def _vocabulary() -> NDArray[np.str_]:
    """Shuffled, so that long and short words are common and rare alike."""
    syllables = [a + b for a, b in product("bdfgklmnprstvz", "aou")]
    shapes = ["".join(parts) for count in (2, 3) for parts in product(syllables, repeat=count)]
    wanted = np.random.default_rng(1).permutation(np.array(shapes))
    return np.concatenate([np.char.add(wanted, ending) for ending in ("x", "k")])[:VOCABULARY]
