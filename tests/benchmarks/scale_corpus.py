"""A seeded library as large as wanted: words by Zipf's law around topics, unit vectors in clusters of topics and files.

Nothing is kept: passage number n of seed s is always the same. The vectors' spectrum and spread are chosen so that the
ten nearest are no easier to find than among all-MiniLM-L6-v2's vectors of 16,731 real passages: of as many made-up ones
96.8 % are among the first 30 that codes find, of the real ones 99.7 %. Words are made up and are their own stems, so
text and terms agree; the commonest stand for function words and are never asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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

    def odd_questions(self, count: int) -> dict[str, list[SyntheticQuestion]]:
        """Those that are hardest to answer quickly: one word, common words only, thirty words."""
        rng = np.random.default_rng((self.seed, 7))
        words = _vocabulary()
        near = list(self.questions(count))
        texts = {
            "one word": [str(words[int(LEAST_ASKED * 10 ** rng.uniform(0, 3.5))]) for _ in near],
            "four very common words": [" ".join(words[rng.integers(LEAST_ASKED, 60, size=4)]) for _ in near],
            "thirty words": [" ".join(rng.permutation(self._words(question.passage))[:30]) for question in near],
        }
        return {
            kind: [replace(question, text=text) for question, text in zip(near, asked, strict=True)]
            for kind, asked in texts.items()
        }

    def _words(self, passage: int) -> list[str]:
        document, place = divmod(passage, PASSAGES_A_DOCUMENT)
        return list(dict.fromkeys(self.texts(document)[place].split()))

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


@dataclass(frozen=True)
class SpreadVectors:
    """Vectors with MiniLM's spectrum that do not cluster; kept in memory, under the ids from 1 on.

    Of 200,000 the tenth nearest to a question has a cosine of 0.28 (real passages: 0.47), the hundredth one of 0.23.
    """

    count: int

    def generation(self, digest: str) -> int:
        return 1

    def vector_ids(self, digest: str) -> NDArray[np.int64]:
        return np.arange(1, self.count + 1, dtype=np.int64)

    def chosen_vectors(self, digest: str, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        return ids, self._rows[ids - 1].astype(np.float32)

    def questions(self, count: int) -> NDArray[np.float32]:
        """Shape (count, DIMENSION)."""
        return _unit(_drawn(np.random.default_rng(12), count))

    def cosines(self, question: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = np.array_split(self._rows, max(1, self.count // 10_000))
        return np.concatenate([part.astype(np.float32) @ question for part in parts])

    @cached_property
    def _rows(self) -> NDArray[np.float16]:
        rng, parts = np.random.default_rng(11), range(0, self.count, 10_000)
        return np.concatenate([_unit(_drawn(rng, min(10_000, self.count - at))).astype(np.float16) for at in parts])


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
