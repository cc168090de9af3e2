"""Runs one suggestion at a time and carries out what the user decides about it.

It sits between the ask lane and the panel; the draft changes in `_accept` only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor

from desktop.drafting.open_draft import OpenDraft
from desktop.drafting.saving import Saving
from desktop.drafting.suggestion import Suggestion, Wish, ask_for
from desktop.drafting.suggestion_panel import SuggestionPanel
from desktop.jobs import Job, Lanes
from rag.drafting import DraftAction
from rag.errors import FootnoteError
from rag.events import Delta, DraftSuggested, Notice, Reading
from rag.user_types import Draft

if TYPE_CHECKING:
    from rag.assistant import Assistant


class SuggestionDesk(QObject):
    """`ended` when the model has finished or failed, `accepted` with the OpenDraft, `closed` after yes or no."""

    ended = Signal()
    accepted = Signal(object)
    closed = Signal()

    def __init__(
        self, assistant: Assistant, lanes: Lanes, saving: Saving, panel: SuggestionPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._saving = saving
        self._panel = panel
        self._suggestion: Suggestion | None = None
        self._job: Job | None = None
        self._place = QTextCursor()
        panel.accepted.connect(self._accept)
        panel.rejected.connect(self._reject)
        panel.stop_requested.connect(self._stop)

    def ask(self, target: OpenDraft, action: DraftAction, cursor: QTextCursor, instruction: str) -> None:
        """Ask for a suggestion: at the cursor when continuing, else for the selection or, without one, the whole."""
        selection = target.selection(cursor)
        if action is DraftAction.CONTINUE:
            selection = (selection[1], selection[1])
        whole = action is not DraftAction.CONTINUE and selection[0] == selection[1]
        wish = Wish(target.draft.id, target.text, action, None if whole else selection, instruction)
        self._suggestion = Suggestion(target, wish)
        self._panel.begin(self._suggestion)
        self._job = self._lanes.ask.start(partial(ask_for, self._assistant, wish))
        self._job.reported.connect(self._take)
        self._job.completed.connect(self._end)
        self._job.stopped.connect(self._give_up)
        self._job.failed.connect(self._fail)

    def accepted_place(self) -> QTextCursor:
        """Selects what came in last."""
        return self._place

    def forget(self, draft_id: int) -> None:
        """The draft was deleted."""
        if self._suggestion is not None and self._suggestion.wish.draft_id == draft_id:
            self._reject()

    @Slot(object)
    def _take(self, event: object) -> None:
        suggestion = self._suggestion
        if suggestion is None:
            return
        match event:
            case Draft():
                suggestion.target.stored(event)
            case Reading():
                self._panel.show_reading(event)
            case Delta(text):
                self._panel.append(text)
            case Notice(text):
                self._panel.tell(text)
            case DraftSuggested(text):
                suggestion.text = text
                self._panel.finish()

    @Slot()
    def _end(self) -> None:
        self._job = None
        self.ended.emit()

    @Slot()
    def _give_up(self) -> None:
        self._end()
        self._suggestion = None
        self.closed.emit()

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._end()
        if self._suggestion is not None:
            self._panel.show_error(error)

    @Slot()
    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _accept(self) -> None:
        suggestion, self._suggestion = self._suggestion, None
        if suggestion is None:
            return
        self._place = suggestion.accept()
        self._saving.note_acceptance(suggestion.target, suggestion.wish.action.value, suggestion.wish.instruction)
        self.closed.emit()
        self.accepted.emit(suggestion.target)

    @Slot()
    def _reject(self) -> None:
        self._stop()
        self._suggestion = None
        self.closed.emit()
