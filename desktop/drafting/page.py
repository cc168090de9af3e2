"""Drafting: a place to write text and code, with a model at hand that suggests and never replaces by itself.

The page joins its parts; the editor, the saving, the suggestion and the history each have their own file. All of the
service is asked in lanes: drafts and versions in `read` (the write lane may be busy reading documents for an hour,
and the store lets these pass), suggestions in `ask`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from desktop.controls import column, label
from desktop.drafting.actions_bar import ActionsBar
from desktop.drafting.draft_list import DraftList
from desktop.drafting.editor import DraftEditor
from desktop.drafting.header import DraftHeader
from desktop.drafting.history_panel import HistoryPanel
from desktop.drafting.open_draft import OpenDraft
from desktop.drafting.saving import Saving
from desktop.drafting.suggestion_desk import SuggestionDesk
from desktop.drafting.suggestion_panel import SuggestionPanel
from desktop.drafting.template_shelf import TemplateShelf
from desktop.jobs import Job, Lanes
from desktop.questions import ask
from desktop.tokens import XL, M, S
from rag.drafting import DraftAction
from rag.errors import FootnoteError
from rag.user_types import Draft, DraftVersion

if TYPE_CHECKING:
    from rag.assistant import Assistant


class DraftingPage(QWidget):
    """`models_requested` when the user wants a bigger model."""

    models_requested = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._open: dict[int, OpenDraft] = {}
        self._current: OpenDraft | None = None
        self._wanted: int | None = None
        self._saving = Saving(assistant, lanes, self)
        self._list = DraftList()
        self._header = DraftHeader()
        self._editor = DraftEditor()
        self._actions = ActionsBar()
        self._suggestion = SuggestionPanel()
        self._history = HistoryPanel()
        self._desk = SuggestionDesk(assistant, lanes, self._saving, self._suggestion, self)
        self._templates = TemplateShelf(assistant, lanes, self)
        self._side = QStackedWidget()
        self._middle = QStackedWidget()
        self._lay_out()
        self._connect()
        self.reload()
        self._templates.reload()

    @property
    def editor(self) -> DraftEditor:
        return self._editor

    @Slot()
    def reload(self) -> None:
        """Read the drafts again."""
        self._read(self._assistant.drafts).reported.connect(self._show_drafts)

    def save_before_closing(self) -> None:
        """Keep what is unsaved, in this thread: for the very end, when the lanes are closed. A few milliseconds."""
        for each in self._open.values():
            if each.unsaved:
                self._assistant.save_draft(each.draft.id, each.text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for each in self._open.values():
                each.refresh_colours()

    def _lay_out(self) -> None:
        writing = QWidget()
        middle = column(writing, gap=S)
        middle.setContentsMargins(M, 0, M, 0)
        middle.addWidget(self._header)
        middle.addWidget(self._editor, 1)
        middle.addWidget(self._actions)
        self._middle.addWidget(_empty_state())
        self._middle.addWidget(writing)
        self._side.addWidget(self._suggestion)
        self._side.addWidget(self._history)
        self._side.setContentsMargins(M, 0, 0, 0)
        self._side.hide()
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        for widget, least in ((self._list, 150), (self._middle, 320), (self._side, 240)):
            widget.setMinimumWidth(least)
            split.addWidget(widget)
        split.setSizes([200, 620, 360])
        split.setStretchFactor(1, 1)
        column(self, margin=XL).addWidget(split)
        self.setFocusProxy(self._editor)

    def _connect(self) -> None:
        self._list.chosen.connect(self._choose)
        self._list.empty_requested.connect(self._begin_empty)
        self._list.template_requested.connect(self._templates.fill_in)
        self._list.templates_requested.connect(self._templates.manage)
        self._templates.changed.connect(self._list.show_templates)
        self._templates.filled.connect(self._begin_filled)
        self._templates.failed.connect(self._show_failure)
        self._list.deletion_requested.connect(self._confirm_deletion)
        self._header.renamed.connect(self._rename)
        self._header.language_chosen.connect(self._use_language)
        self._header.history_toggled.connect(self._toggle_history)
        self._editor.selectionChanged.connect(self._show_place)
        self._actions.asked.connect(self._ask)
        self._saving.saved.connect(self._note_saved)
        self._saving.failed.connect(self._show_unsaved)
        self._history.restore_requested.connect(self._restore)
        self._history.closed.connect(self._close_side)
        self._desk.ended.connect(self._note_end)
        self._desk.accepted.connect(self._show_accepted)
        self._desk.closed.connect(self._close_side)
        self._suggestion.models_requested.connect(self.models_requested)

    # Which draft is open

    @Slot(object)
    def _show_drafts(self, drafts: list[Draft]) -> None:
        self._list.show_drafts(drafts, self._current.draft.id if self._current else None)
        if self._current is None and drafts:
            self._list.show_drafts(drafts, drafts[0].id)
            self._show(drafts[0])

    @Slot(int)
    def _choose(self, draft_id: int) -> None:
        self._saving.save_now()
        self._wanted = draft_id
        if draft_id in self._open:
            self._show(self._open[draft_id].draft)
        else:
            self._read(partial(self._assistant.draft, draft_id)).reported.connect(self._show_wanted)

    @Slot(object)
    def _show_wanted(self, draft: Draft) -> None:
        if draft.id == self._wanted:
            self._show(draft)

    def _show(self, draft: Draft) -> None:
        if draft.id not in self._open:
            self._open[draft.id] = OpenDraft(draft, self)
            self._open[draft.id].edited.connect(self._note_change)
        self._current = None
        opened = self._open[draft.id]
        self._editor.show_document(opened.document, opened.draft.language)
        self._header.show_draft(opened.draft)
        self._header.say("")
        self._list.mark(draft.id)
        self._middle.setCurrentIndex(1)
        self._current = opened
        self._show_place()
        if self._side.currentWidget() is self._history:
            self._close_side()

    # Beginning, naming, deleting

    @Slot(str)
    def _begin_empty(self, language: str) -> None:
        self._create(partial(self._assistant.new_draft, title="Untitled", language=language))

    @Slot(str, str, str, str)
    def _begin_filled(self, title: str, language: str, content: str, instruction: str) -> None:
        self._create(partial(self._assistant.new_draft, title=title, language=language, content=content))
        self._actions.suggest_instruction(instruction)

    def _create(self, create: partial[Draft]) -> None:
        job = self._read(create)
        job.reported.connect(self._show_created)
        job.completed.connect(self.reload)

    @Slot(object)
    def _show_created(self, draft: Draft) -> None:
        self._show(draft)
        self._editor.setFocus()

    @Slot(str)
    def _rename(self, title: str) -> None:
        if self._current is not None:
            rename = partial(self._assistant.rename_draft, self._current.draft.id, title or "Untitled")
            self._read(rename).reported.connect(self._note_renamed)

    @Slot(object)
    def _note_renamed(self, draft: Draft) -> None:
        if draft.id in self._open:
            self._open[draft.id].rename(draft.title)
        self._list.retitle(draft)

    @Slot(str)
    def _use_language(self, language: str) -> None:
        if self._current is not None:
            self._current.use_language(language)
            self._editor.use_language(language)
            self._show_place()
            self._read(partial(self._assistant.set_draft_language, self._current.draft.id, language))

    @Slot(object)
    def _confirm_deletion(self, draft: Draft) -> None:
        text = "It goes with all its versions. This can't be undone."
        ask(self, f"Delete “{draft.title}”?", text, "Delete", partial(self._delete, draft.id))

    def _delete(self, draft_id: int) -> None:
        self._saving.forget(draft_id)
        self._desk.forget(draft_id)
        gone = self._open.pop(draft_id, None)
        if gone is not None and gone is self._current:
            self._current = None
            self._middle.setCurrentIndex(0)
        self._read(partial(self._assistant.delete_draft, draft_id)).completed.connect(self.reload)

    # Writing and saving

    @Slot()
    def _note_change(self) -> None:
        edited = self.sender()
        if isinstance(edited, OpenDraft):
            self._header.say("Not saved yet")
            self._saving.note_change(edited)
            self._suggestion.refresh()

    @Slot(object)
    def _note_saved(self, draft: Draft) -> None:
        if self._current is not None and draft.id == self._current.draft.id and not self._current.unsaved:
            self._header.say("Saved")

    @Slot(object)
    def _show_unsaved(self, error: FootnoteError) -> None:
        self._header.say(f"Not saved: {error}", role="bad")

    @Slot()
    def _show_place(self) -> None:
        if self._current is not None:
            cursor = self._editor.textCursor()
            selected = cursor.selectionEnd() - cursor.selectionStart()
            self._actions.show_place(selected=selected, code=self._current.is_code)

    # Suggestions

    @Slot(object, str)
    def _ask(self, action: DraftAction, instruction: str) -> None:
        if self._current is None:
            return
        self._actions.set_busy(busy=True)
        self._show_side(self._suggestion)
        self._desk.ask(self._current, action, self._editor.textCursor(), instruction)

    @Slot()
    def _note_end(self) -> None:
        self._actions.set_busy(busy=False)

    @Slot(object)
    def _show_accepted(self, opened: OpenDraft) -> None:
        self._show(opened.draft)
        self._editor.setTextCursor(self._desk.accepted_place())
        self._editor.setFocus()

    # The panel at the right

    @Slot(bool)
    def _toggle_history(self, shown: bool) -> None:  # noqa: FBT001  # the signature of a toggling signal
        if not shown or self._current is None:
            self._close_side()
            return
        self._show_side(self._history)
        self._read(partial(self._assistant.draft_history, self._current.draft.id)).reported.connect(self._show_history)

    @Slot(object)
    def _show_history(self, versions: list[DraftVersion]) -> None:
        if self._current is not None:
            self._history.show_history(versions, self._current.text, code=self._current.is_code)

    @Slot(object)
    def _restore(self, version: DraftVersion) -> None:
        if self._current is not None:
            self._current.replace_all(version.content)
            self._saving.note_acceptance(self._current, "user", f"version {version.number} restored")
            self._close_side()

    def _show_side(self, panel: QWidget) -> None:
        self._side.setCurrentWidget(panel)
        self._side.show()
        self._header.show_history(shown=panel is self._history)

    @Slot()
    def _close_side(self) -> None:
        self._side.hide()
        self._header.show_history(shown=False)

    def _read(self, function: Callable[[], object]) -> Job:
        job = self._lanes.read.call(function)
        job.failed.connect(self._show_failure)
        return job

    @Slot(object)
    def _show_failure(self, error: FootnoteError) -> None:
        self._header.say(str(error), role="bad")


def _empty_state() -> QWidget:
    page = QWidget()
    stack = column(page, margin=XL, gap=S)
    stack.addStretch(1)
    for text, role in (
        ("Nothing written yet", "title"),
        ("Begin with “New draft”: an empty text, code, or a template such as a letter or minutes.", "muted"),
    ):
        line = label(text, role, wrap=True)
        line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        stack.addWidget(line)
    stack.addStretch(2)
    return page
