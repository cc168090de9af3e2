"""What was searched for an answer, where that was not the question's own words; the user may search something else.

Shown between a follow-up question and its answer. It starts no job: `changed` carries what is to be searched.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.chat.question_box import QuestionBox
from desktop.controls import IconButton, button, column, frame, label, row
from desktop.tokens import XS, S


class SearchLine(QWidget):
    """Hidden until `show_search` gets a text. Enter searches, Esc leaves it as it was."""

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._words = label("", "small", wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._edit = IconButton("pencil", "Search for something else (keeps this answer)")
        self._edit.clicked.connect(self._begin)
        self._shown = QWidget()
        line = row(self._shown, gap=XS)
        line.setContentsMargins(0, 0, S, 0)  # its pencil stands below the question's
        line.addWidget(self._words, 1)
        line.addWidget(self._edit, 0, Qt.AlignmentFlag.AlignTop)
        self._field = QuestionBox("What to search for")
        self._field.sent.connect(self._accept)
        self._field.left.connect(self._leave)
        self._editor = frame("composer")
        self._fill_editor()
        stack = column(self)
        stack.addWidget(self._shown)
        stack.addWidget(self._editor)
        self._editor.hide()
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def show_search(self, text: str) -> None:
        """Say what was searched; an empty text hides the line."""
        self._text = text
        self._words.setText(f"Searched for: {text}")
        self._dismiss()
        self.setVisible(bool(text))

    def _fill_editor(self) -> None:
        search = button("Search again", "primary")
        search.clicked.connect(self._accept)
        leave = button("Leave as it was", "quiet")
        leave.clicked.connect(self._leave)
        buttons = row(gap=S)
        buttons.addStretch()
        buttons.addWidget(leave)
        buttons.addWidget(search)
        stack = column(self._editor, margin=S, gap=S)
        stack.addWidget(self._field)
        stack.addLayout(buttons)

    def _begin(self) -> None:
        self._shown.hide()
        self._editor.show()
        self._field.setPlainText(self._text)
        self._field.selectAll()
        self._field.setFocus()

    def _leave(self) -> None:
        self._dismiss()
        self._edit.setFocus()

    def _dismiss(self) -> None:
        self._editor.hide()
        self._shown.show()

    def _accept(self) -> None:
        text = self._field.toPlainText().strip()
        self._dismiss()
        if text and text != self._text:
            self.changed.emit(text)
