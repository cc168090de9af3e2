"""The numbers a user may set for generation: range, step, default, and what each does in one plain line.

Ranges are those of local_models.types.Sampling and ModelSettings. It knows nothing of widgets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from local_models.types import Sampling
from rag.user_types import Preferences


@dataclass(frozen=True, slots=True)
class Parameter:
    """`decimals` 0 is a whole number. `special` is what the lowest value means, empty if it is just a number."""

    key: str
    name: str
    explanation: str
    least: float
    most: float
    step: float
    decimals: int = 0
    special: str = ""


SAMPLING = (
    Parameter(
        "temperature",
        "Temperature",
        "How freely words are chosen. 0 always takes the likeliest word: best for answers from documents.",
        0.0,
        2.0,
        0.05,
        2,
        "0 (likeliest word)",
    ),
    Parameter(
        "top_p", "Top-p", "Only the likeliest words that together reach this share are considered.", 0.01, 1.0, 0.01, 2
    ),
    Parameter("top_k", "Top-k", "At most this many words are considered.", 0, 1000, 5, 0, "Off"),
    Parameter("min_p", "Min-p", "Words below this share of the likeliest one are left out.", 0.0, 0.99, 0.01, 2, "Off"),
    Parameter(
        "repeat_penalty",
        "Repeat penalty",
        "Holds the model back from saying the same again. Too much makes it avoid needed words.",
        1.0,
        2.0,
        0.05,
        2,
        "Off",
    ),
    Parameter("seed", "Seed", "The same seed gives the same answer again.", -1, 2**31 - 1, 1, 0, "A new one each time"),
    Parameter("max_tokens", "Maximum length", "Tokens of one answer; 100 tokens are about 75 words.", 16, 8192, 64),
)

LOADING = (
    Parameter(
        "n_ctx",
        "Context",
        "Tokens the model sees at once: sources, conversation and answer. More takes more memory.",
        0,
        131072,
        512,
        0,
        "The model's own",
    ),
    Parameter(
        "n_gpu_layers",
        "GPU layers",
        "How much of the model runs on the graphics card. Too many for its memory, and the processor is used.",
        -1,
        200,
        1,
        0,
        "All",
    ),
    Parameter("threads", "Threads", "Processor cores that work on an answer.", 0, 256, 1, 0, "All cores"),
)


def values_of(preferences: Preferences) -> dict[str, float]:
    """What is set, by key."""
    of_sampling = {parameter.key: float(getattr(preferences.sampling, parameter.key)) for parameter in SAMPLING}
    return of_sampling | {parameter.key: float(getattr(preferences, parameter.key)) for parameter in LOADING}


def with_values(preferences: Preferences, values: dict[str, float]) -> Preferences:
    """`preferences` with these numbers, everything else as it was."""
    typed = {
        parameter.key: values[parameter.key] if parameter.decimals else int(values[parameter.key])
        for parameter in (*SAMPLING, *LOADING)
    }
    sampling = Sampling(**{parameter.key: typed[parameter.key] for parameter in SAMPLING})  # type: ignore[arg-type]
    return replace(preferences, sampling=sampling, **{each.key: typed[each.key] for each in LOADING})  # type: ignore[arg-type]


DEFAULTS = values_of(Preferences())
"""What "Reset" goes back to."""
