"""How an answer came about: what was searched, read and left out, why each source, which model, and how sure it was.

Plain values of the standard library. They are stored as JSON beside the answer, so each has a default: what an older
version did not note down is not there, and its answers open all the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """Why the passage with this number in the conversation became a source.

    `words` is its BM25 and `vectors` its cosine, None where that leg did not find it; `by_words` and `by_meaning` are
    the same on a scale of 0 to 1 on which they can be compared, and `fused` is what they make together. `rare` are
    words of the question that it holds and few other passages do, `common` the others that it holds. `found` are the
    words in it that likely answer, with `probability`. `given`: it stood before the model, or was read for the quotes.
    `named_in` is the title of the document whose passage, found first, names this one's document.
    """

    number: int
    words: float | None = None
    vectors: float | None = None
    fused: float = 0.0
    by_words: float = 0.0
    by_meaning: float = 0.0
    rare: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    found: str = ""
    probability: float = 0.0
    given: bool = False
    named_in: str = ""


@dataclass(frozen=True, slots=True)
class ModelAccount:
    """The model that was asked, and how: sampling as local_models.types.Sampling, `strength` as rag.constraint."""

    name: str
    file: str = ""
    parameters: int = 0
    n_ctx: int = 0
    device: str = ""
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    seed: int = 0
    max_tokens: int = 0
    strength: str = ""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Characters [start, end) of Answer.text, and the geometric mean of the probabilities of its words' tokens.

    These are the model's own, before sampling settings and constraint. In free text they say how expected the words
    were; in constrained text how readily the model would have written them by itself, so that a low value means that
    the constraint chose them, not that they are wrong. In neither do they say that a sentence is true.
    """

    start: int
    end: int
    value: float


@dataclass(frozen=True, slots=True)
class Account:
    """How one answer was made. All seconds; `documents` and `passages` are what was in scope, `scope` its names.

    `read` passages were read for words that answer, `given` stood before the model; `left_out` and `turns_left_out` did
    not fit into its context.
    `abstain_probability` is the model's own, not calibrated, of beginning with "Your documents do not say."
    """

    searched: bool = False
    documents: int = 0
    passages: int = 0
    scope: tuple[str, ...] = ()
    relevant: bool = True
    read: int = 0
    given: int = 0
    left_out: int = 0
    turns_left_out: int = 0
    sources: tuple[SourceAccount, ...] = ()
    model: ModelAccount | None = None
    reused_tokens: int = 0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    abstain_probability: float | None = None
    certainties: tuple[Certainty, ...] = ()

    def of_source(self, number: int) -> SourceAccount | None:
        """Why this number; None where nothing was noted down."""
        return next((source for source in self.sources if source.number == number), None)
