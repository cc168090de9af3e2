"""Beside the draft: the suggestion as it comes, what it would change, and the user's yes or no.

It replaces nothing; it says what the user decided.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QWidget

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.drafting.diff_view import DiffView
from desktop.drafting.suggestion import ACTION_WORDS, Suggestion
from desktop.notices import ErrorCard
from desktop.tokens import M, S
from rag.errors import FootnoteError, ModelError
from rag.events import Reading

STALE = "You changed these words meanwhile. Ask again, or copy what you like."


class SuggestionPanel(QFrame):
    """`models_requested` when a bigger model is needed; the other signals are its buttons."""

    accepted = Signal()
    rejected = Signal()
    stop_requested = Signal()
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._suggestion: Suggestion | None = None
        self._error: ErrorCard | None = None
        self._title = label("Suggestion", "heading")
        self._target = ElidedLabel()
        self._target.setProperty("role", "small")
        self._state = label("", "small", wrap=True)
        self._view = DiffView("Suggestion")
        self._changes = button("Show changes", "quiet")
        self._changes.setCheckable(True)
        self._stop = button("Stop")
        self._models = button("Go to Models", "primary")
        self._accept = button("Accept", "primary")
        self._accept.setToolTip("Put it into the draft; one undo takes it back")
        self._reject = button("Reject")
        self._copy = button("Copy", "quiet")
        self._lay_out()
        self._stop.clicked.connect(self.stop_requested)
        self._models.clicked.connect(self.models_requested)
        self._accept.clicked.connect(self.accepted)
        self._reject.clicked.connect(self.rejected)
        self._copy.clicked.connect(self._copy_text)
        self._changes.toggled.connect(self._show_result)

    def begin(self, suggestion: Suggestion) -> None:
        """A new suggestion is on its way."""
        self._suggestion = suggestion
        self._clear_error()
        self._title.setText(f"{ACTION_WORDS[suggestion.wish.action]}…")
        self._target.setText(f"for “{suggestion.target.draft.title}”")
        self._say("Waiting for the model…")
        self._view.use_face(code=suggestion.target.is_code and suggestion.replaces)
        self._view.show_text("")
        self._view.show()
        self._offer(self._stop)

    def show_reading(self, reading: Reading) -> None:
        self._say(f"The model reads: {reading.done:,} of {reading.total:,} tokens" if reading.total else "")

    def append(self, text: str) -> None:
        self._say("")
        self._view.append(text)

    def tell(self, notice: str) -> None:
        """A sentence that stays until the end."""
        self._say(notice)

    def finish(self) -> None:
        """The suggestion has its text; let the user decide."""
        suggestion = self._suggestion
        if suggestion is None:
            return
        self._title.setText("Suggestion" if suggestion.replaces else "Explanation")
        if suggestion.replaces:
            self._offer(self._accept, self._reject, self._copy)
        else:
            self._offer(self._reject, self._copy)
        self._reject.setText("Reject" if suggestion.replaces else "Close")
        self._changes.setVisible(suggestion.replaces and bool(suggestion.before))
        self._changes.setChecked(suggestion.replaces and bool(suggestion.before))
        self._show_result()
        self._accept.setFocus()

    def refresh(self) -> None:
        """After an edit: can it still be accepted?"""
        if self._suggestion is None or self._accept.isHidden():
            return
        fits = self._suggestion.still_fits
        self._accept.setEnabled(fits)
        if not fits:
            self._say(STALE)
        elif self._state.text() == STALE:
            self._say("")

    def show_error(self, error: FootnoteError) -> None:
        """Instead of a suggestion. A model that can't do it has a way to the Models page."""
        self._clear_error()
        self._title.setText("No suggestion")
        self._say("")
        self._error = ErrorCard(error)
        self._stack.insertWidget(3, self._error)
        self._view.setVisible(bool(self._view.toPlainText()))
        self._offer(*([self._models] if isinstance(error, ModelError) else []), self._reject)
        self._reject.setText("Close")

    def _lay_out(self) -> None:
        head = row(gap=S)
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self._changes)
        buttons = row(gap=S)
        for each in (self._models, self._accept, self._reject, self._stop, self._copy):
            buttons.addWidget(each)
        buttons.addStretch()
        self._stack = column(self, margin=M, gap=S)
        self._stack.addLayout(head)
        self._stack.addWidget(self._target)
        self._stack.addWidget(self._state)
        self._stack.addWidget(self._view, 100)
        self._stack.addStretch(1)
        self._stack.addLayout(buttons)

    def _offer(self, *offered: QWidget) -> None:
        for each in (self._models, self._accept, self._reject, self._stop, self._copy, self._changes):
            each.setVisible(each in offered)
        self._accept.setEnabled(True)
        self._copy.setText("Copy")

    def _say(self, text: str) -> None:
        self._state.setText(text)
        self._state.setVisible(bool(text))
        redress(self._state, "role", "small")

    def _clear_error(self) -> None:
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None

    @Slot()
    def _show_result(self) -> None:
        suggestion = self._suggestion
        if suggestion is None:
            return
        if self._changes.isChecked():
            self._view.show_difference(suggestion.before, suggestion.text)
        else:
            self._view.show_text(suggestion.text)

    @Slot()
    def _copy_text(self) -> None:
        if self._suggestion is not None:
            QGuiApplication.clipboard().setText(self._suggestion.text or self._view.toPlainText())
            self._copy.setText("Copied")
