"""Which of two encoders is to compute on this computer: both embed the same texts, and the result is remembered.

The faster one is taken only if its vectors are those of the exact one: SAME is what an embedder's identity stands for,
so vectors of any backend may lie in one index. Knows neither's library.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from local_models.embedders.encoder import Encoder

SAME = 0.999
"""The least mean cosine to the exact vectors. bfloat16 has 0.99995, and on seven sets nDCG@10 with it differs by -0.12
to +0.25 points; rounding each layer's input to 8 bits with one scale for all tokens has 0.995, and is refused."""

ROUNDS = 3
"""The best of so many counts: other work of the computer only ever makes it slower."""

_SENTENCES = (
    "The tenant shall give notice in writing not later than three months before the end of the term.",
    "Patients who received the higher dose showed no significant difference in survival after 24 weeks.",
    "In 1911 the expedition reached the coast, two of its ships having been lost in the ice.",
    "Use the second argument to choose the encoding; it defaults to UTF-8 on every platform.",
    "Revenue rose by 4.2 % to 318 million euros, mostly because of orders from South America.",
    "The bridge carries the road over the river and was rebuilt in steel after the flood.",
    "Add the flour little by little, and let the dough rest in a warm place until it has doubled.",
    "Both proofs rest on the fact that every bounded sequence has a convergent subsequence.",
)


def trial_texts() -> list[str]:
    """16 passages of 20 to 200 tokens, no two alike."""
    return [
        " ".join(_SENTENCES[(number + step) % len(_SENTENCES)] for step in range(1 + number % 8))
        + f" See section {number + 1}."
        for number in range(16)
    ]


def is_better(candidate: Encoder, exact: Encoder, *, clock: Callable[[], float] = time.perf_counter) -> bool:
    """Whether the candidate is faster than the exact encoder here, and gives the same vectors."""
    texts = trial_texts()
    if mean_cosine(candidate, exact, texts) < SAME:
        return False
    times = [(_seconds(candidate, texts, clock), _seconds(exact, texts, clock)) for _ in range(ROUNDS)]
    return min(mine for mine, _ in times) < min(theirs for _, theirs in times)


def mean_cosine(candidate: Encoder, exact: Encoder, texts: Sequence[str]) -> float:
    """Of the two vectors of each text; -1 to 1."""
    return float((candidate.encode(texts) * exact.encode(texts)).sum(1).mean())


class RememberedTrials:
    """The outcomes by embedder, computer and versions of what computes, in a JSON file that may be deleted."""

    def __init__(self, file: Path | None) -> None:
        """None: nothing is remembered."""
        self._file = file

    def outcome(self, digest: str) -> bool | None:
        """What the trial of that embedder came to on this computer; None if there was none."""
        found = self._read().get(_key(digest))
        return found if isinstance(found, bool) else None

    def remember(self, digest: str, *, better: bool) -> None:
        """A file that can't be written only costs another trial."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps({**self._read(), _key(digest): better}), "utf-8")
        except OSError:
            return

    def _read(self) -> Mapping[str, object]:
        if self._file is None or not self._file.exists():
            return {}
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _key(digest: str) -> str:
    """Another processor, torch or onnxruntime is another trial."""
    computer = "|".join((platform.node(), platform.machine(), platform.processor(), _processor()))
    return f"{digest}|{computer}|torch {version('torch')}|onnxruntime {version('onnxruntime')}"


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8", "replace").splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _seconds(encoder: Encoder, texts: Sequence[str], clock: Callable[[], float]) -> float:
    started = clock()
    encoder.encode(texts)
    return clock() - started
