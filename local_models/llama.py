"""The language model: llama.cpp through its C interface. The only module that imports llama_cpp.

The C interface, not llama_cpp.Llama, for three things that class does not give: an abort in the middle of a batch,
tokens of a prompt part by part (special tokens only from the template), and no copy of the logits of every token.
The KV cache holds the tokens of the last prompt and answer; a new prompt computes only what differs from there on.
It knows nothing of chats, templates' text or processes: tokens in, tokens out.
"""

from __future__ import annotations

import ctypes
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from local_models.cancel import CancelToken, never
from local_models.chat_template import Segment
from local_models.errors import Cancelled, ModelBroken, ModelError, UsageError
from local_models.gguf import GgufHeader
from local_models.hardware import UBATCH, context_tokens, physical_cores
from local_models.number_mask import NumberMask
from local_models.span_mask import SpanMask
from local_models.types import Constraint, CopiedSpans, LimitedNumbers, ModelInfo, ModelSettings, Prefilling, Sampling
from local_models.vocabulary import Vocabulary

Native: TypeAlias = Any
"""A pointer or struct of llama.cpp: llama_cpp's types say nothing useful to a type checker."""

REPEAT_WINDOW = 64
"""Generated tokens the repeat penalty looks back at: llama.cpp's default. Prompt tokens are not penalised, for an
answer is meant to repeat its sources."""

PREFILL_STEP = 256
"""Tokens read between two looks at progress: 2.5 s of a 1B model on 2 slow cores. An abort does not wait for it."""

_NO = ctypes.c_bool(False)  # noqa: FBT003 - C takes flags by position

_CUT = "\x00"  # no model has a use for it in a text
_ABORTED = 2  # llama_decode's result after its abort callback said so
_LOG_ERROR = 4  # ggml_log_level


@dataclass(frozen=True, slots=True)
class Token:
    """A sampled token. `logprob` is natural, under the model alone; `end`: it ends the answer and has no text."""

    id: int
    data: bytes
    logprob: float
    end: bool


class AnswerMask(Protocol):
    """Limits an answer, token by token."""

    def restrict(self, logits: NDArray[np.float32]) -> None:
        """Make impossible, in place, what may not come next."""
        ...

    def accept(self, token: int) -> None:
        """The answer goes on with `token`."""
        ...


