"""What the span reader learns from: a question with one passage, and where the answer stands, or that it does not.

Nobody wrote questions that the passages leave open, so they are made: another passage of the same article, or
one that shares the question's rare words; the passage with the sentence of the answer cut out; the question with
another name or year (its own passage no longer answers it). The last two look answerable to a word matcher, which is
what makes them worth it.

It knows characters, not tokens.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from local_models.training.data import Question, ReadingPassage
from local_models.training.distractors import Distractors, holds
from local_models.training.examples import swapped, verbatim

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

    elsewhere: float = 0.22
    cut_out: float = 0.10
    swapped: float = 0.08


class SpanExamples:
    """An endless supply, the same for the same seed."""

    def __init__(self, passages: list[ReadingPassage], rng: random.Random, negatives: Negatives | None = None) -> None:
        self._distractors = Distractors(passages, rng)
        self._rng = rng
        self._negatives = negatives or Negatives()
        self._asked = [(passage, question) for passage in passages for question in passage.questions]

    def draw(self) -> Iterator[SpanExample]:
        """Every question once a round, answerable or made not to be."""
        while True:
            for passage, question in self._rng.sample(self._asked, len(self._asked)):
                example = self._example(passage, question)
                if example is not None:
                    yield example

    def _example(self, passage: ReadingPassage, question: Question) -> SpanExample | None:
        chance, negatives = self._rng.random(), self._negatives
        if not question.answers:
            return SpanExample(question.text, passage.text, -1, -1)
        if chance < negatives.elsewhere:
            drawn = self._distractors.draw(passage, question, 1)
            return SpanExample(question.text, drawn[0].text, -1, -1) if drawn else None
        chance -= negatives.elsewhere
        if chance < negatives.cut_out:
            return _without_answer(question, passage.text)
        if chance < negatives.cut_out + negatives.swapped:
            other = swapped(question.text, passage.text, self._rng)
            if other:
                return SpanExample(other, passage.text, -1, -1)
        return answered(question, passage.text)


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
