"""Finds passages that look as if they answered a question and do not.

Hard ones come from the same article; the next best share the question's rarest words, found in an inverted index
and scored by inverse document frequency, which is BM25 without its length terms (passages are of like length);
the rest are drawn by chance. A passage that holds one of the answers is never a distractor.

It knows passages and questions, nothing of prompts or tokens.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict

from local_models.training.data import Question, ReadingPassage

_WORD = re.compile(r"[a-z0-9]{4,}")
MOST_POSTINGS = 400
"""A word in more passages than this says too little to be worth its memory (1 % of 45,000 passages)."""

SAME_ARTICLE_SHARE = 0.5


class Distractors:
    """An index over passages; draws with the random numbers it is given."""

    def __init__(self, passages: list[ReadingPassage], rng: random.Random) -> None:
        self._passages = passages
        self._rng = rng
        self._articles: dict[str, list[int]] = defaultdict(list)
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(passages):
            self._articles[passage.article].append(number)
            for word in words_of(passage.text):
                self._postings[word].append(number)

    def siblings(self, passage: ReadingPassage) -> list[ReadingPassage]:
        """The other passages of its article."""
        numbers = self._articles[passage.article]
        return [self._passages[number] for number in numbers if self._passages[number].text != passage.text]

    def draw(self, passage: ReadingPassage, question: Question, count: int) -> list[ReadingPassage]:
        """`count` different passages that do not hold any answer to `question`, the hardest kinds first."""
        chosen: list[ReadingPassage] = []
        for candidate in self._candidates(passage, question.text):
            if len(chosen) == count:
                break
            if (
                candidate.text != passage.text
                and candidate not in chosen
                and not holds(candidate.text, question.answers)
            ):
                chosen.append(candidate)
        return chosen

    def _candidates(self, passage: ReadingPassage, question: str) -> list[ReadingPassage]:
        siblings = self.siblings(passage)
        near = self._rng.sample(siblings, min(len(siblings), 3))
        alike = self._alike(question)
        mixed = [*near, *alike] if self._rng.random() < SAME_ARTICLE_SHARE else [*alike, *near]
        return [*mixed, *self._rng.choices(self._passages, k=12)]

    def _alike(self, question: str) -> list[ReadingPassage]:
        scores: Counter[int] = Counter()
        for word in sorted(words_of(question)):  # a set has another order in every process
            postings = self._postings.get(word, [])
            if 0 < len(postings) <= MOST_POSTINGS:
                rarity = math.log(len(self._passages) / len(postings))
                for number in postings:
                    scores[number] += rarity  # type: ignore[assignment]  # typeshed's Counter holds whole numbers
        return [self._passages[number] for number, _ in scores.most_common(6)]


def words_of(text: str) -> set[str]:
    """The words that tell texts apart: four letters or digits and more, in lower case."""
    return set(_WORD.findall(text.lower()))


def holds(text: str, answers: tuple[str, ...]) -> bool:
    """Whether any answer stands in the text, whatever the case."""
    low = text.lower()
    return any(answer.lower() in low for answer in answers)
