"""A change of the index that takes as many steps as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity
from rag.errors import FootnoteError
from rag.events import IndexChanged, Progress
from rag.restaging import ChangeCost, ChangeState
from rag.store.staging import IndexChange


class FakeRestaging:
    """`steps` passages are embedded one by one; `fail_with` is raised by `cost`."""

    def __init__(self, steps: int = 2) -> None:
        self.steps = steps
        self.done = 0
        self.change: IndexChange | None = None
        self.fail_with: FootnoteError | None = None
        self.made: list[IndexChange] = []

    def cost(self, folder: Path | None, passage_tokens: int, cancel: CancelToken) -> ChangeCost:
        cancel.check()
        if self.fail_with is not None:
            raise self.fail_with
        return ChangeCost(folder, _identity(folder), passage_tokens or 200, 3, self.steps, 150.0, 5_000_000)

    def begin(self, folder: Path | None, passage_tokens: int = 0) -> IndexChange:
        self.change = IndexChange(folder, passage_tokens or 200, _identity(folder), datetime.now(UTC))
        self.done = 0
        return self.change

    def state(self) -> ChangeState | None:
        return ChangeState(self.change, 0, self.steps, self.done) if self.change is not None else None

    def cancel(self) -> None:
        self.change = None

    def go_on(self, cancel: CancelToken) -> Iterator[Progress | IndexChanged]:
        while self.change is not None and self.done < self.steps:
            cancel.check()
            yield Progress(self.done, self.steps, "a.md")
            self.done += 1
        if self.change is not None:
            change, self.change = self.change, None
            self.made.append(change)
            yield IndexChanged(change.identity, change.passage_tokens, self.steps)


def _identity(folder: Path | None) -> EmbedderIdentity:
    name = folder.name if folder else "all-MiniLM-L6-v2"
    return EmbedderIdentity(name, f"digest of {name}", 384, 256)
