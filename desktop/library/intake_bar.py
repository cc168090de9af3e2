"""What is being taken in, and what it came to. It shows statuses and outcomes; it starts nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QProgressBar, QWidget

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.library.intake import IntakeStatus
from desktop.library.outcome import IntakeOutcome, left_out_text, outcome_sentence
from desktop.tokens import XS, M, S

_MOST_LINES = 8
"""Lines of what was left out before the list scrolls: the documents below stay in view."""


class IntakeBar(QFrame):
    """Progress of the running request. Its signals are its buttons."""

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._is_paused = False
        self._sentence = ElidedLabel()
        self._detail = label("", "small")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of adding documents")
        self._pause = button("Pause", "quiet")
        self._pause.setToolTip("Stop after the file at hand, and go on later")
        self._cancel = button("Cancel")
        self._cancel.setToolTip("Stop here. What has been read so far stays.")
        words = column(gap=XS)
        words.addWidget(self._sentence)
        words.addWidget(self._bar)
        words.addWidget(self._detail)
        line = row(self, margin=M, gap=M)
        line.addLayout(words, 1)
        line.addWidget(self._pause, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignVCenter)
        self._pause.clicked.connect(self._ask_to_pause)
        self._cancel.clicked.connect(self._ask_to_stop)
        self.hide()

    def begin(self) -> None:
        self._sentence.setText("Looking at the files…")
        self._detail.setText("")
        self._bar.setRange(0, 0)
        self._allow()
        self.show()

    def show_status(self, status: IntakeStatus) -> None:
        if self._is_paused:  # it was told to go on elsewhere: beside the chat, or by adding more
            self._allow()
        waiting = f" · {status.waiting} more waiting" if status.waiting else ""
        self._sentence.setText(status.sentence)
        self._detail.setText(status.detail + waiting)
        self._bar.setRange(0, status.total)
        self._bar.setValue(status.done)
        self.show()

    def show_paused(self) -> None:
        self._sentence.setText("Paused. What has been read can be asked.")
        self._allow()
        self._pause.setText("Go on")
        self._is_paused = True

    def _allow(self) -> None:
        self._is_paused = False
        for each, words in ((self._pause, "Pause"), (self._cancel, "Cancel")):
            each.setEnabled(True)
            each.setText(words)

    @Slot()
    def _ask_to_pause(self) -> None:
        if self._is_paused:
            self._allow()
            self.resume_requested.emit()
        else:
            self._pause.setEnabled(False)
            self._pause.setText("Pausing…")
            self.pause_requested.emit()

    @Slot()
    def _ask_to_stop(self) -> None:
        self._cancel.setEnabled(False)
        self._cancel.setText("Stopping…")
        self._pause.setEnabled(False)
        self.cancel_requested.emit()


class OutcomeNotice(QFrame):
    """Stays until the user closes it; the files that were left out can be read and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._is_waiting = False
        self._sentence = label("", wrap=True)
        self._error = label("", "bad", wrap=True)
        self._more = button("What was left out", "link")
        self._more.setCheckable(True)
        self._copy = button("Copy list", "link")
        self._close = button("Close", "quiet")
        self._list = QPlainTextEdit(readOnly=True)
        self._list.setAccessibleName("Files that were left out, and why")
        self._list.setTabChangesFocus(True)
        self._lay_out()
        self._more.toggled.connect(self._unfold)
        self._copy.clicked.connect(self._copy_list)
        self._close.clicked.connect(self.hide)
        self.hide()

    def show_outcome(self, outcome: IntakeOutcome) -> None:
        self._is_waiting = False
        self._sentence.setText(outcome_sentence(outcome))
        self._error.setText(str(outcome.error) if outcome.error else "")
        self._error.setVisible(outcome.error is not None)
        text = left_out_text(outcome.failed, outcome.left_out)
        self._list.setPlainText(text)
        lines = min(text.count("\n") + 1, _MOST_LINES)
        self._list.setFixedHeight(lines * self._list.fontMetrics().lineSpacing() + 3 * S)
        self._more.setVisible(bool(text))
        self._copy.setText("Copy list")
        self._more.setChecked(False)
        self._unfold(unfolded=False)
        redress(self._sentence, "role", "" if outcome.failed or outcome.error or outcome.away else "good")
        self.show()

    def show_waiting(self, sentence: str) -> None:
        """Something waits for the reading to end; an outcome that comes first takes its place."""
        self.show_outcome(IntakeOutcome())
        self._sentence.setText(sentence)
        redress(self._sentence, "role", "")
        self._is_waiting = True

    @Slot()
    def hide_waiting(self) -> None:
        """What waited is done."""
        if self._is_waiting:
            self.hide()

    def show_error(self, error: object) -> None:
        """Something other than adding failed."""
        self.show_outcome(IntakeOutcome())
        self._sentence.setText("That did not work.")
        self._error.setText(str(error))
        self._error.show()
        redress(self._sentence, "role", "")

    def _lay_out(self) -> None:
        line = row(gap=S)
        line.addWidget(self._sentence, 1)
        for each in (self._more, self._copy, self._close):
            line.addWidget(each, 0, Qt.AlignmentFlag.AlignTop)
        stack = column(self, margin=M, gap=XS)
        stack.addLayout(line)
        stack.addWidget(self._error)
        stack.addWidget(self._list)

    @Slot(bool)
    def _unfold(self, unfolded: bool) -> None:  # noqa: FBT001  # the signature of QAbstractButton.toggled
        self._list.setVisible(unfolded)
        self._copy.setVisible(unfolded)

    @Slot()
    def _copy_list(self) -> None:
        QGuiApplication.clipboard().setText(self._list.toPlainText())
        self._copy.setText("Copied")
