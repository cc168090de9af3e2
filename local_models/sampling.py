"""What sampling settings may be. Said before a question is stored, because llama.cpp takes any number and babbles."""

from __future__ import annotations

import math
from collections.abc import Mapping

from local_models.errors import UsageError
from local_models.types import Sampling


def check_sampling(sampling: Sampling) -> Sampling:
    """`sampling` as it is. Raises UsageError that names the first setting out of its range (local_models.types)."""
    for name, (fits, range_) in _ranges(sampling).items():
        if not fits:
            spoken = name.replace("_", " ").capitalize()
            raise UsageError(f"{spoken} can't be {getattr(sampling, name):g}.", f"It is {range_}.")
    return sampling


def _ranges(sampling: Sampling) -> Mapping[str, tuple[bool, str]]:
    """For each setting whether it fits, and its range in words. A NaN fits nowhere."""
    return {
        "temperature": (0 <= sampling.temperature < math.inf, "0 or more"),
        "top_p": (0 < sampling.top_p <= 1, "above 0 and at most 1"),
        "top_k": (sampling.top_k >= 0, "0 (off) or more"),
        "min_p": (0 <= sampling.min_p < 1, "0 or more and below 1"),
        "repeat_penalty": (1 <= sampling.repeat_penalty < math.inf, "1 (off) or more"),
        "seed": (-1 <= sampling.seed < 2**32, "-1 (another answer each time) or a number from 0 to 4294967295"),
        "max_tokens": (sampling.max_tokens >= 1, "1 or more"),
    }
