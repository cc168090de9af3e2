"""The language model as the rest of the program sees it: rag.ports.Generator over a child process.

It keeps the settings, so a child that died is loaded again by the next question. It knows nothing of llama.cpp.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient
from local_models.types import (
    Constraint,
    CopiedSpans,
    Generated,
    GenerationEvent,
    GenerationRequest,
    ModelInfo,
    ModelSettings,
    Piece,
    Prefilling,
)

_EVENTS: Mapping[str, type[GenerationEvent]] = {kind.__name__: kind for kind in (Prefilling, Piece, Generated)}


class LlamaGenerator:
    """A GGUF in a child process of role `llm`. Thread-safe; generations queue up in the child."""

    def __init__(self, client: WorkerClient, settings: ModelSettings) -> None:
        self._client = client
        self._settings = settings
        self._lock = threading.Lock()
        self._info: ModelInfo | None = None
        self._loaded_in: int | None = None

    @property
    def settings(self) -> ModelSettings:
        return self._settings

    @property
    def loaded(self) -> ModelInfo | None:
        """The model that is in memory now, None when none is; never loads one."""
        return self._info if self._client.running and self._client.pid == self._loaded_in else None

    def info(self, cancel: CancelToken | None = None) -> ModelInfo:
        """Load the model if it is not loaded. Raises ModelError, WorkerDied, Cancelled."""
        return self._load(cancel or never())

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special tokens. Loads the model if it is not loaded."""
        self._load(never())
        (answer,) = self._client.request("count", {"texts": list(texts)}, never())
        return [int(count) for count in answer["counts"]]

    def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        """As rag.ports.Generator says; a cancel while the model loads raises Cancelled."""
        self._load(cancel)
        for event in self._client.request("generate", _encode(request), cancel):
            yield _EVENTS[event.pop("kind")](**event)

    def switch(self, settings: ModelSettings) -> None:
        """Use another model, or other settings, from the next call on. The old one's memory is given back at once.

        The first model that is named starts no child yet: many who open a library ask no model.
        """
        with self._lock:
            is_first = not self._settings.path.name
            self._settings = settings
            self._info = None
            self._client.stop()
        if not is_first:
            self._client.start()

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        return self._client.memory()

    def close(self) -> None:
        """End the child, for good."""
        self._client.close()

    def _load(self, cancel: CancelToken) -> ModelInfo:
        with self._lock:
            if (loaded := self.loaded) is not None:
                return loaded
            self._info = None
            params = {**asdict(self._settings), "path": str(self._settings.path)}
            (answer,) = self._client.request("load", params, cancel)
            self._info, self._loaded_in = _decode_info(answer), self._client.pid
            return self._info


def _encode(request: GenerationRequest) -> dict[str, object]:
    return {
        "messages": [[str(message.role), message.content] for message in request.messages],
        "sampling": asdict(request.sampling),
        "grammar": request.grammar,
        "stop": list(request.stop),
        "constraint": _encode_constraint(request.constraint),
        "abstention": request.abstention,
    }


def _encode_constraint(constraint: Constraint | None) -> dict[str, object] | None:
    if constraint is None:
        return None
    encoded = {"kind": type(constraint).__name__, **asdict(constraint)}
    if isinstance(constraint, CopiedSpans):
        encoded["sentences"] = [[sentence.number, sentence.text] for sentence in constraint.sentences]
    return encoded


def _decode_info(answer: Mapping[str, Any]) -> ModelInfo:
    return ModelInfo(**{**answer, "path": Path(answer["path"])})
