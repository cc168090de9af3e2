"""What the span reader learns from: a question with one passage, and where the answer stands, or that it does not.

Nobody wrote questions that the passages leave open, so they are made: another passage of the same article, or
one that shares the question's rare words; of the questions on the same article the one with the most words of this
passage; the passage with the sentence of the answer cut out; the question bent by rule (span_negatives), each time
beside the question as it was, so that the difference is what is learned. All but the first look answerable
to a word matcher, which is what makes them worth it.

It knows characters, not tokens.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from local_models.training.data import Question, ReadingPassage
from local_models.training.distractors import Distractors, holds
from local_models.training.examples import verbatim
from local_models.training.span_negatives import WordPool, bent, content_words

_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")


@dataclass(frozen=True, slots=True)
class SpanExample:
    """`start` and `end` are characters of `passage`; both -1: the passage does not say."""

    question: str
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negatives:
    """Shares of all examples, 0 to 1, that are made unanswerable in each way."""

    elsewhere: float = 0.14
    nearest: float = 0.10
    cut_out: float = 0.06
    bent: float = 0.24


class SpanExamples:
    """An endless supply, the same for the same seed."""

    def __init__(self, passages: list[ReadingPassage], rng: random.Random, negatives: Negatives | None = None) -> None:
        self._distractors = Distractors(passages, rng)
        self._rng = rng
        self._negatives = negatives or Negatives()
        self._asked = [(passage, question) for passage in passages for question in passage.questions]
        self._words = WordPool(question.text for _, question in self._asked)

    def draw(self) -> Iterator[SpanExample]:
        """Every question once a round, answerable or made not to be."""
        while True:
            for passage, question in self._rng.sample(self._asked, len(self._asked)):
                yield from self._examples(passage, question)

    def _examples(self, passage: ReadingPassage, question: Question) -> Iterator[SpanExample]:
        chance, negatives = self._rng.random(), self._negatives
        if not question.answers:
            yield SpanExample(question.text, passage.text, -1, -1)
            return
        whole = answered(question, passage.text)
        if whole is None:
            return
        if chance < negatives.elsewhere:
            drawn = self._distractors.draw(passage, question, 1)
            made = SpanExample(question.text, drawn[0].text, -1, -1) if drawn else None
        elif (chance := chance - negatives.elsewhere) < negatives.nearest:
            made = self._nearest(passage)
        elif (chance := chance - negatives.nearest) < negatives.cut_out:
            made = _without_answer(question, passage.text)
        elif chance - negatives.cut_out < negatives.bent:
            made = self._bent(passage, question)
            if made is not None:
                yield made
            made = None
        else:
            made = None
        yield made or whole

    def _bent(self, passage: ReadingPassage, question: Question) -> SpanExample | None:
        near = WordPool(asked.text for other in self._siblings(passage, 4) for asked in other.questions)
        changed = bent(question.text, passage.text, near, self._words, self._rng)
        return SpanExample(changed, passage.text, -1, -1) if changed else None

    def _nearest(self, passage: ReadingPassage) -> SpanExample | None:
        """Of the questions on other passages of the article, the one that shares most words with this one."""
        text = passage.text.lower()
        asked = [
            question
            for other in self._siblings(passage, 8)
            for question in other.questions
            if question.answers and not holds(text, question.answers)
        ]
        if not asked:
            return None

        def shared(question: Question) -> float:
            words = content_words(question.text)
            return sum(word.lower() in text for word in words) / (len(words) + 1)

        return SpanExample(max(asked, key=shared).text, passage.text, -1, -1)

    def _siblings(self, passage: ReadingPassage, count: int) -> list[ReadingPassage]:
        siblings = self._distractors.siblings(passage)
        return self._rng.sample(siblings, min(len(siblings), count))


def answered(question: Question, text: str) -> SpanExample | None:
    """The question with the place of its answer: of several, the one among most words of the question."""
    answer = verbatim(question.answers[0], text)
    if not answer:
        return None
    asked = set(re.findall(r"\w+", question.text.lower()))
    places = [found.start() for found in re.finditer(re.escape(answer), text)]

    def company(place: int) -> int:
        around = text[max(0, place - 100) : place + len(answer) + 100].lower()
        return len(asked & set(re.findall(r"\w+", around)))

    start = max(places, key=company)
    return SpanExample(question.text, text, start, start + len(answer))


def _without_answer(question: Question, text: str) -> SpanExample | None:
    """The passage without the sentences that hold an answer; None where nothing would be left."""
    rest = "".join(part for part in _SENTENCE.findall(text) if not holds(part, question.answers)).strip()
    left = len(rest) > 80 and not holds(rest, question.answers)  # 80: less is no passage
    return SpanExample(question.text, rest, -1, -1) if left else None
