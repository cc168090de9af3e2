"""The folders' part of the service, in memory: it keeps what it is asked, and tells what a test set beforehand."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, Queue

from local_models.cancel import CancelToken
from rag.events import AddEvent, AddFinished
from rag.folders.rules import compiled
from rag.folders.watching import Changed, Watched
from rag.store.folder_notes import Folder

_LOOK_S = 0.005


class FakeFolders:
    """`told` is what the watching tells, None for Ctrl-C; `calls` what was asked; `resume` waits for `hold`."""

    def __init__(self, calls: list[tuple[object, ...]] | None = None) -> None:
        self.calls = calls if calls is not None else []
        self.told: Queue[Watched | Changed | None] = Queue()
        self.missing: tuple[Path, ...] = ()
        self.kept: list[Folder] = []
        self.rules: dict[int, list[str]] = {}
        self.finished = AddFinished(0, 0, (), 0)
        self.watching = False
        self.hold = threading.Event()
        self.hold.set()

    def all(self) -> list[Folder]:
        return self.kept

    def away(self) -> tuple[Path, ...]:
        return self.missing

    def watch(self, cancel: CancelToken) -> Iterator[Watched | Changed]:
        self.watching = True
        while not cancel.cancelled:
            try:
                event = self.told.get(timeout=_LOOK_S)
            except Empty:
                continue
            if event is None:
                cancel.cancel()
            else:
                yield event
        self.watching = False

    def follow(self, paths: Sequence[Path], cancel: CancelToken) -> Iterator[AddEvent]:
        self.calls.append(("follow", tuple(paths)))
        cancel.check()
        yield self.finished

    def resume(self, cancel: CancelToken) -> Iterator[AddEvent]:
        self.hold.wait()
        cancel.check()
        yield AddFinished(0, 0, (), 0)

    def forget_waiting(self) -> int:
        self.calls.append(("forget_waiting",))
        return 0

    def set_rules(self, collection_id: int, rules: Sequence[str]) -> None:
        compiled(rules)
        self.rules[collection_id] = list(rules)
