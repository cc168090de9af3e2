"""A question of the user's in the conversation, with its branches; editing makes a branch and erases nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.chat.branches import BranchSwitcher
from desktop.chat.question_box import QuestionBox
from desktop.controls import IconButton, button, column, frame, label, row
from desktop.theme import reading_font
from desktop.tokens import SIZE_READING, XS, M, S
from rag.types import Message


class QuestionView(QWidget):
    """What was asked. `edited` carries the new wording, `branch_requested` the id of another question."""

    edited = Signal(str)
    branch_requested = Signal(int)
    editing_begun = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message_id: int | None = None
        self._text = text
        self._bubble = frame("question")
        self._words = label(text, wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFont(reading_font(SIZE_READING))
        self._words.setAccessibleName("Question")
        self._editor = _QuestionEditor()
        self._editor.hide()
        self._editor.accepted.connect(self._accept)
        self._editor.dismissed.connect(self._dismiss)
        self._branches = BranchSwitcher("question")
        self._branches.branch_requested.connect(self.branch_requested)
        self._edit = IconButton("pencil", "Edit this question (keeps the old one)")
        self._edit.clicked.connect(self._begin)
        self._edit.hide()
        line = row(self._bubble, gap=XS)
        line.setContentsMargins(M, S, S, S)
        line.addWidget(self._words, 1)
        for tool in (self._branches, self._edit):
            line.addWidget(tool, 0, Qt.AlignmentFlag.AlignTop)
        stack = column(self)
        stack.addWidget(self._bubble)
        stack.addWidget(self._editor)

    @property
    def text(self) -> str:
        return self._text

    def show_message(self, message: Message) -> None:
        self.message_id = message.id
        self._edit.show()
        self._branches.show_branches(message.siblings, message.id)

    def know_id(self, message_id: int) -> None:
        """The question was stored under this id; its branches come with show_message."""
        self.message_id = message_id

    def _begin(self) -> None:
        self._bubble.hide()
        self._editor.begin(self._text)
        self.editing_begun.emit()

    def _dismiss(self) -> None:
        self._editor.hide()
        self._bubble.show()

    def _accept(self, text: str) -> None:
        self._dismiss()
        if text and text != self._text:
            self.edited.emit(text)


class _QuestionEditor(QFrame):
    """The question as text again: Enter asks, Esc leaves it as it was."""

    accepted = Signal(str)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "composer")
        self._field = QuestionBox("Edit the question")
        self._field.sent.connect(self._ask)
        self._field.left.connect(self.dismissed)
        ask = button("Ask again", "primary")
        ask.clicked.connect(self._ask)
        leave = button("Leave as it was", "quiet")
        leave.clicked.connect(self.dismissed)
        buttons = row(gap=S)
        buttons.addStretch()
        buttons.addWidget(leave)
        buttons.addWidget(ask)
        stack = column(self, margin=S, gap=S)
        stack.addWidget(self._field)
        stack.addLayout(buttons)

    def begin(self, text: str) -> None:
        self._field.setPlainText(text)
        self.show()
        self._field.selectAll()
        self._field.setFocus()

    def _ask(self) -> None:
        self.accepted.emit(self._field.toPlainText().strip())
