"""Below the draft: what the model may do with it. It says what was asked for and nothing more."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.controls import ElidedLabel, button, column, row
from desktop.tokens import S
from rag.drafting import DraftAction


class ActionsBar(QWidget):
    """`asked` brings a DraftAction and the instruction."""

    asked = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self._instruction = QLineEdit(clearButtonEnabled=True)
        self._instruction.setAccessibleName("Instruction for the model")
        self._rewrite = button("Rewrite", "primary")
        self._continue = button("Continue")
        self._continue.setToolTip("Write on from the cursor (Ctrl+Enter)")
        self._explain = button("Explain")
        self._explain.setToolTip("Say in plain words what it means; changes nothing")
        self._comment = button("Comment")
        self._scope = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self._scope.setProperty("role", "small")
        self._lay_out()
        self._connect()
        self.show_place(selected=0, code=False)

    def show_place(self, *, selected: int, code: bool) -> None:
        """How many characters are selected, and whether the draft is code."""
        what = "the selection" if selected else "the whole text"
        self._scope.setText(f"{selected:,} characters selected" if selected else "Nothing selected: the whole text")
        self._instruction.setPlaceholderText(f"How should {what} change? For example: shorter, more formal")
        self._comment.setText("Comment code" if code else "Remarks")
        tip = "Put comments into the code" if code else "What is unclear, missing or too long; changes nothing"
        self._comment.setToolTip(tip)

    def suggest_instruction(self, text: str) -> None:
        """A template says what it is for."""
        self._instruction.setText(text)
        self._instruction.setCursorPosition(0)

    def set_busy(self, *, busy: bool) -> None:
        """One suggestion at a time."""
        self._busy = busy
        for each in (self._continue, self._explain, self._comment):
            each.setEnabled(not busy)
        self._follow()

    def _lay_out(self) -> None:
        first = row(gap=S)
        first.addWidget(self._instruction, 1)
        first.addWidget(self._rewrite)
        second = row(gap=S)
        for each in (self._continue, self._explain, self._comment):
            second.addWidget(each)
        second.addWidget(self._scope, 1)
        stack = column(self, gap=S)
        stack.addLayout(first)
        stack.addLayout(second)

    def _connect(self) -> None:
        self._rewrite.clicked.connect(self._ask_rewriting)
        self._instruction.returnPressed.connect(self._ask_rewriting)
        self._instruction.textChanged.connect(self._follow)
        self._continue.clicked.connect(self._ask_continuing)
        self._explain.clicked.connect(self._ask_explaining)
        self._comment.clicked.connect(self._ask_commenting)
        write_on = QShortcut(QKeySequence("Ctrl+Return"), self)
        write_on.activated.connect(self._ask_continuing)

    @Slot()
    def _follow(self) -> None:
        self._rewrite.setEnabled(not self._busy and bool(self._instruction.text().strip()))

    @Slot()
    def _ask_rewriting(self) -> None:
        if self._rewrite.isEnabled():
            self.asked.emit(DraftAction.REWRITE, self._instruction.text().strip())

    @Slot()
    def _ask_continuing(self) -> None:
        if self._continue.isEnabled():
            self.asked.emit(DraftAction.CONTINUE, "")

    @Slot()
    def _ask_explaining(self) -> None:
        self.asked.emit(DraftAction.EXPLAIN, "")

    @Slot()
    def _ask_commenting(self) -> None:
        self.asked.emit(DraftAction.COMMENT, "")