class LlamaModel:
    """A loaded GGUF with its context of one conversation. Not thread-safe.

    Falls back to the CPU when the GPU can't take it, and says why in `info`. Raises ModelBroken.
    """

    def __init__(self, settings: ModelSettings, header: GgufHeader) -> None:
        self._cancel = never()
        self._kv: list[int] = []
        self._beginnings: dict[str, list[int]] = {}
        self._log = _NativeLog()
        self._abort = llama_cpp.ggml_abort_callback(self._is_cancelled)
        self._model, self._context, device, reason = self._load(settings, header)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._size = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
        self._vocabulary = self._read_vocabulary()
        self._memory = llama_cpp.llama_get_memory(self._context)
        self.info = ModelInfo(
            name=header.name,
            path=settings.path,
            architecture=header.architecture,
            parameters=header.parameters,
            n_ctx=int(llama_cpp.llama_n_ctx(self._context)),
            device=device,
            fallback_reason=reason,
            metadata=header.texts(),
        )

    def close(self) -> None:
        """Give the memory back."""
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)
        # back to llama.cpp's own log: ours is gone in a moment, and it would still be called
        llama_cpp.llama_log_set(llama_cpp.llama_log_callback(), ctypes.c_void_p(0))

    @property
    def bos(self) -> str:
        return self._special_text(llama_cpp.llama_vocab_bos(self._vocab))

    @property
    def eos(self) -> str:
        return self._special_text(llama_cpp.llama_vocab_eos(self._vocab))

    def count(self, text: str) -> int:
        """Tokens in `text`, none of them special."""
        return len(self._tokenize(text, special=False))

    def prompt_tokens(self, segments: Sequence[Segment]) -> list[int]:
        """The tokens of a prompt, with the model's begin token if it wants one and the template gave none."""
        own = {segment.text: self._tokenize(segment.text, special=True) for segment in segments if segment.special}
        markers = self._markers([token for tokens in own.values() for token in tokens])
        tokens: list[int] = []
        for segment in segments:
            tokens += own[segment.text] if segment.special else self._content_tokens(segment.text, markers)
        bos = int(llama_cpp.llama_vocab_bos(self._vocab))
        if llama_cpp.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens

    def prefill(self, tokens: Sequence[int], cancel: CancelToken) -> Iterator[Prefilling]:
        """Read the prompt, reusing the KV cache's longest common prefix. Raises Cancelled, also within a batch."""
        reused = self._keep_prefix(tokens)
        yield Prefilling(reused, len(tokens), reused)
        for start in range(reused, len(tokens), PREFILL_STEP):
            self._decode(tokens[start : start + PREFILL_STEP], cancel)
            yield Prefilling(len(self._kv), len(tokens), reused)

    def advance(self, token: int, cancel: CancelToken) -> None:
        """Read one generated token. Raises Cancelled."""
        self._decode([token], cancel)

    def sampler(self, sampling: Sampling, grammar: str = "", constraint: Constraint | None = None) -> Sampler:
        """A fresh sampler. Raises UsageError for a grammar that is not GBNF, or a constraint beside one: where nothing
        fits both, llama.cpp ends the process.

        What is copied repeats its source, which is no fault: there the repeat penalty does nothing.
        """
        if grammar and constraint is not None:
            raise UsageError("An answer has either a grammar or a constraint.")
        mask: AnswerMask | None = None
        match constraint:
            case CopiedSpans():
                mask, sampling = SpanMask(constraint, self._vocabulary), replace(sampling, repeat_penalty=1.0)
            case LimitedNumbers():
                mask = NumberMask(constraint, self._vocabulary)
        return Sampler(self._vocab, self._size, sampling, grammar, mask)

    def sample(self, sampler: Sampler) -> Token:
        """The next token after what was read last. It is not read itself: `advance` does that."""
        logits = self._logits()
        normaliser = _normaliser(logits)
        token = sampler.pick(self._context, logits)
        end = bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))
        return Token(token, b"" if end else self._vocabulary.pieces[token], float(logits[token]) - normaliser, end)

    def begins_with(self, text: str) -> float:
        """The probability that what comes after what was read last begins as `text` does.

        Of its first token, that is, with or without a space before; or a longer one that `text` begins with.
        """
        if text not in self._beginnings:
            self._beginnings[text] = self._first_tokens(text)
        logits = self._logits()
        return float(np.exp(logits[self._beginnings[text]] - _normaliser(logits)).sum())

    def _first_tokens(self, text: str) -> list[int]:
        written = (self._bytes(token).strip() for token in self._tokenize(text, special=False))
        shortest = next((len(piece) for piece in written if piece), 1)
        data = text.encode("utf-8", "replace")
        pieces = ((token, piece.lstrip(b" ")) for token, piece in enumerate(self._vocabulary.pieces))
        return [token for token, piece in pieces if len(piece) >= shortest and data.startswith(piece)]

    def _logits(self) -> NDArray[np.float32]:
        """Of the last token read: llama.cpp's own memory, which its samplers read too."""
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(self._context, -1), (self._size,))

    def _read_vocabulary(self) -> Vocabulary:
        """Done while the model loads, for it takes 5 µs a token."""
        ends = [token for token in range(self._size) if llama_cpp.llama_vocab_is_eog(self._vocab, token)]
        return Vocabulary([self._bytes(token) for token in range(self._size)], ends)

    def _load(self, settings: ModelSettings, header: GgufHeader) -> tuple[Native, Native, str, str]:
        """Model, context, device and the reason for a fall-back."""
        layers, reason = settings.n_gpu_layers, ""
        if layers and not llama_cpp.llama_supports_gpu_offload():
            layers, reason = 0, "The model runs on the CPU: this build of llama.cpp has no GPU support."
        loaded = self._try_load(settings, header, layers)
        if loaded is None and layers:
            told = self._log.last_error() or "no reason given"
            reason = f"The model runs on the CPU: the GPU could not take it ({told})."
            layers = 0
            loaded = self._try_load(settings, header, 0)
        if loaded is None:
            raise ModelBroken(
                f"llama.cpp can't load the model file {settings.path}: {self._log.last_error() or 'no reason given'}.",
                "Choose another model, or get this one again.",
            )
        return *loaded, _gpu_name() if layers else "cpu", reason

    def _try_load(self, settings: ModelSettings, header: GgufHeader, layers: int) -> tuple[Native, Native] | None:
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = layers
        params.use_extra_bufts = not _has_amx()
        model = llama_cpp.llama_model_load_from_file(str(settings.path).encode(), params)
        if not model:
            return None
        context = llama_cpp.llama_init_from_model(model, self._context_params(settings, header))
        if not context:
            llama_cpp.llama_model_free(model)
            return None
        return model, context

    def _context_params(self, settings: ModelSettings, header: GgufHeader) -> Native:
        params = llama_cpp.llama_context_default_params()
        threads = settings.threads or physical_cores()
        params.n_ctx = context_tokens(header, settings.n_ctx)
        params.n_batch = params.n_ubatch = min(UBATCH, params.n_ctx)
        params.n_threads = params.n_threads_batch = threads
        params.abort_callback = self._abort
        return params

    def _keep_prefix(self, tokens: Sequence[int]) -> int:
        """Cut the KV cache back to what it shares with `tokens`, less one: the last token is always read anew,
        for its logits are needed. A recurrent model's memory can't be cut and starts over."""
        shared = 0
        for cached, token in zip(self._kv, tokens[:-1], strict=False):
            if cached != token:
                break
            shared += 1
        self._cut_to(shared)
        return len(self._kv)

    def _cut_to(self, length: int) -> None:
        if llama_cpp.llama_memory_seq_rm(self._memory, 0, length, -1):
            del self._kv[length:]
        else:
            llama_cpp.llama_memory_clear(self._memory, _NO)
            self._kv.clear()

    def _decode(self, tokens: Sequence[int], cancel: CancelToken) -> None:
        cancel.check()
        self._cancel = cancel
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        result = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(array, len(tokens)))
        self._cancel, self._log.quiet = never(), False
        if result == 0:
            self._kv.extend(tokens)
            return
        self._cut_to(len(self._kv))  # part of the batch may be in the memory already
        if result == _ABORTED:
            raise Cancelled
        raise ModelError(
            f"The model stopped computing (llama.cpp: {self._log.last_error() or f'error {result}'}).",
            "Ask again, or choose a shorter context or fewer GPU layers.",
        )

    def _is_cancelled(self, _: object) -> bool:
        """Asked by llama.cpp after each operation of its graph, of which a batch has hundreds."""
        self._log.quiet = self._cancel.cancelled  # it logs an abort that was asked for as three errors
        return self._cancel.cancelled

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8  # a token is at least one byte, but for a prefix space
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), tokens, room, _NO, special)
        assert count >= 0
        return list(tokens[:count])

    def _markers(self, template_tokens: Sequence[int]) -> list[str]:
        """The markers that a vocabulary calls user-defined, template's or not: llama.cpp finds those in any text."""
        markers = {*template_tokens, *self._vocabulary.marker_like}
        kinds = {token: llama_cpp.llama_vocab_get_attr(self._vocab, token) for token in markers}
        texts = [
            self._special_text(token) for token, kind in kinds.items() if kind & llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
        ]
        return [text for text in texts if len(text) > 2 and not text.isspace()]

    def _content_tokens(self, text: str, markers: Sequence[str]) -> list[int]:
        """The tokens of a content, in which no marker stays whole: it is cut behind its first character."""
        for marker in markers:
            text = text.replace(marker, marker[0] + _CUT + marker[1:])
        return [token for part in text.split(_CUT) for token in self._tokenize(part, special=False)]

    def _bytes(self, token: int) -> bytes:
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, room, 0, _NO)
            if length >= 0:
                return buffer.raw[:length]
            room = -length

    def _special_text(self, token: int) -> str:
        if token < 0:
            return ""
        return str(llama_cpp.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace"))


class Sampler:
    """A mask of ours, then a chain of llama.cpp's samplers; a context manager. In the chain the grammar comes first,
    then the penalty, then the choice."""

    def __init__(
        self, vocab: Native, vocabulary: int, sampling: Sampling, grammar: str, mask: AnswerMask | None = None
    ) -> None:
        self._mask = mask
        params = llama_cpp.llama_sampler_chain_default_params()
        self._chain = llama_cpp.llama_sampler_chain_init(params)
        for sampler in _stages(vocab, vocabulary, sampling, grammar):
            llama_cpp.llama_sampler_chain_add(self._chain, sampler)

    def pick(self, context: Native, logits: NDArray[np.float32]) -> int:
        """Choose from the logits of the last token read, which are the context's own, and remember the choice."""
        if self._mask is not None:
            self._mask.restrict(logits)
        token = int(llama_cpp.llama_sampler_sample(self._chain, context, -1))
        if self._mask is not None:
            self._mask.accept(token)
        return token

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: object) -> None:
        llama_cpp.llama_sampler_free(self._chain)


