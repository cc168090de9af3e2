"""What the `llm` child answers: load a model, count tokens, generate.

One model, one conversation's KV cache, one request after another. It knows nothing of documents; the parent's side
is local_models.generator.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from local_models.cancel import CancelToken
from local_models.chat_template import CHATML, ChatTemplate, Segment
from local_models.errors import Cancelled, ContextTooSmall, ModelNotFound
from local_models.gguf import read_header
from local_models.hardware import check_fits, context_tokens, read_hardware
from local_models.llama import LlamaModel, Sampler
from local_models.pieces import PieceCutter
from local_models.types import (
    ChatMessage,
    Constraint,
    CopiedSpans,
    Generated,
    GenerationEvent,
    GenerationRequest,
    LimitedNumbers,
    ModelSettings,
    NumberedText,
    Role,
    Sampling,
)
from local_models.worker import Handler

MIN_ANSWER = 16
"""Tokens that must be left for an answer, however short it may be: less is not a sentence."""

Events = Iterator[Mapping[str, object]]


def handlers() -> dict[str, Handler]:
    """The operations of the role, around one model."""
    desk = _LlmDesk()
    return {"load": desk.load, "count": desk.count, "generate": desk.generate}


class _LlmDesk:
    def __init__(self) -> None:
        self._model: LoadedModel | None = None

    def load(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: ModelSettings as a mapping; yields ModelInfo as a mapping. A model loaded before is given back."""
        settings = ModelSettings(**{**params, "path": Path(params["path"])})
        if self._model is not None:
            self._model.close()
            self._model = None
        cancel.check()
        self._model = LoadedModel(settings)
        info = self._model.info
        yield {**asdict(info), "path": str(info.path)}

    def count(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: texts; yields their counts of tokens."""
        cancel.check()
        yield {"counts": [self._loaded().count(text) for text in params["texts"]]}

    def generate(self, params: Mapping[str, Any], cancel: CancelToken) -> Events:
        """params: GenerationRequest as a mapping; yields events as mappings with their class's name as "kind"."""
        request = GenerationRequest(
            messages=tuple(ChatMessage(Role(role), content) for role, content in params["messages"]),
            sampling=Sampling(**params["sampling"]),
            grammar=params["grammar"],
            stop=tuple(params["stop"]),
            constraint=_constraint(params["constraint"]),
            abstention=params["abstention"],
        )
        for event in self._loaded().generate(request, cancel):
            yield {"kind": type(event).__name__, **asdict(event)}

    def _loaded(self) -> LoadedModel:
        if self._model is None:
            raise ModelNotFound("No language model is loaded.", "Choose a model.")
        return self._model


def _constraint(params: Mapping[str, Any] | None) -> Constraint | None:
    """As local_models.generator encodes it."""
    if params is None:
        return None
    if params["kind"] == LimitedNumbers.__name__:
        return LimitedNumbers(tuple(params["numbers"]))
    return CopiedSpans(
        sentences=tuple(NumberedText(number, text) for number, text in params["sentences"]),
        otherwise=params["otherwise"],
        hollow=tuple(params["hollow"]),
        once=tuple(tuple(forms) for forms in params["once"]),
        freely=tuple(params["freely"]),
        words_around=params["words_around"],
        statements=params["statements"],
    )


class LoadedModel:
    """A model with its chat template. Raises ModelNotFound, ModelBroken, ModelTooLarge."""

    def __init__(self, settings: ModelSettings) -> None:
        header = read_header(settings.path)
        if settings.n_gpu_layers == 0:  # a GPU has memory of its own, which only the attempt can tell
            check_fits(header, context_tokens(header, settings.n_ctx), read_hardware().free_memory)
        self._llama = LlamaModel(settings, header)
        source = header.chat_template or CHATML
        self._template = ChatTemplate(source, bos=self._llama.bos, eos=self._llama.eos)
        self._end_mark = "" if header.chat_template else "<|im_end|>"
        self.info = self._llama.info

    def close(self) -> None:
        self._llama.close()

    def count(self, text: str) -> int:
        return self._llama.count(text)

    def segments(self, request: GenerationRequest) -> list[Segment]:
        return self._template.segments(request.messages)

    def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        """As rag.ports.Generator says."""
        tokens = self._llama.prompt_tokens(self.segments(request))
        self._check_room(len(tokens), request.sampling.max_tokens)
        with self._llama.sampler(request.sampling, request.grammar, request.constraint) as sampler:
            yield from self._answer(tokens, request, sampler, cancel)

    def _answer(
        self, tokens: Sequence[int], request: GenerationRequest, sampler: Sampler, cancel: CancelToken
    ) -> Iterator[GenerationEvent]:
        result = Generated("cancelled", len(tokens), 0, 0, 0.0, 0.0)
        started = time.perf_counter()
        try:
            for progress in self._llama.prefill(tokens, cancel):
                result = replace(result, reused_tokens=progress.reused, prefill_s=time.perf_counter() - started)
                yield progress
        except Cancelled:
            yield replace(result, prefill_s=time.perf_counter() - started)
            return
        if request.abstention:
            result = replace(result, abstain_probability=self._llama.begins_with(request.abstention))
        yield from self._decode(request, sampler, cancel, result)

    def _decode(
        self, request: GenerationRequest, sampler: Sampler, cancel: CancelToken, result: Generated
    ) -> Iterator[GenerationEvent]:
        cutter = PieceCutter((*request.stop, self._end_mark))
        started, count, reason = time.perf_counter(), 0, "length"
        try:
            while count < request.sampling.max_tokens:
                token = self._llama.sample(sampler)
                if token.end:
                    reason = "end"
                    break
                count += 1
                if piece := cutter.add(token.data, token.logprob):
                    yield piece
                if cutter.stopped:
                    reason = "stop"
                    break
                if count < request.sampling.max_tokens:
                    self._llama.advance(token.id, cancel)
        except Cancelled:
            reason = "cancelled"
        if piece := cutter.finish():
            yield piece
        decode_s = time.perf_counter() - started
        yield replace(result, stop_reason=reason, completion_tokens=count, decode_s=decode_s)

    def _check_room(self, prompt: int, max_tokens: int) -> None:
        answer = max(MIN_ANSWER, max_tokens)
        if prompt + answer > self.info.n_ctx:
            raise ContextTooSmall(
                f"The question with its sources takes {prompt} tokens and its answer up to {answer}, but the model "
                f"“{self.info.name}” reads {self.info.n_ctx} at most.",
                "Ask a shorter question, start a new conversation, or choose a model with a longer context.",
            )
