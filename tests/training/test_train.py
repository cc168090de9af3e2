"""The two lessons by the clock."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM
from local_models.training.batches import BatchSize, Encoder
from local_models.training.data import Part, read_passages
from local_models.training.examples import Mixture, ReadingExamples
from local_models.training.tokenizer import train_tokenizer
from local_models.training.train import LESSONS, PHRASE, READ, ReadingLesson
from tests.fakes.training import passage_of, write_data


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_a_mixture_for_every_moment(lesson: str) -> None:
    ends = [until for until, _ in LESSONS[lesson]]
    assert ends == sorted(ends)
    assert ends[-1] == 1.0


def test_only_the_decoder_that_can_find_is_taught_questions_without_hints() -> None:
    assert all(mixture.hinted == 1.0 for _, mixture in PHRASE)
    assert all(mixture.hinted < 1.0 for _, mixture in READ)


@pytest.mark.parametrize("lesson", LESSONS)
def test_batches_come_from_the_first_moment_to_past_the_last(lesson: str, tmp_path: Path) -> None:
    texts = [str(passage_of(number)["c"]) for number in range(60)] + [ABSTENTION, GROUNDED_SYSTEM, "Question: Found:"]
    encoder = Encoder(train_tokenizer(texts, 512))
    rng = random.Random(0)
    examples = ReadingExamples(read_passages(write_data(tmp_path), Part.TRAINING), [], rng, Mixture())
    teacher = ReadingLesson(encoder, examples, LESSONS[lesson], BatchSize(4, 256), 1024, rng, 0.9)
    shapes = [tuple(teacher.next_batch(progress).ids.shape) for progress in (0.0, 0.3, 0.7, 0.95, 1.01)]
    assert shapes == [(4, 256), (4, 256), (4, 256), (2, 512), (2, 512)]