def _normaliser(logits: NDArray[np.float32]) -> float:
    """What a logit is less than its log probability."""
    peak = float(logits.max())
    return peak + float(np.log(np.exp(logits - peak).sum()))


def _stages(vocab: Native, vocabulary: int, sampling: Sampling, grammar: str) -> list[Native]:
    stages = []
    if grammar:
        stage = llama_cpp.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
        if not stage:
            raise UsageError("The grammar of the answer is not valid GBNF.")
        stages.append(stage)
    if sampling.repeat_penalty != 1.0:
        penalty = sampling.repeat_penalty
        stages.append(llama_cpp.llama_sampler_init_penalties(vocabulary, REPEAT_WINDOW, penalty, 0.0, 0.0))
    if sampling.temperature == 0:
        return [*stages, llama_cpp.llama_sampler_init_greedy()]
    seed = sampling.seed if sampling.seed >= 0 else llama_cpp.LLAMA_DEFAULT_SEED
    return [
        *stages,
        llama_cpp.llama_sampler_init_top_k(sampling.top_k),
        llama_cpp.llama_sampler_init_top_p(sampling.top_p, 1),
        llama_cpp.llama_sampler_init_min_p(sampling.min_p, 1),
        llama_cpp.llama_sampler_init_temp(sampling.temperature),
        llama_cpp.llama_sampler_init_dist(seed),
    ]


class _NativeLog:
    """llama.cpp's log: errors go to stderr, and the last ones are kept for a message, unless `quiet`."""

    def __init__(self) -> None:
        self.quiet = False
        self._errors: deque[str] = deque(maxlen=8)
        self._callback = llama_cpp.llama_log_callback(self._take)
        llama_cpp.llama_log_set(self._callback, ctypes.c_void_p(0))

    def last_error(self) -> str:
        """The first error since the last call, which is the cause; the others follow from it."""
        first = self._errors[0] if self._errors else ""
        self._errors.clear()
        return first

    def _take(self, level: int, text: bytes, _: object) -> None:
        if self.quiet or level != _LOG_ERROR:
            return
        line = text.decode("utf-8", "replace").strip()
        self._errors.append(line.rsplit("error loading model: ", 1)[-1].rstrip("."))
        print(line, file=sys.stderr)


def _has_amx() -> bool:
    """Whether this build multiplies in AMX tiles, which crash in the prefill of quantised weights

    (ggml-org/llama.cpp#20824, seen with llama-cpp-python 0.3.36 on Sapphire Rapids).
    """
    return b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info()


def _gpu_name() -> str:
    return "metal" if sys.platform == "darwin" else "cuda"
