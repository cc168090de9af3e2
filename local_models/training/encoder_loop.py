"""Training an encoder against the clock, in bfloat16 beside float32 weights, with checkpoints that a break survives.

Of a model it knows its loss on a batch, of a supply that it draws batches; what is learned is neither's name here.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from local_models.training.loop import device_of_choice, rate_at
from local_models.training.progress import bar

PEAK_RATE = 1.5e-4
"""Five times what is usual for fine-tuning: 80 minutes of a processor are few steps (200,000 examples)."""

SAVE_S = 180.0

AT_ONCE = 8
"""Batches' worth of rows that are drawn and sorted by length together, which saves a third of the padding."""

Row = TypeVar("Row")
Made = TypeVar("Made")


class Batch(Protocol):
    """`ids` has a row for each example."""

    @property
    def ids(self) -> Tensor: ...

    def to(self, device: torch.device) -> Any:  # noqa: ANN401 - the same kind of batch
        ...


class Supply(Protocol):
    """Batches without end; `progress`, 0 to 1, is the share of the training that is over."""

    def draw(self, progress: float) -> Batch: ...


def batches_of(rows: Sequence[Row], size: int, batch: Callable[[list[Row]], Made], rng: random.Random) -> list[Made]:
    """Rows in order of their length as batches of `size` neighbours, these in any order."""
    made = [batch(list(rows[start : start + size])) for start in range(0, len(rows), size)]
    rng.shuffle(made)
    return made


class Weights:
    """What is trained, kept in float32 beside the bfloat16 that is computed with: 1.8 times as fast as autocast."""

    def __init__(self, model: nn.Module, frozen: str, rate: float = PEAK_RATE) -> None:
        # word pieces are known from pre-training, and half of all parameters
        model.get_parameter(frozen).requires_grad = False
        names = [name for name, weight in model.named_parameters() if weight.requires_grad]
        self._model = model
        self.exact = {name: model.get_parameter(name).detach().clone() for name in names}
        model.bfloat16()
        self.optimizer = torch.optim.AdamW(self.exact.values(), lr=rate, weight_decay=0.01, fused=True)

    def step(self, rate: float) -> None:
        """One step with the gradients that the model has, which are then gone."""
        for name, exact in self.exact.items():
            weight = self._model.get_parameter(name)
            exact.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        nn.utils.clip_grad_norm_(self.exact.values(), 1.0)
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        with torch.no_grad():
            for name, exact in self.exact.items():
                self._model.get_parameter(name).copy_(exact)


def train_encoder(
    model: nn.Module, supply: Supply, checkpoint: Path, minutes: float, *, frozen: str, rate: float = PEAK_RATE
) -> None:
    """Train until the minutes are spent, with those before a break. `model.loss(batch)` is what falls.

    `checkpoint` is the file of this run; its weights are in the model already where it exists. `frozen` names the
    parameter that is not trained.
    """
    device = device_of_choice()
    weights = Weights(model.train().to(device), frozen, rate)
    seconds, examples = _resume(weights, checkpoint)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    saved = time.monotonic()
    smooth = 0.0
    with bar(checkpoint.stem) as progress:
        while seconds < minutes * 60:
            began = time.monotonic()
            share = seconds / (minutes * 60)
            batch = supply.draw(share)
            loss = model.loss(batch.to(device))
            loss.backward()
            weights.step(rate * rate_at(share))
            seconds += time.monotonic() - began
            examples += len(batch.ids)
            smooth += 0.02 * (float(loss.detach()) - smooth)
            progress.show(seconds / (minutes * 60), f"loss {smooth:.3f}, {examples} examples")
            if time.monotonic() - saved > SAVE_S:
                _save(weights, checkpoint, seconds, examples)
                saved = time.monotonic()
    _save(weights, checkpoint, seconds, examples)


def examples_seen(checkpoint: Path) -> int:
    """How many examples a run has had; 0 before its first checkpoint."""
    if not checkpoint.exists():
        return 0
    return int(torch.load(checkpoint, map_location="cpu", weights_only=True)["examples"])


def _save(weights: Weights, checkpoint: Path, seconds: float, examples: int) -> None:
    part = checkpoint.with_name(checkpoint.name + ".part")
    state = {"reader": weights.exact, "optimizer": weights.optimizer.state_dict()}
    torch.save({**state, "seconds": seconds, "examples": examples}, part)
    part.replace(checkpoint)


def _resume(weights: Weights, checkpoint: Path) -> tuple[float, int]:
    """Seconds and examples that a run has had; the model's weights are the loader's business."""
    if not checkpoint.exists():
        return 0.0, 0
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights.optimizer.load_state_dict(state["optimizer"])
    return float(state["seconds"]), int(state["examples"])
