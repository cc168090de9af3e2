"""Has stored pages cut anew by a parse child, so that the window's process stays free. No parser is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient, worker_command
from rag.parsers.reading import MEMORY_VARIABLE, ROLE, Limits, Patience
from rag.parsers.wire import decode, encode
from rag.types import Document, Page, Passage, PassageTerms


class ChildCutter:
    """Starts its child with the first request. Close it before the program ends."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._client = WorkerClient(
            ROLE,
            worker_command(ROLE, "rag.parsers.worker"),
            environment={MEMORY_VARIABLE: str(self._limits.memory)},
        )

    def cut(
        self, document: Document, pages: Sequence[Page], tokenizer_json: Path, limit: int, cancel: CancelToken
    ) -> tuple[list[Passage], list[PassageTerms]]:
        """The passages of at most `limit` tokens, in order, and the terms of each.

        Raises WorkerDied, WorkerTimedOut, Cancelled, ModelNotFound or ModelBroken for the tokenizer.
        """
        params = {
            "pages": [encode(replace(page, boxes=())) for page in pages],  # boxes are most of a page, and not needed
            "media_type": document.media_type,
            "title": document.title,
            "path": str(document.path),
            "tokenizer": str(tokenizer_json),
            "limit": limit,
        }
        patience = Patience(self._limits)
        for page in pages:
            patience.note(page)
        passages: list[Passage] = []
        terms: list[PassageTerms] = []
        for item in map(decode, self._client.request("cut", params, cancel, silence_s=patience.seconds)):
            match item:
                case Passage():
                    passages.append(item)
                case PassageTerms():
                    terms.append(item)
        return passages, terms

    def rest(self) -> None:
        """Let the child go; the next request starts another."""
        self._client.stop()

    def close(self) -> None:
        """End the child, for good."""
        self._client.close()
