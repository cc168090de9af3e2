"""Step 6: a quick look at a reader, on questions held back from training.

    python -m local_models.training.evaluate --data FOLDER --model FILE.gguf [--questions 300] [--hints right]

Each question is asked once as the app asks it: one to four sources in random order, the one that answers among
them, or (for `--absent` of the questions) not. Behind the question stands no hint, the right words, or what a span
reader might have found (`Hints`). It measures

    F1, EM      words of the answer against people's answers, as SQuAD 1.1 does (Rajpurkar et al. 2016), over the
                questions with an answer in the sources; an abstention there counts 0. A sentence says more words
                than people's answers hold and loses F1 by it, so beside it stands
    holds       share of those answers in which a person's answer stands, whole
    as taught   share of those answers that are, to the letter, what the rules make of question and hint
    citation    share of the given answers whose number is that of the right source
    abstention  share of unanswerable questions abstained from, and of answerable ones wrongly
    AUROC       of the probability of beginning an abstention, answerable against not
    first words F1 and holds for the first sentence of the first source: what a reader must beat

This is no substitute for the product's own evaluation with retrieval; it tells a training run from another.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import string
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_models.cancel import never
from local_models.chat_template import ChatTemplate
from local_models.gguf import read_header
from local_models.llama import LlamaModel
from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM, grounded_turn
from local_models.training.examples import Turn
from local_models.training.held_back import Hints, held_back_turns, with_hints
from local_models.training.progress import bar, say
from local_models.types import ChatMessage, ModelSettings, Role, Sampling

MOST_TOKENS = 48
RESAMPLES = 400
_ABSTAIN_GRAMMAR = f'root ::= " "? "{ABSTENTION}"'
_NUMBER = re.compile(r"\[(\d+)\]")
_ARTICLE = re.compile(r"\b(a|an|the)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class Reader(Protocol):
    """What is measured: messages in, the answer and the probability that it abstains out."""

    def answer(self, system: str, user: str) -> tuple[str, float]: ...


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with what was expected and what was said."""

    turn: Turn
    said: str
    abstain_probability: float

    @property
    def answerable(self) -> bool:
        return self.turn.answer != ABSTENTION

    @property
    def abstained(self) -> bool:
        return self.said.strip().startswith(ABSTENTION[:9])

    @property
    def f1(self) -> float:
        return f1_of(without_numbers(self.said), self.turn.words)

    @property
    def first_sentence_f1(self) -> float:
        return f1_of(_first_sentence(self.turn), self.turn.words)

    @property
    def first_sentence_holds(self) -> bool:
        return holds_words(_first_sentence(self.turn), self.turn.words)

    @property
    def exact(self) -> bool:
        return normal(without_numbers(self.said)) == normal(self.turn.words)

    @property
    def holds(self) -> bool:
        return holds_words(without_numbers(self.said), self.turn.words)

    @property
    def as_taught(self) -> bool:
        return self.said.strip() == self.turn.answer

    @property
    def cites_right(self) -> bool:
        return set(_NUMBER.findall(self.said)) == set(_NUMBER.findall(self.turn.answer))


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1; `questions` is how many were asked."""

    questions: int
    f1: float
    exact: float
    holds: float
    as_taught: float
    citation: float
    right_abstentions: float
    wrong_abstentions: float
    auroc: float
    first_sentence_f1: float
    first_sentence_holds: float

    def items(self) -> list[tuple[str, float]]:
        return [(name, getattr(self, name)) for name in self.__slots__ if name != "questions"]


class GgufReader:
    """A GGUF through llama.cpp, greedy, in this process."""

    def __init__(self, path: Path, threads: int) -> None:
        header = read_header(path)
        self._model = LlamaModel(ModelSettings(path, threads=threads), header)
        template = header.texts()["tokenizer.chat_template"]
        self._template = ChatTemplate(template, bos=self._model.bos, eos=self._model.eos)

    def answer(self, system: str, user: str) -> tuple[str, float]:
        messages = [ChatMessage(Role.SYSTEM, system), ChatMessage(Role.USER, user)]
        tokens = self._model.prompt_tokens(self._template.segments(messages))
        for _ in self._model.prefill(tokens, never()):
            pass
        probability = self._abstain_probability()
        return self._greedy(), probability

    def _abstain_probability(self) -> float:
        """Of the first token of an abstention. A grammar picks it; the probability is the model's alone."""
        with self._model.sampler(Sampling(repeat_penalty=1.0), _ABSTAIN_GRAMMAR) as sampler:
            return math.exp(self._model.sample(sampler).logprob)

    def _greedy(self) -> str:
        said = b""
        with self._model.sampler(Sampling(repeat_penalty=1.0), "") as sampler:
            for _ in range(MOST_TOKENS):
                token = self._model.sample(sampler)
                if token.end:
                    break
                said += token.data
                self._model.advance(token.id, never())
        return said.decode("utf-8", "replace")


