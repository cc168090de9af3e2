"""The nouns of the rooms below the documents: models, sampling, what a generator is asked and says.

Frozen, standard library only, and free of llama.cpp: the window may import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn as the generator sees it. `content` is plain text: no marker in it becomes a special token."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    temperature >= 0 (0: greedy, then the others but repeat_penalty do nothing); 0 < top_p <= 1;
    top_k >= 0 (0: off); 0 <= min_p < 1; repeat_penalty >= 1 (1: off); seed -1 (random) or >= 0;
    max_tokens >= 1.
    """

    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    seed: int = 0
    max_tokens: int = 512


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How a GGUF is loaded. n_ctx 0: the model's own, at most 8192; n_gpu_layers -1: all; threads 0: physical cores."""

    path: Path
    n_ctx: int = 0
    n_gpu_layers: int = 0
    threads: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A loaded model. `device` is "cpu", "cuda" or "metal"; `fallback_reason` says why it isn't the one asked for."""

    name: str
    path: Path
    architecture: str
    parameters: int
    n_ctx: int
    device: str
    fallback_reason: str = ""
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LimitedNumbers:
    """The answer is free, but for [n]: only these numbers may stand in brackets, outside of fenced code."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumberedText:
    """A sentence that may be copied from, and the number that is written behind what was copied."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class CopiedSpans:
    """The answer is copied: words in a row from one of `sentences` and its [n], or `otherwise` and nothing else.

    White space in `sentences` is single spaces. `hollow` words (case folded) say nothing by themselves; a span has one
    that is not among them. Other words may stand around a span, `words_around` at most: one form of each of `once`,
    and any of `freely`. `statements` is how many spans there may be, each with its own number.
    """

    sentences: tuple[NumberedText, ...]
    otherwise: str
    hollow: tuple[str, ...] = ()
    once: tuple[tuple[str, ...], ...] = ()
    freely: tuple[str, ...] = ()
    words_around: int = 0
    statements: int = 1


Constraint = LimitedNumbers | CopiedSpans
"""What an answer may be. It holds for every token: nothing else can be written, whatever the model's tokenizer."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What a generator is to continue. `grammar` is GBNF, empty for none; `stop` are strings that end the answer.

    `constraint` limits the answer and can't stand beside a grammar. `abstention`, if not empty, asks for
    Generated.abstain_probability.
    """

    messages: tuple[ChatMessage, ...]
    sampling: Sampling = Sampling()
    grammar: str = ""
    stop: tuple[str, ...] = ()
    constraint: Constraint | None = None
    abstention: str = ""


@dataclass(frozen=True, slots=True)
class Prefilling:
    """How much of the prompt has been read: tokens done of total, `reused` of them from the KV cache."""

    done: int
    total: int
    reused: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of generated text, valid Unicode, and the number of tokens it stands for.

    `logprob` is the sum of those tokens' log probabilities (natural) under the model, before sampling settings and
    constraint: also where the constraint chose, it is the model's own. It costs 0.4 % of a token's time with the
    bundled reader (14 µs of 3.6 ms, one thread), and 0.2 ms a token with a vocabulary of 152,000.
    """

    text: str
    tokens: int
    logprob: float = 0.0


@dataclass(frozen=True, slots=True)
class Generated:
    """The end of a generation. `stop_reason` is "end", "length", "stop" (a stop string) or "cancelled".

    `abstain_probability` is the model's own, before sampling settings and constraint, of beginning its answer as
    GenerationRequest.abstention begins; None when none was named, or nothing was read to the end.
    """

    stop_reason: str
    prompt_tokens: int
    reused_tokens: int
    completion_tokens: int
    prefill_s: float
    decode_s: float
    abstain_probability: float | None = None


GenerationEvent = Prefilling | Piece | Generated


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Which model made a vector: a name for people, the digest of its files, its dimension and reading length.

    Vectors of different digests are never compared. `max_tokens` is what the model reads; the rest is dropped by it.
    `languages` are ISO 639-1 codes the model was trained for; empty means many.
    """

    name: str
    digest: str
    dimension: int
    max_tokens: int
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """The words of a passage that may answer a question: code points `start` to `end` of it.

    `probability`, 0 to 1, that they do; it is calibrated, and comparable between passages and questions.
    """

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF on disk, read from its header without loading it. `size` in bytes; `problem` is empty when it loads."""

    name: str
    path: Path
    size: int
    architecture: str
    parameters: int
    quantization: str
    context_length: int
    bundled: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Bytes on disk of total (0: not told by the server); `resumed_from` are the bytes that were there already.

    `host` sends them: another one than the address names, when that one redirected.
    """

    done: int
    total: int
    resumed_from: int
    host: str = ""
