"""What footnote-entailment learns from: a claim, a stretch of text, and whether the text says what is claimed.

Four supplies, drawn from by share:

- people's questions with their answers, made into claims by rule (phrasing) or left as they are, "question answer";
- sentences of running text, reworded, against the text around them;
- sentences of one encyclopedia against another's article on the same thing (parallel_texts);
- rows of made-up tables (made_tables).

What is not entailed is made by changing one detail, in the claim or in the text. As both may be changed alike, and then
agree again, no trace of a rule tells the answer (docs/decisions/0007). It knows characters, not tokens.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from local_models.training.data import Question, ReadingPassage
from local_models.training.distractors import Distractors, holds
from local_models.training.made_tables import TableMaker
from local_models.training.parallel_texts import FEWEST, MOST, SENTENCE_END, Article, Parallel
from local_models.training.phrasing import sentence_of
from local_models.training.rewording import Rewording
from local_models.training.sentence_changes import Changer, names_of
from local_models.training.span_examples import answered
from local_models.training.span_negatives import Bender, WordPool
from local_models.training.wordnet import WordNet

READING, PROSE, PARALLEL, TABLES = "questions", "prose", "parallel", "tables"
SHARES = {READING: 0.46, PARALLEL: 0.16, TABLES: 0.08, PROSE: 0.30}
"""Of the four supplies."""

AS_ASKED = 0.3
"""Share of claims that stay question and answer although a rule could make a sentence of them."""

LONGEST = 700
"""Characters of evidence: about 160 tokens."""

_NUMBERLIKE = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class EntailmentExample:
    """`entailed`: whether `evidence` says what `claim` says."""

    claim: str
    evidence: str
    entailed: bool


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the examples are made of. A supply that has nothing is left out."""

    passages: Sequence[ReadingPassage]
    articles: Sequence[Article]
    parallels: Sequence[Parallel]


