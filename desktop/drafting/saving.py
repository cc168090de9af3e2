"""Saves drafts by itself: when typing pauses, when another draft is shown, and when the page goes away.

One save at a time, in order; a text that changed while it was being saved is saved again. Knows no widgets.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.drafting.open_draft import OpenDraft
from desktop.jobs import Lanes
from rag.errors import FootnoteError
from rag.user_types import Draft

if TYPE_CHECKING:
    from rag.assistant import Assistant

PAUSE_MS = 1500
"""A pause in typing this long makes a version: about a sentence. A crash loses no more than that."""


class Saving(QObject):
    """`saved` brings the Draft as stored, `failed` a FootnoteError; the text itself stays in the editor."""

    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QObject) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._waiting: dict[int, OpenDraft] = {}
        self._origins: dict[int, tuple[str, str]] = {}
        self._running: OpenDraft | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save_now)

    @property
    def busy(self) -> bool:
        return self._running is not None

    def note_change(self, draft: OpenDraft) -> None:
        """The user typed; save when they pause."""
        self._waiting[draft.draft.id] = draft
        self._pause.start()

    def note_acceptance(self, draft: OpenDraft, origin: str, instruction: str) -> None:
        """A suggestion or a restored version came in; save at once, with where it came from."""
        self._waiting[draft.draft.id] = draft
        self._origins[draft.draft.id] = (origin, instruction)
        self.save_now()

    @Slot()
    def save_now(self) -> None:
        """Save everything that waits."""
        self._pause.stop()
        while self._waiting and self._running is None:
            number, draft = self._waiting.popitem()
            origin, instruction = self._origins.pop(number, ("user", ""))
            if draft.unsaved:
                self._start(draft, origin, instruction)

    def forget(self, draft_id: int) -> None:
        """The draft was deleted."""
        self._waiting.pop(draft_id, None)
        self._origins.pop(draft_id, None)

    def _start(self, draft: OpenDraft, origin: str, instruction: str) -> None:
        self._running = draft
        save = partial(self._assistant.save_draft, draft.draft.id, draft.text, origin=origin, instruction=instruction)
        job = self._lanes.read.call(save)
        job.reported.connect(self._take)
        job.completed.connect(self._next)
        job.failed.connect(self._fail)
        job.stopped.connect(self._next)

    @Slot(object)
    def _take(self, stored: Draft) -> None:
        if self._running is not None:
            self._running.stored(stored)
            self.saved.emit(self._running.draft)

    @Slot()
    def _next(self) -> None:
        self._running = None
        self.save_now()

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._running = None
        self.failed.emit(error)