def judge(reader: Reader, turns: Iterable[Turn]) -> list[Judged]:
    """Ask every question."""
    asked = list(turns)
    judged = []
    with bar("Asking") as progress:
        for number, turn in enumerate(asked, 1):
            said, probability = reader.answer(GROUNDED_SYSTEM, grounded_turn(turn.sources, turn.question, turn.hint))
            judged.append(Judged(turn, said, probability))
            progress.show(number / len(asked), f"{number} of {len(asked)}")
    return judged


def figures_of(judged: list[Judged]) -> Figures:
    """The figures of all questions together."""
    answerable = [one for one in judged if one.answerable]
    unanswerable = [one for one in judged if not one.answerable]
    answered = [one for one in answerable if not one.abstained]
    return Figures(
        questions=len(judged),
        f1=_mean(one.f1 for one in answerable),
        exact=_mean(float(one.exact) for one in answerable),
        holds=_mean(float(one.holds) for one in answerable),
        as_taught=_mean(float(one.as_taught) for one in answerable),
        citation=_mean(float(one.cites_right) for one in answered),
        right_abstentions=_mean(float(one.abstained) for one in unanswerable),
        wrong_abstentions=_mean(float(one.abstained) for one in answerable),
        auroc=auroc([one.abstain_probability for one in unanswerable], [one.abstain_probability for one in answerable]),
        first_sentence_f1=_mean(one.first_sentence_f1 for one in answerable),
        first_sentence_holds=_mean(float(one.first_sentence_holds) for one in answerable),
    )


def with_intervals(judged: list[Judged], seed: int) -> list[str]:
    """A line for each figure, with the ends of its 95 % interval (percentile bootstrap over questions, Efron 1979)."""
    rng = random.Random(seed)
    drawn = [dict(figures_of(rng.choices(judged, k=len(judged))).items()) for _ in range(RESAMPLES)]
    lines = []
    for name, value in figures_of(judged).items():
        spread = sorted(figures[name] for figures in drawn)
        low, high = spread[round(0.025 * RESAMPLES)], spread[round(0.975 * RESAMPLES) - 1]
        lines.append(f"{name:20} {value:.3f}   {low:.3f} to {high:.3f}")
    return lines


def f1_of(said: str, expected: str) -> float:
    """Harmonic mean of word precision and recall, articles, case and punctuation aside."""
    words, wanted = normal(said).split(), normal(expected).split()
    shared = sum((Counter(words) & Counter(wanted)).values())
    return 2 * shared / (len(words) + len(wanted)) if shared else 0.0


def normal(text: str) -> str:
    """A text without case, punctuation, articles and extra blanks."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(_ARTICLE.sub(" ", bare).split())


def holds_words(text: str, words: str) -> bool:
    """Whether the words stand in the text in one piece, case, punctuation and articles aside."""
    return bool(normal(words)) and f" {normal(words)} " in f" {normal(text)} "


def without_numbers(answer: str) -> str:
    return _NUMBER.sub("", answer)


def auroc(positives: list[float], negatives: list[float]) -> float:
    """The chance that a positive scores above a negative; ties count half. 0.5 where one side is empty."""
    if not positives or not negatives:
        return 0.5
    wins = sum((high > low) + 0.5 * (high == low) for high in positives for low in negatives)
    return wins / (len(positives) * len(negatives))


def _first_sentence(turn: Turn) -> str:
    return _SENTENCE_END.split(turn.sources[0].text)[0]


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a reader on questions held back from training.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--hints", type=Hints, choices=list(Hints), default=Hints.FOUND)
    parser.add_argument("--show", type=int, default=0, help="how many questions to print")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    reader = GgufReader(options.model, options.threads)
    turns = held_back_turns(options.data, options.questions, options.seed)
    judged = judge(reader, with_hints(turns, options.hints, options.seed))
    for one in judged[: options.show]:
        say(
            f"{one.turn.question}\n   found  {one.turn.hint}\n   wanted {one.turn.answer}\n   said   {one.said.strip()}"
        )
    say(f"{len(judged)} questions")
    for line in with_intervals(judged, options.seed):
        say(line)


if __name__ == "__main__":
    main()
