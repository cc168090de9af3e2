"""What the span reader learns from: a question with one passage, and where the answer stands, or that it does not.

Nobody wrote questions that the passages leave open, so they are made: another passage of the same article, or
one that shares the question's rare words, or one that an embedder takes for the answer's; of the questions on the same
article the one with the most words of this passage; the passage with the sentence of the answer cut out; question or
passage bent by rule (span_negatives), each time beside a pair that fits, so that the difference is what is learned.

Questions of a web search come with the passages that a search found. It knows characters, not tokens.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from local_models.training.data import Question, ReadingPassage, RetrievedQuestion
from local_models.training.distractors import Distractors, holds
from local_models.training.examples import verbatim
from local_models.training.mining import Mined
from local_models.training.span_negatives import Bend, Bender, WordPool, bent_passage, content_words
from local_models.training.wordnet import WordNet

_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")

RETRIEVED_TWICE = 2
"""Web questions are 3 in 100 of all, and the kind that people type: they come twice a round."""


@dataclass(frozen=True, slots=True)
class SpanExample:
    """`start` and `end` are characters of `passage`; both -1: the passage does not say."""

    question: str
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negatives:
    """Shares of questions, 0 to 1, made unanswerable in each way; a bent one comes beside one that fits."""

    elsewhere: float = 0.08
    mined: float = 0.10
    nearest: float = 0.08
    cut_out: float = 0.05
    bent: float = 0.34


@dataclass(frozen=True, slots=True)
class _Asked:
    passage: ReadingPassage
    place: int

    @property
    def question(self) -> Question:
        return self.passage.questions[self.place]


class SpanExamples:
    """An endless supply, the same for the same seed. Without `mined` passages others take their share."""

    def __init__(
        self,
        passages: Sequence[ReadingPassage],
        rng: random.Random,
        *,
        retrieved: Sequence[RetrievedQuestion] = (),
        mined: Mined | None = None,
        wordnet: Callable[[frozenset[str]], WordNet] | None = None,
        negatives: Negatives | None = None,
    ) -> None:
        """`wordnet` is called with the words of more than one question: no rarer one is put in place of another."""
        self._distractors = Distractors(list(passages), rng)
        self._mined = mined
        self._rng = rng
        self._negatives = negatives or Negatives()
        self._asked = [_Asked(passage, place) for passage in passages for place in range(len(passage.questions))]
        self._retrieved = list(retrieved) * RETRIEVED_TWICE
        questions = [asked.question.text for asked in self._asked]
        known = frozenset(word for word, count in _words(questions).items() if count > 1)
        self._bender = Bender(WordPool(questions), wordnet(known) if wordnet else None, rng)

    def draw(self) -> Iterator[SpanExample]:
        """Every question once a round, answerable or made not to be."""
        while True:
            order: list[_Asked | RetrievedQuestion] = [*self._asked, *self._retrieved]
            self._rng.shuffle(order)
            for asked in order:
                yield from self._found(asked) if isinstance(asked, RetrievedQuestion) else self._examples(asked)

    def _examples(self, asked: _Asked) -> Iterator[SpanExample]:
        passage, question = asked.passage, asked.question
        if not question.answers:
            yield SpanExample(question.text, passage.text, -1, -1)
            return
        whole = answered(question, passage.text)
        if whole is None:
            return
        ways: list[tuple[float, Callable[[], SpanExample | None]]] = [
            (self._negatives.elsewhere, lambda: self._elsewhere(asked)),
            (self._negatives.mined, lambda: self._like_it(asked)),
            (self._negatives.nearest, lambda: self._nearest(passage)),
            (self._negatives.cut_out, lambda: _without_answer(question, passage.text)),
        ]
        chance = self._rng.random()
        for share, way in ways:
            if chance < share:
                yield way() or whole
                return
            chance -= share
        if chance < self._negatives.bent:
            yield from self._bent(passage, whole)
        else:
            yield whole

    def _elsewhere(self, asked: _Asked) -> SpanExample | None:
        drawn = self._distractors.draw(asked.passage, asked.question, 1)
        return SpanExample(asked.question.text, drawn[0].text, -1, -1) if drawn else None

    def _like_it(self, asked: _Asked) -> SpanExample | None:
        """A passage that an embedder finds near the question."""
        if self._mined is None:
            return self._elsewhere(asked)
        near = self._mined.near(asked.passage, asked.place)
        others = [other for other in near if not holds(other.text, asked.question.answers)]
        return SpanExample(asked.question.text, self._rng.choice(others).text, -1, -1) if others else None

    def _bent(self, passage: ReadingPassage, whole: SpanExample) -> Iterator[SpanExample]:
        """One that fits and one that does not, out of question and passage, each as it was or bent."""
        near = WordPool(asked.text for other in self._siblings(passage, 4) for asked in other.questions)
        bend = self._bender.bend(whole.question, whole.passage, near)
        if bend is None:
            yield whole
            return
        broken, mended = _bent_alike(bend, whole)
        if broken is None or mended is None:
            yield from (whole, SpanExample(bend.question, whole.passage, -1, -1))
            return
        yield self._rng.choice((whole, mended))
        yield self._rng.choice((broken, SpanExample(bend.question, whole.passage, -1, -1)))

    def _found(self, found: RetrievedQuestion) -> Iterator[SpanExample]:
        """A web question with the passage that answers it, and with one that the search brought beside it."""
        question = Question(found.question, (found.answer,))
        (_, first), *others = found.passages
        whole = answered(question, first)
        if whole is not None:
            yield whole
        misses = [text for _, text in others if not holds(text, question.answers)]
        if misses:
            yield SpanExample(found.question, self._rng.choice(misses), -1, -1)

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


def _bent_alike(bend: Bend, whole: SpanExample) -> tuple[SpanExample | None, SpanExample | None]:
    """The bent passage with the question as it was, and with the bent one, which it answers."""
    bent = bent_passage(bend, whole.passage, whole.start, whole.end)
    if bent is None:
        return None, None
    end = bent.start + whole.end - whole.start
    return SpanExample(whole.question, bent.text, -1, -1), SpanExample(bend.question, bent.text, bent.start, end)


def _words(questions: Sequence[str]) -> Counter[str]:
    return Counter(word.lower() for question in questions for word in set(content_words(question)))


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
