"""Training against the clock: the schedule, the steps, the checkpoints. The same on CUDA, MPS and processors.

A run has a budget of minutes. Its progress from 0 to 1 is the share of them that is spent, and everything that
changes while it runs (learning rate, mixture, row length) is a function of it; so a slower machine
sees fewer tokens and still ends with the same decay. A checkpoint is written every few minutes, at once under its
own name or not at all; a run that was cut off goes on from it with the minutes that were left.

It knows nothing of what is learned: it asks for batches.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from local_models.errors import UsageError
from local_models.training.model import Batch, Decoder, Shape
from local_models.training.optimizer import Rates, optimizers_for
from local_models.training.progress import bar, say

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
WARM_UP = 0.02
STEADY_UNTIL = 0.55
"""The learning rate is level up to this share of the time, then falls to 0 in a straight line (Hu et al. 2024)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how often, on what. `minutes` of training, loading not counted; 0 threads: torch's own choice."""

    minutes: float
    seed: int = 0
    threads: int = 0
    checkpoint_minutes: float = 3.0
    accumulate: int = 1
    compiled: bool = True
    """Compiling takes a C++ compiler and a minute, and makes a processor's steps about a third faster."""
    rates: Rates = Rates()


@dataclass(slots=True)
class Spent:
    """What a run has used up so far."""

    seconds: float = 0.0
    steps: int = 0
    tokens: int = 0


def device_of_choice() -> torch.device:
    """The fastest kind of device here."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps") if torch.backends.mps.is_available() else torch.device("cpu")


def prepare(plan: Plan) -> torch.device:
    """Seed, threads and device of a run."""
    torch.manual_seed(plan.seed)
    if plan.threads:
        torch.set_num_threads(plan.threads)
    return device_of_choice()


def rate_at(progress: float) -> float:
    """The share of the peak learning rate at `progress`, 0 to 1."""
    rising = min(1.0, progress / WARM_UP + 0.01)
    falling = min(1.0, (1.0 - progress) / (1.0 - STEADY_UNTIL))
    return max(0.0, min(rising, falling))


def train(
    model: Decoder, next_batch: Callable[[float], Batch], plan: Plan, run: Path, label: str, spent: Spent | None = None
) -> Spent:
    """Train until the minutes are spent; `next_batch` is given the progress. Goes on from `run`'s checkpoint."""
    device = next(model.parameters()).device
    optimizers = optimizers_for(model, plan.rates)
    spent = spent or resume(model, optimizers, run)
    step = _Step(model, optimizers, plan, device)
    budget = plan.minutes * 60
    last_saved = time.monotonic()
    run.mkdir(parents=True, exist_ok=True)
    with bar(label) as progress_bar, (run / LOG).open("a", encoding="utf-8") as log:
        while spent.seconds < budget:
            began = time.monotonic()
            progress = spent.seconds / budget
            loss, tokens = step.take(next_batch, progress)
            spent.steps += 1
            spent.tokens += tokens
            spent.seconds += time.monotonic() - began
            progress_bar.show(spent.seconds / budget, f"loss {loss:.3f}, {spent.tokens / 1e6:.2f} M tokens")
            if spent.steps % 20 == 0:
                log.write(json.dumps({**asdict(spent), "loss": round(loss, 4)}) + "\n")
                log.flush()
            if time.monotonic() - last_saved > plan.checkpoint_minutes * 60:
                save(model, optimizers, spent, run)
                last_saved = time.monotonic()
    save(model, optimizers, spent, run)
    say(f"{spent.steps} steps, {spent.tokens} tokens, {spent.seconds / 60:.1f} minutes: {run / CHECKPOINT}")
    return spent


class _Step:
    """One step of all optimisers, over one or more batches."""

    def __init__(
        self, model: Decoder, optimizers: list[torch.optim.Optimizer], plan: Plan, device: torch.device
    ) -> None:
        compiled = plan.compiled and device.type != "mps"
        self._loss = torch.compile(model.loss, dynamic=False) if compiled else model.loss
        self._model, self._optimizers, self._plan, self._device = model, optimizers, plan, device

    def take(self, next_batch: Callable[[float], Batch], progress: float) -> tuple[float, int]:
        """The loss in nats and the number of tokens read."""
        for group in (group for optimizer in self._optimizers for group in optimizer.param_groups):
            group["lr"] = group["peak"] * rate_at(progress)
        total, tokens = 0.0, 0
        for _ in range(self._plan.accumulate):
            batch = next_batch(progress).to(self._device)
            with torch.autocast(self._device.type, dtype=torch.bfloat16):
                loss = self._loss(batch)
            (loss / self._plan.accumulate).backward()
            total += float(loss.detach())
            tokens += batch.ids.numel()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        for optimizer in self._optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return total / self._plan.accumulate, tokens


def save(model: Decoder, optimizers: list[torch.optim.Optimizer], spent: Spent, run: Path) -> None:
    """Write the checkpoint beside the old one, then put it in its place."""
    state = {
        "shape": asdict(model.shape),
        "model": model.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "spent": asdict(spent),
    }
    part = run / (CHECKPOINT + ".part")
    torch.save(state, part)
    part.replace(run / CHECKPOINT)


def resume(model: Decoder, optimizers: list[torch.optim.Optimizer], run: Path) -> Spent:
    """Put a run's checkpoint into model and optimisers; a run without one starts from nothing."""
    if not (run / CHECKPOINT).exists():
        return Spent()
    state = _read(run)
    model.load_state_dict(state["model"])
    for optimizer, kept in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(kept)
    return Spent(**state["spent"])


def load_model(run: Path) -> tuple[Decoder, Spent]:
    """The decoder of a run's checkpoint. Raises UsageError if there is none."""
    if not (run / CHECKPOINT).exists():
        raise UsageError(f"{run} holds no {CHECKPOINT}.", "Train first, or give the folder of a run.")
    state = _read(run)
    model = Decoder(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    return model.eval(), Spent(**state["spent"])


def _read(run: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
    return state