class EntailmentExamples:
    """An endless supply, the same for the same seed."""

    def __init__(
        self, supplies: Supplies, rng: random.Random, *, wordnet: Callable[[frozenset[str]], WordNet] | None = None
    ) -> None:
        """`wordnet` is called with the words of the questions: no rarer one is put in place of another."""
        questions = [question.text for passage in supplies.passages for question in passage.questions]
        known = frozenset(word for question in questions for word in re.findall(r"[a-z]+", question))
        words = wordnet(known) if wordnet else None
        names = _names(supplies)
        self._rng = rng
        self._passages = [passage for passage in supplies.passages if any(one.answers for one in passage.questions)]
        self._articles = [article for article in supplies.articles if len(article.sentences) > 1]
        self._parallels = supplies.parallels
        self._distractors = Distractors(list(supplies.passages), rng)
        self._bender = Bender(WordPool(questions), words, rng)
        self._changer = Changer(names, words, rng)
        self._rewording = Rewording(words, rng)
        self._tables = TableMaker(names, rng)
        self._ways: dict[str, Callable[[], Iterator[EntailmentExample]]] = {
            READING: self._read, PARALLEL: self._compared, TABLES: self._tabled, PROSE: self._told,
        }  # fmt: skip
        self._stock: dict[str, Sequence[object]] = {
            READING: self._passages, PARALLEL: self._parallels, TABLES: names, PROSE: self._articles,
        }  # fmt: skip

    def draw(self) -> Iterator[EntailmentExample]:
        """Examples come in pairs: one that is entailed, one that is not, mostly on the same text."""
        names = [name for name, stock in self._stock.items() if stock]
        shares = [SHARES[name] for name in names]
        while True:
            (name,) = self._rng.choices(names, shares)
            yield from self._ways[name]()

    def draw_from(self, supply: str) -> Iterator[EntailmentExample]:
        """The same of one supply alone, by its name in SHARES."""
        while True:
            yield from self._ways[supply]()

    def _read(self) -> Iterator[EntailmentExample]:
        passage = self._rng.choice(self._passages)
        question = self._rng.choice([one for one in passage.questions if one.answers])
        found = answered(question, passage.text)
        if found is None:
            return
        answer = passage.text[found.start : found.end]
        evidence = self._around(passage, found.start, found.end)
        claim = self._claim(question.text, answer)
        ways = [self._other_answer] * 4 + [self._bent] * 5 + [self._changed_answer] * 3 + [self._elsewhere] * 2
        ways += [self._other_claim] * 2
        self._rng.shuffle(ways)
        for way in ways[:3]:
            pair = way(passage, question, answer, evidence)
            if pair is not None:
                yield from pair
                return
        yield EntailmentExample(claim, evidence, entailed=True)

    def _claim(self, question: str, answer: str) -> str:
        """A sentence where a rule is sure, else the question and the answer side by side."""
        made = sentence_of(question, answer)
        return f"{made}." if made and self._rng.random() > AS_ASKED else f"{question.strip()} {answer}"

    def _around(self, passage: ReadingPassage, start: int, end: int) -> str:
        """The sentences of the answer, with some before and after, and at times the title."""
        text, rng = passage.text, self._rng
        cuts = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)]
        first = max(place for place in cuts if place <= start)
        last = min(place for place in cuts if place >= end)
        first = cuts[max(0, cuts.index(first) - rng.choice((0, 0, 1, 1, 2)))]
        last = cuts[min(len(cuts) - 1, cuts.index(last) + rng.choice((0, 0, 0, 1)))]
        if last - first > LONGEST:
            first, last = max(first, start - LONGEST // 2), min(last, end + LONGEST // 2)
        return _headed(passage.title if rng.random() < 0.6 else "", text[first:last])

    def _other_answer(
        self, passage: ReadingPassage, question: Question, answer: str, evidence: str
    ) -> Iterator[EntailmentExample] | None:
        """The answer to another question, of like kind, that stands in the same text."""
        others = [one.answers[0] for one in passage.questions if one.answers and one is not question]
        others += names_of(evidence) + re.findall(r"\d[\d,.]*\d|\d", evidence)
        fitting = [other for other in others if other in evidence and _like(other, answer)]
        fitting = [other for other in fitting if other.lower() not in question.text.lower()]
        if not fitting:
            return None
        other = self._rng.choice(fitting)
        return self._pair(self._claim(question.text, answer), self._claim(question.text, other), evidence)

    def _bent(
        self, passage: ReadingPassage, question: Question, answer: str, evidence: str
    ) -> Iterator[EntailmentExample] | None:
        """The question bent by rule, the answer as it was; or the text bent alike."""
        near = WordPool(one.text for one in passage.questions)
        bend = self._bender.bend(question.text, passage.text, near)
        if bend is None:
            return None
        true, false = self._claim(question.text, answer), self._claim(bend.question, answer)
        swapped = _bent_text(evidence, bend.out, bend.into, answer)
        if swapped and self._rng.random() < 0.5:
            return self._pair(false, true, swapped)
        return self._pair(true, false, evidence)

    def _changed_answer(
        self, passage: ReadingPassage, question: Question, answer: str, evidence: str
    ) -> Iterator[EntailmentExample] | None:
        """One detail of the claim changed; or of the text."""
        claim = self._claim(question.text, answer)
        change = self._changer.change(claim, passage.text)
        if change is None:
            return None
        swapped = _bent_text(evidence, change.out, change.into, "")
        if swapped and self._rng.random() < 0.5:
            return self._pair(change.sentence, claim, swapped)
        return self._pair(claim, change.sentence, evidence)

    def _elsewhere(
        self, passage: ReadingPassage, question: Question, answer: str, evidence: str
    ) -> Iterator[EntailmentExample] | None:
        """A text about something near that does not hold the answer."""
        drawn = self._distractors.draw(passage, question, 1)
        if not drawn:
            return None
        claim = self._claim(question.text, answer)
        begin = self._rng.randrange(max(1, len(drawn[0].text) - LONGEST // 2))
        begin = drawn[0].text.rfind(". ", 0, begin) + 1
        other = _headed(
            drawn[0].title if self._rng.random() < 0.6 else "", drawn[0].text[begin : begin + LONGEST].strip()
        )
        examples = (EntailmentExample(claim, evidence, entailed=True), EntailmentExample(claim, other, entailed=False))
        return iter(examples)

    def _other_claim(
        self, passage: ReadingPassage, question: Question, answer: str, evidence: str
    ) -> Iterator[EntailmentExample] | None:
        """A claim of the same article that other sentences carry."""
        siblings = [passage, *islice(self._distractors.siblings(passage), 6)]
        asked = [
            (one.text, one.answers[0])
            for other in siblings
            for one in other.questions
            if one.answers and not holds(evidence, one.answers)
        ]
        if not asked:
            return None
        other = max(self._rng.sample(asked, min(6, len(asked))), key=lambda one: _shared(one[0], evidence))
        return self._pair(self._claim(question.text, answer), self._claim(*other), evidence)

    def _told(self) -> Iterator[EntailmentExample]:
        """A sentence of running text: reworded it is entailed, changed it is not, and the text may be changed too."""
        article = self._rng.choice(self._articles)
        place = self._rng.randrange(len(article.sentences))
        sentence = article.sentences[place]
        if not FEWEST <= len(sentence) <= MOST:
            return
        titled = article.title if self._rng.random() < 0.7 else ""
        whole = " ".join(article.sentences[max(0, place - 4) : place + 4])
        change = self._changer.change(sentence, whole)
        if change is None:
            return
        evidence = self._beside(article, place, sentence, titled)
        other = self._beside(article, place, change.sentence, titled)
        state = self._rng.getstate()
        true = self._rewording.reword(sentence, titled)
        self._rng.setstate(state)  # the same rules for both, so that only the detail tells them apart
        false = self._rewording.reword(change.sentence, titled)
        if true == false:
            yield EntailmentExample(true, evidence, entailed=True)
            return
        if self._rng.random() < 0.5 and change.out:
            yield from self._pair(false, true, other)
        else:
            yield from self._pair(true, false, evidence)
        if self._rng.random() < 0.15:
            yield self._beside_it(article, place, true, titled)

    def _beside(self, article: Article, place: int, sentence: str, title: str) -> str:
        before = article.sentences[max(0, place - self._rng.choice((0, 0, 1, 2))) : place]
        after = article.sentences[place + 1 : place + 1 + self._rng.choice((0, 0, 1))]
        return _headed(title, " ".join((*before, sentence, *after)))

    def _beside_it(self, article: Article, place: int, claim: str, title: str) -> EntailmentExample:
        """The sentences around the one that says it."""
        left = (*article.sentences[max(0, place - 3) : place], *article.sentences[place + 1 : place + 3])
        return EntailmentExample(claim, _headed(title, " ".join(left)), entailed=False)

    def _compared(self) -> Iterator[EntailmentExample]:
        parallel = self._rng.choice(self._parallels)
        other, place = parallel.other, parallel.place
        title = other.title if self._rng.random() < 0.8 else ""
        if place < 0:
            shares = [_shared(parallel.sentence, sentence) for sentence in other.sentences]
            near = max(range(len(shares)), key=shares.__getitem__)
            yield EntailmentExample(parallel.sentence, self._window(other, near, title), entailed=False)
            return
        evidence = self._window(other, place, title)
        yield EntailmentExample(parallel.sentence, evidence, entailed=True)
        change = self._changer.change(parallel.sentence, evidence)
        if change is not None:
            yield EntailmentExample(change.sentence, evidence, entailed=False)

    def _window(self, article: Article, place: int, title: str) -> str:
        first = max(0, place - self._rng.choice((0, 0, 1, 2)))
        return _headed(title, " ".join(article.sentences[first : place + 2]))

    def _tabled(self) -> Iterator[EntailmentExample]:
        for made in self._tables.draw():
            yield EntailmentExample(made.claim, made.rows, made.entailed)

    def _pair(self, true: str, false: str, evidence: str) -> Iterator[EntailmentExample]:
        if true != false:
            yield EntailmentExample(true, evidence, entailed=True)
            yield EntailmentExample(false, evidence, entailed=False)


def _headed(title: str, text: str) -> str:
    text = " ".join(text.split())[: 2 * LONGEST]
    return f"{title}. {text}" if title else text


def _bent_text(text: str, out: str, into: str, answer: str) -> str:
    """The text with `into` for `out` and the other way round; empty where that can't be, or would touch the answer."""
    if not out or not into or out in answer or into in answer or not _has(text, out):
        return ""
    if out in into:  # a negation: one place
        return "" if _has(text, into) else re.sub(rf"(?<!\w){re.escape(out)}(?!\w)", lambda _: into, text, count=1)
    places = re.compile(rf"(?<!\w)(?:{re.escape(out)}|{re.escape(into)})(?!\w)")
    return places.sub(lambda found: into if found.group() == out else out, text)


def _has(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _like(one: str, other: str) -> bool:
    """Both with digits, or both with a capital, or neither; and neither holds the other."""
    if one.lower() in other.lower() or other.lower() in one.lower():
        return False
    if bool(_NUMBERLIKE.search(one)) != bool(_NUMBERLIKE.search(other)):
        return False
    return one[0].isupper() == other[0].isupper() or bool(_NUMBERLIKE.search(one))


def _shared(text: str, other: str) -> float:
    words = set(re.findall(r"\w{4,}", text.lower()))
    low = other.lower()
    return sum(word in low for word in words) / (len(words) + 1)


def _names(supplies: Supplies, wanted: int = 20_000) -> list[str]:
    """Names of all kinds, from titles and answers."""
    titles = (article.title.split(" (")[0] for article in supplies.articles)
    found = [title for title in titles if title[:1].isupper() and len(title.split()) <= 3 and "." not in title]
    answers = (
        question.answers[0] for passage in supplies.passages for question in passage.questions if question.answers
    )
    found += [one for answer in islice(answers, wanted) for one in names_of(answer)[:1]]
    step = max(1, len(found) // wanted)
    return sorted(set(found[::step])) or ["Alder", "Birch", "Cedar", "Rowan", "Hazel", "Linden", "Maple", "Willow"]
