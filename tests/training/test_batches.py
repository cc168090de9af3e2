"""Rows and batches: what is learned from, and what is only read."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from local_models.chat_template import ChatTemplate
from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM, Hint, NumberedSource, grounded_turn
from local_models.training.batches import (
    ABSTENTION_WEIGHT,
    QUESTION_WEIGHT,
    Encoder,
    Row,
    batch_of,
    prose_rows,
    reading_rows,
)
from local_models.training.data import Part, read_passages, read_prose
from local_models.training.examples import Mixture, ReadingExamples, Turn
from local_models.training.tokenizer import CHAT_TEMPLATE, train_tokenizer
from local_models.types import ChatMessage, Role
from tests.fakes.training import passage_of, write_data

TURNS = [
    Turn((NumberedSource(1, "Carrow.pdf", "Carrow makes rope."),), "What does Carrow make?", "rope [1]."),
    Turn((), "Who founded it?", ABSTENTION),
]
HINTED = Turn((), "What does Carrow make?", "Carrow makes rope [1].", Hint(1, "rope"))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    texts = [str(passage_of(number)["c"]) for number in range(60)] + [ABSTENTION, GROUNDED_SYSTEM, "Sources: Question:"]
    return Encoder(train_tokenizer(texts, 512))


def test_a_prompt_is_what_the_chat_template_of_the_model_file_makes_of_it(encoder: Encoder) -> None:
    turn = TURNS[0]
    messages = [
        ChatMessage(Role.SYSTEM, GROUNDED_SYSTEM),
        ChatMessage(Role.USER, grounded_turn(turn.sources, turn.question)),
    ]
    segments = ChatTemplate(CHAT_TEMPLATE, bos="<|bos|>", eos="<|end|>").segments(messages)
    assert encoder.prompt([turn]) == [token for segment in segments for token in encoder.text(segment.text)]


def test_answers_weigh_most_and_sources_nothing(encoder: Encoder) -> None:
    row = encoder.conversation(TURNS, random.Random(0))
    assert set(row.weights) == {0.0, QUESTION_WEIGHT, ABSTENTION_WEIGHT, 1.0}
    learned = [token for token, weight in zip(row.ids, row.weights, strict=True) if weight == 1.0]
    assert learned in (
        encoder.text(" rope [1].<|end|>"),
        encoder.text("rope [1].<|end|>"),
    )


def test_a_hint_is_read_and_the_question_before_it_still_weighs_what_it_did(encoder: Encoder) -> None:
    row = encoder.conversation([HINTED], random.Random(0))
    guessed = [token for token, weight in zip(row.ids, row.weights, strict=True) if weight == QUESTION_WEIGHT]
    assert guessed == encoder.text(" " + HINTED.question)[-len(guessed) :]
    assert len(guessed) == len(encoder.text(HINTED.question))
    written = encoder.prompt([HINTED])
    assert written[: len(written)] == row.ids[: len(written)]
    assert encoder.text("\nFound: [1] rope") == written[-2 - len(encoder.text("\nFound: [1] rope")) : -2]


def test_rows_have_the_length_asked_for_and_something_to_learn(encoder: Encoder, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    examples = ReadingExamples(read_passages(data, Part.TRAINING), [], random.Random(0), Mixture())
    for row in islice(reading_rows(encoder, examples.conversations(), 400, random.Random(0)), 10):
        assert len(row.ids) == len(row.weights) == 401
        assert any(row.weights)


def test_prose_rows_overlap_by_the_one_token_that_is_only_read(encoder: Encoder, tmp_path: Path) -> None:
    rows = list(islice(prose_rows(encoder, read_prose(write_data(tmp_path / "data")), 32), 3))
    assert [len(row.ids) for row in rows] == [33, 33, 33]
    assert rows[0].ids[-1] == rows[1].ids[0]


def test_a_batch_predicts_at_each_chosen_place_the_token_that_follows() -> None:
    row = Row(list(range(100, 111)), [0.0, 0.0, 0.0, 0.2, 0.2, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    batch = batch_of([row], 64, random.Random(0))
    learned = dict(zip(batch.targets.tolist(), batch.weights.tolist(), strict=True))
    assert {target: weight for target, weight in learned.items() if weight} == pytest.approx(
        {103: 0.2, 104: 0.2, 106: 1.0, 107: 1.0}
    )
    assert (batch.ids.flatten()[batch.places] + 1 == batch.targets).all()


def test_positions_stay_inside_the_context() -> None:
    rows = [Row(list(range(17)), [1.0] * 17) for _ in range(50)]
    positions = batch_of(rows, 64, random.Random(0)).positions
    assert int(positions.max()) < 64
    assert ((positions[:, 1:] - positions[:, :-1]) >= 1).all()
