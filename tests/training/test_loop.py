"""Training against the clock, and its checkpoints."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from local_models.errors import UsageError
from local_models.training.batches import Row, batch_of
from local_models.training.loop import Plan, Spent, load_model, rate_at, resume, save, train
from local_models.training.model import SHAPES, Batch, Decoder
from local_models.training.optimizer import Rates, optimizers_for, orthogonal

TINY = replace(SHAPES["nano"], vocabulary=64, context=64)


def repeating_batch(progress: float) -> Batch:
    del progress
    return batch_of([Row([1, 2, 3, 4] * 8 + [1], [1.0] * 33) for _ in range(2)], 64, random.Random(0))


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    assert rate_at(0.0) == pytest.approx(0.01)
    assert rate_at(0.3) == 1.0
    assert 0 < rate_at(0.9) < 0.3
    assert rate_at(1.0) == 0.0


@pytest.mark.real
def test_a_checkpoint_gives_back_model_optimizers_and_what_was_spent(tmp_path: Path) -> None:
    model = Decoder(TINY)
    optimizers = optimizers_for(model, Rates())
    model.loss(repeating_batch(0)).backward()
    for optimizer in optimizers:
        optimizer.step()
    save(model, optimizers, Spent(12.5, 3, 99), tmp_path)
    other = Decoder(TINY)
    assert resume(other, optimizers_for(other, Rates()), tmp_path) == Spent(12.5, 3, 99)
    for name, parameter in model.state_dict().items():
        assert torch.equal(parameter, other.state_dict()[name])


def test_a_run_without_a_checkpoint_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no checkpoint"):
        load_model(tmp_path)


@pytest.mark.real
@pytest.mark.parametrize("matrices", [0.0, 0.006])
def test_every_parameter_is_optimised_once_and_the_vocabulary_at_its_own_rate(matrices: float) -> None:
    model = Decoder(TINY)
    groups = [
        group for optimizer in optimizers_for(model, Rates(matrices, 1e-3, 1e-4)) for group in optimizer.param_groups
    ]
    optimised = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(optimised) == sorted(id(parameter) for parameter in model.parameters())
    (vocabulary,) = (group for group in groups if group["peak"] == 1e-4)
    assert [tuple(parameter.shape) for parameter in vocabulary["params"]] == [(64, 64), (64, 64)]


def test_orthogonal_steps_have_singular_values_near_one() -> None:
    values = torch.linalg.svdvals(orthogonal(torch.randn(2, 16, 48)).float())
    assert values.min() > 0.3
    assert values.max() < 1.5


@pytest.mark.real
def test_a_run_that_was_cut_off_goes_on_with_the_minutes_left(tmp_path: Path) -> None:
    torch.manual_seed(0)
    first = train(Decoder(TINY), repeating_batch, Plan(minutes=0.005, threads=1, compiled=False), tmp_path, "Test")
    model, spent = load_model(tmp_path)
    assert spent == first
    more = first.seconds / 60 + 0.005  # the machine may have been away for longer than was planned
    progress: list[float] = []

    def next_batch(share: float) -> Batch:
        progress.append(share)
        return repeating_batch(share)

    second = train(model.train(), next_batch, Plan(minutes=more, threads=1, compiled=False), tmp_path, "Test")
    assert progress[0] == pytest.approx(first.seconds / 60 / more)
    assert second.steps == first.steps + len(progress)
    assert second.seconds >= more * 60
