"""Turns conversations and prose into batches of token ids.

A row is filled with whole conversations. What the reader must write weighs 1; a question weighs `QUESTION_WEIGHT`,
because guessing what is asked of a source teaches where things stand in it; the sources themselves are only read.
In some rows the positions jump once (Zhu et al. 2023, "PoSE"), so that distances up to the whole context are
seen in short rows too.

It knows the chat markers and nothing of where the conversations come from.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM, grounded_turn, hint_line
from local_models.training.examples import Turn
from local_models.training.model import Batch
from local_models.training.tokenizer import ASSISTANT, BOS, END, EOS, PAD, SYSTEM, USER, token_id

QUESTION_WEIGHT = 0.2
HINTED_QUESTION_WEIGHT = 0.02
"""Where hints say what to write, nothing is to be found, and guessing questions drowns the lesson: at 0.2 they were
three quarters of the loss after 2 M tokens."""

ABSTENTION_WEIGHT = 0.3
"""An abstention is always the same words: at full weight, a third of all answers, it wins before any single answer
is likelier, and a young reader says nothing else (seen after 0.2 M tokens)."""

LEARNED_SHARE = 0.4
"""Room for what is learned from, as a share of a batch's tokens; questions that do not fit are skipped."""

LEADING_SPACE_SHARE = 0.8
"""Answers mostly begin with a space, as the words in a source do: the same tokens are then copied, not respelled."""

JUMP_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class BatchSize:
    """Rows of `length` tokens each."""

    rows: int
    length: int


@dataclass(slots=True)
class Row:
    """Ids with the weight with which each is to be predicted from those before it."""

    ids: list[int]
    weights: list[float]

    def add(self, ids: list[int], weight: float) -> None:
        self.ids += ids
        self.weights += [weight] * len(ids)


class Encoder:
    """Writes conversations in token ids, exactly as the chat template in the model's file does."""

    def __init__(self, tokenizer: Tokenizer, question_weight: float = QUESTION_WEIGHT) -> None:
        self._tokenizer, self._question_weight = tokenizer, question_weight
        self.pad, self.bos, self.eos = (token_id(tokenizer, token) for token in (PAD, BOS, EOS))
        self._user, self._assistant, self._end = (token_id(tokenizer, token) for token in (USER, ASSISTANT, END))
        self._opening = [self.bos, token_id(tokenizer, SYSTEM), *self.text(GROUNDED_SYSTEM), self._end]

    def text(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def prompt(self, turns: list[Turn]) -> list[int]:
        """The ids after which the reader writes the answer of the last turn."""
        row = self.conversation(turns[:-1], random.Random(0))
        return [*row.ids, *self._asked(turns[-1])]

    def conversation(self, turns: list[Turn], rng: random.Random) -> Row:
        """All turns, answers with their weights."""
        row = Row([], [])
        row.add(self._opening, 0.0)
        for turn in turns:
            self._add_turn(row, turn, rng)
        return row

    def _add_turn(self, row: Row, turn: Turn, rng: random.Random) -> None:
        asked = self._asked(turn)
        # behind the question: the hint, the end of the turn, the assistant's marker
        behind = 2 + (len(self.text("\n" + hint_line(turn.hint))) if turn.hint else 0)
        first = max(0, len(asked) - behind - len(self.text(turn.question)))
        row.add(asked[:first], 0.0)
        row.add(asked[first:-behind], self._question_weight)
        row.add(asked[-behind:], 0.0)
        lead = " " if rng.random() < LEADING_SPACE_SHARE else ""
        weight = ABSTENTION_WEIGHT if turn.answer == ABSTENTION else 1.0
        row.add([*self.text(lead + turn.answer), self._end], weight)

    def _asked(self, turn: Turn) -> list[int]:
        text = grounded_turn(turn.sources, turn.question, turn.hint)
        return [self._user, *self.text(text), self._end, self._assistant]


def reading_rows(
    encoder: Encoder, conversations: Iterator[list[Turn]], length: int, rng: random.Random
) -> Iterator[Row]:
    """Rows of exactly `length` + 1 ids. What does not fit is cut: the last turns of the row's last conversation,
    and conversations whose sources alone fill a row."""
    row = Row([], [])
    for turns in conversations:
        added = encoder.conversation(turns, rng)
        if not any(added.weights[:length]):
            continue
        row.ids += added.ids
        row.weights += added.weights
        # a second conversation only where enough room is left for its sources and a question
        if len(row.ids) > length * 0.7:
            yield _fitted(row, length + 1, encoder.pad)
            row = Row([], [])


def prose_rows(encoder: Encoder, texts: Iterator[str], length: int) -> Iterator[Row]:
    """Rows of exactly `length` + 1 ids of running text, every one of them to be predicted."""
    held: list[int] = []
    for text in texts:
        held += [*encoder.text(text), encoder.eos]
        while len(held) > length:
            yield Row(held[: length + 1], [1.0] * (length + 1))
            held = held[length:]


def batch_of(rows: list[Row], context: int, rng: random.Random, learned_share: float = LEARNED_SHARE) -> Batch:
    """A batch out of rows of one length, with room for `learned_share` of its tokens to be learned from."""
    length = len(rows[0].ids) - 1
    ids = torch.tensor([row.ids for row in rows])
    weights = torch.tensor([row.weights for row in rows])[:, 1:].flatten()
    room = int(len(rows) * length * learned_share)
    places = _chosen(weights, room)
    positions = torch.tensor([_positions(length, context, rng) for _ in rows])
    targets = ids[:, 1:].flatten()[places]
    return Batch(ids[:, :-1].contiguous(), positions, places, targets, weights[places])


def _chosen(weights: torch.Tensor, room: int) -> torch.Tensor:
    """The `room` heaviest places in order of place; those that weigh 0 fill what is left."""
    heaviest = torch.argsort(weights + torch.rand(len(weights)) * 1e-3, descending=True)[:room]
    return torch.sort(heaviest).values


def _positions(length: int, context: int, rng: random.Random) -> list[int]:
    if length >= context or rng.random() > JUMP_SHARE:
        return list(range(length))
    at, jump = rng.randrange(length), rng.randint(1, context - length)
    return [*range(at), *range(at + jump, length + jump)]


def _fitted(row: Row, length: int, pad: int) -> Row:
    missing = length - len(row.ids)
    return Row(row.ids[:length] + [pad] * missing, row.weights[:length] + [0.0] * missing)
