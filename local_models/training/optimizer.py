"""Two optimisers: Muon for the matrices between the layers, AdamW for vocabulary and norms.

Muon (Jordan et al. 2024) replaces a matrix's momentum by the nearest orthogonal matrix, so that every direction
learns at the same pace; it reaches a given loss in markedly fewer tokens, which is what a processor is short of.
Matrices of one shape are orthogonalised together. It pays from some 4,000 tokens a step on; below, its own arithmetic
costs more than it brings (12 M parameters, one core), and AdamW takes all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Jordan et al. 2024: the quintic whose iteration drives singular values towards 1 fastest."""

ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Rates:
    """Peak learning rates: of Muon for the matrices (0: AdamW takes them too), of AdamW for the rest.

    `vocabulary` is AdamW's rate for the two vocabulary matrices; 0: the same as for the rest. A rare token's row gets
    a gradient once in a while, and AdamW's steps do not get smaller for that: small batches shake what copying
    stands on, that each token's vectors are unlike all others.
    """

    matrices: float = 0.006
    rest: float = 1.5e-3
    vocabulary: float = 0.0


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised. Takes matrices only."""

    def __init__(self, matrices: list[nn.Parameter], rate: float, momentum: float = 0.95, decay: float = 0.01) -> None:
        super().__init__(matrices, {"lr": rate, "peak": rate, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: object = None) -> None:
        del closure
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    by_shape[matrix.shape].append(matrix)
            for matrices in by_shape.values():
                self._move(matrices, group)

    def _move(self, matrices: list[nn.Parameter], group: dict[str, Any]) -> None:
        steps = orthogonal(torch.stack([self._momentum(matrix, group["momentum"]) for matrix in matrices]))
        scale = max(1.0, matrices[0].shape[0] / matrices[0].shape[1]) ** 0.5
        for matrix, step in zip(matrices, steps, strict=True):
            matrix.mul_(1 - group["lr"] * group["decay"])
            matrix.add_(step.to(matrix.dtype), alpha=-group["lr"] * scale)

    def _momentum(self, matrix: nn.Parameter, momentum: float) -> Tensor:
        assert matrix.grad is not None
        state = self.state[matrix]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(matrix)
        kept: Tensor = state["momentum"]
        kept.lerp_(matrix.grad, 1 - momentum)
        return matrix.grad.lerp(kept, momentum)


def orthogonal(stack: Tensor) -> Tensor:
    """The nearest orthogonal matrix to each of `stack` (count, rows, columns), by Newton-Schulz in bfloat16."""
    first, third, fifth = NEWTON_SCHULZ
    tall = stack.shape[1] > stack.shape[2]
    x = (stack.mT if tall else stack).bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ROUNDS):
        square = x @ x.mT
        x = first * x + (third * square + fifth * square @ square) @ x
    return x.mT if tall else x


def optimizers_for(model: nn.Module, rates: Rates) -> list[torch.optim.Optimizer]:
    """Muon and AdamW over all parameters of `model`, each once. Each group keeps its peak rate as `peak`."""
    named = list(model.named_parameters())
    matrices = [parameter for name, parameter in named if _is_inner_matrix(name, parameter) and rates.matrices > 0]
    vocabulary = [parameter for name, parameter in named if name.startswith(("embedding", "prediction"))]
    taken = {id(parameter) for parameter in (*matrices, *vocabulary)}
    rest = [parameter for _, parameter in named if id(parameter) not in taken]
    groups = [
        {"params": rest, "lr": rates.rest, "peak": rates.rest},
        {"params": vocabulary, "lr": rates.vocabulary or rates.rest, "peak": rates.vocabulary or rates.rest},
    ]
    adam = torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0)
    return [adam, Muon(matrices, rates.matrices)] if matrices else [adam]


def _is_inner_matrix(name: str, parameter: nn.Parameter) -> bool:
    return parameter.dim() == 2 and name.startswith("blocks")
