"""Watches the folders of the library, from a lane of its own, while the user wants it.

It knows no widgets, and it neither reads nor writes the library: what changed is told, and the intake takes it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, Lanes
from rag.errors import FootnoteError
from rag.folders.watching import Changed, Watched
from rag.parsers.cleaning import shown_name

if TYPE_CHECKING:
    from rag.assistant import Assistant


class FolderWatch(QObject):
    """`changed` brings paths, `told` a Watched, `failed` a FootnoteError, after which nothing is watched."""

    changed = Signal(object)
    told = Signal(object)
    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lane = lanes.watch
        self._job: Job | None = None

    def start(self) -> None:
        """Begin to watch, with a look at what changed before. Does nothing if it watches."""
        if self._job is None:
            self._job = self._lane.start(self._assistant.folders.watch)
            self._job.reported.connect(self._take)
            self._job.failed.connect(self._fail)

    def stop(self) -> None:
        """Stop watching; nothing is told any more. Does nothing if it does not watch."""
        if self._job is not None:
            self._job.reported.disconnect(self._take)
            self._job.failed.disconnect(self._fail)
            self._job.cancel()
            self._job = None

    @Slot(object)
    def _take(self, event: object) -> None:
        if isinstance(event, Changed):
            self.changed.emit(event.paths)
        elif isinstance(event, Watched):
            self.told.emit(event)

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._job = None
        self.failed.emit(error)


def watched_words(state: Watched) -> str:
    """One line: how many folders are watched, and which of them only now and then, or not at all."""
    watched = len(state.folders) - len(state.looked_at) - sum(root in state.unreachable for root in state.folders)
    parts = [
        f"Watching {watched:,} {'folder' if watched == 1 else 'folders'} for changes" if watched else "",
        f"looking at {_named(state.looked_at)} every few minutes" if state.looked_at else "",
        f"{_named(state.unreachable)} can't be reached now" if state.unreachable else "",
    ]
    line = "; ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def _named(folders: Sequence[Path]) -> str:
    if len(folders) > 2:
        return f"{len(folders):,} folders"
    return " and ".join(f"“{shown_name(folder)}”" for folder in folders)
