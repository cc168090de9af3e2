"""People's verdicts on claims, as examples of entailment: the sentences they rested on, or those that come nearest.

A folder holds data.jsonl, a claim a line: `claim`, `label`, and `evidence` or `evidence_sentences` with `rationales`
(lists of sentence numbers) and `evidence_title` where there are any. Claims about one text are all in one half, by a
hash of it, so that what is measured on the other half was never seen.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.errors import UsageError
from local_models.training.entailment_examples import EntailmentExample

SUPPORTING = frozenset({"SUPPORTED", "Fully attributable"})
LABELLED_SHARE = 0.5
"""Of the examples; the others are made ones, so that what was learned from these is kept."""

_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """`sentences` of the evidence; `rationales`: numbers of those that carry the claim together, empty if unknown."""

    claim: str
    title: str
    sentences: tuple[str, ...]
    rationales: tuple[tuple[int, ...], ...]
    supported: bool


def read_labelled(folder: Path, half: int) -> list[LabelledClaim]:
    """The claims of half 0 or 1. Raises UsageError for a folder without claims in this layout."""
    try:
        rows = [json.loads(line) for line in (folder / "data.jsonl").read_text("utf-8").splitlines() if line]
        return [_claim(row) for row in rows if half_of(str(row.get("evidence_id", row["id"]))) == half]
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{folder} holds no set of claims.", "Name a folder with a data.jsonl of claims.") from error


def half_of(key: str) -> int:
    """0 or 1, the same in every process and in rag.evaluation.claim_sets."""
    return hashlib.md5(key.encode(), usedforsecurity=False).digest()[-1] % 2


class LabelledExamples:
    """Labelled claims, each set and verdict as often as the others, mixed into made examples. Endless."""

    def __init__(
        self, sets: Sequence[Sequence[LabelledClaim]], made: Iterator[EntailmentExample], rng: random.Random
    ) -> None:
        self._pools = [
            pool
            for claims in sets
            for value in (True, False)
            if (pool := [one for one in claims if one.supported is value])
        ]
        self._made, self._rng = made, rng

    def draw(self) -> Iterator[EntailmentExample]:
        while True:
            if self._rng.random() < LABELLED_SHARE:
                yield self._labelled(self._rng.choice(self._rng.choice(self._pools)))
            else:
                yield next(self._made)

    def _labelled(self, claim: LabelledClaim) -> EntailmentExample:
        carrying = sorted({number for rationale in claim.rationales for number in rationale})
        if claim.supported and carrying and self._rng.random() < 0.2:
            others = [number for number in self._nearest(claim, 6) if number not in carrying]
            return self._example(claim, others[:2], entailed=False, alone=True)
        if claim.supported and carrying:
            return self._example(claim, self._rng.choice(claim.rationales), entailed=True)
        return self._example(claim, self._nearest(claim, self._rng.choice((1, 2, 3))), entailed=claim.supported)

    def _example(
        self, claim: LabelledClaim, numbers: Sequence[int], *, entailed: bool, alone: bool = False
    ) -> EntailmentExample:
        """The sentences with, unless they stand alone, at times the one before each, as in a window's context."""
        before = 0 if alone else self._rng.choice((0, 0, 1))
        wanted = sorted({one for number in numbers for one in range(max(0, number - before), number + 1)})
        text = " ".join(claim.sentences[number] for number in wanted)
        title = f"{claim.title}. " if claim.title and self._rng.random() < 0.7 else ""
        return EntailmentExample(claim.claim, title + " ".join(text.split()), entailed)

    def _nearest(self, claim: LabelledClaim, count: int) -> list[int]:
        words = _words(claim.claim)
        shared = [len(words & _words(sentence)) for sentence in claim.sentences]
        return sorted(range(len(shared)), key=lambda number: -shared[number])[:count]


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:5] for word in _WORD.findall(text.lower()))


def _claim(row: dict[str, object]) -> LabelledClaim:
    sentences = row.get("evidence_sentences") or [row["evidence"]]
    rationales = row.get("rationales") or []
    assert isinstance(sentences, list)
    assert isinstance(rationales, list)
    return LabelledClaim(
        str(row["claim"]),
        str(row.get("evidence_title", "")),
        tuple(str(sentence) for sentence in sentences),
        tuple(tuple(int(number) for number in rationale) for rationale in rationales if rationale),
        row["label"] in SUPPORTING,
    )
