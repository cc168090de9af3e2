"""What the user thinks of one answer: up or down, why, in their words, and how it should have been.

It changes nothing before "Save", and can take a rating back. It does not know the answer itself.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QPlainTextEdit, QPushButton, QWidget

from desktop.controls import button, column, label, redress, row
from desktop.feedback.chips import Chips
from desktop.jobs import Lanes
from desktop.tokens import M, S
from rag.feedback import REASONS
from rag.types import Feedback, Verdict

if TYPE_CHECKING:
    from rag.assistant import Assistant

_VERDICT_WORDS = {Verdict.UP: "Helpful", Verdict.DOWN: "Not helpful"}


class FeedbackPanel(QFrame):
    """A card under an answer. `saved` brings the Feedback as it is stored, `withdrawn` comes when it was taken back."""

    saved = Signal(object)
    withdrawn = Signal()
    closed = Signal()

    def __init__(
        self,
        assistant: Assistant,
        lanes: Lanes,
        answer_id: int,
        current: Feedback | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._assistant = assistant
        self._lanes = lanes
        self._answer_id = answer_id
        self._current = current
        self._pending: Feedback | None = None
        self._buttons = {verdict: self._verdict_button(verdict) for verdict in Verdict}
        self._reasons = {verdict: Chips(REASONS[verdict]) for verdict in Verdict}
        self._comment = _text_field("Comment", "Anything else? (optional)")
        self._correction = _text_field("A better answer", "How should it have been answered? (optional)")
        self._fields = (
            (label("In your words", "small"), self._comment),
            (label("A better answer", "small"), self._correction),
        )
        self._status = label("", "small", wrap=True)
        self._save = button("Save", "primary")
        self._withdraw = button("Withdraw", "danger")
        self._close = button("Close", "quiet")
        self._lay_out()
        self._connect()
        self._show(current)

    def choose(self, verdict: Verdict) -> None:
        """As if the user had pressed the thumb."""
        self._buttons[verdict].setChecked(True)
        self._follow_verdict()

    def feedback(self) -> Feedback | None:
        """What the panel says now, saved or not; None before a thumb was chosen."""
        verdict = self._verdict()
        if verdict is None:
            return None
        return Feedback(
            verdict=verdict,
            reasons=self._reasons[verdict].chosen(),
            comment=self._comment.toPlainText().strip(),
            correction=self._correction.toPlainText().strip(),
        )

    def _verdict_button(self, verdict: Verdict) -> QPushButton:
        made = button(_VERDICT_WORDS[verdict], "quiet")
        made.setCheckable(True)
        return made

    def _lay_out(self) -> None:
        thumbs = QButtonGroup(self)
        first = row(gap=S)
        first.addWidget(label("Was this answer helpful?"))
        for each in self._buttons.values():
            thumbs.addButton(each)
            first.addWidget(each)
        first.addStretch()
        last = row(gap=S)
        last.addWidget(self._status, 1)
        for made in (self._close, self._withdraw, self._save):
            last.addWidget(made)
        stack = column(self, margin=M, gap=S)
        stack.addLayout(first)
        for chips in self._reasons.values():
            stack.addWidget(chips)
        for words, field in self._fields:
            stack.addWidget(words)
            stack.addWidget(field)
        stack.addStretch()
        stack.addLayout(last)

    def _connect(self) -> None:
        for each in self._buttons.values():
            each.clicked.connect(self._follow_verdict)
        for chips in self._reasons.values():
            chips.toggled.connect(self._follow_edits)
        self._comment.textChanged.connect(self._follow_edits)
        self._correction.textChanged.connect(self._follow_edits)
        self._save.clicked.connect(self._start_saving)
        self._withdraw.clicked.connect(self._start_withdrawing)
        self._close.clicked.connect(self.closed)

    def _show(self, feedback: Feedback | None) -> None:
        if feedback is not None:
            self._buttons[feedback.verdict].setChecked(True)
            self._reasons[feedback.verdict].choose(feedback.reasons)
            self._comment.setPlainText(feedback.comment)
            self._correction.setPlainText(feedback.correction)
        self._follow_verdict()

    def _verdict(self) -> Verdict | None:
        return next((verdict for verdict, button in self._buttons.items() if button.isChecked()), None)

    @Slot()
    def _follow_verdict(self) -> None:
        chosen = self._verdict()
        for verdict, chips in self._reasons.items():
            chips.setVisible(verdict is chosen)
        for words, field in self._fields:
            words.setVisible(chosen is not None)
            field.setVisible(chosen is not None)
        self._follow_edits()

    @Slot()
    def _follow_edits(self) -> None:
        changed = self.feedback() not in (None, self._current)
        self._save.setEnabled(changed and self._pending is None)
        self._withdraw.setVisible(self._current is not None)
        if changed:
            self._say("")

    @Slot()
    def _start_saving(self) -> None:
        feedback = self.feedback()
        if feedback is None:
            return
        self._pending = feedback
        self._save.setEnabled(False)
        job = self._lanes.read.call(partial(self._assistant.rate, self._answer_id, feedback))
        job.completed.connect(self._finish_saving)
        job.failed.connect(self._show_failure)

    @Slot()
    def _finish_saving(self) -> None:
        self._current, self._pending = self._pending, None
        self._follow_edits()
        self._say("Saved. It stays on this computer.", role="good")
        self.saved.emit(self._current)

    @Slot()
    def _start_withdrawing(self) -> None:
        job = self._lanes.read.call(partial(self._assistant.withdraw_feedback, self._answer_id))
        job.completed.connect(self._finish_withdrawing)
        job.failed.connect(self._show_failure)

    @Slot()
    def _finish_withdrawing(self) -> None:
        self._current = None
        self._follow_edits()
        self._say("Withdrawn: it is in no export any more.", role="good")
        self.withdrawn.emit()

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        self._pending = None
        self._follow_edits()
        self._say(str(error), role="bad")

    def _say(self, text: str, role: str = "small") -> None:
        self._status.setText(text)
        redress(self._status, "role", role)


def _text_field(name: str, hint: str) -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    field.setTabChangesFocus(True)
    field.setFixedHeight(3 * field.fontMetrics().lineSpacing() + 2 * S)
    return field
