"""Where a question is written: the box, how it is to be answered, which documents are asked, and send or stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from desktop.chat.question_box import QuestionBox
from desktop.chat.scope import ScopeChooser
from desktop.controls import IconButton, button, column, row
from desktop.tokens import XS, M, S
from rag.types import Mode, Scope

MODES = {
    Mode.QUOTES: ("Quotes", "The best sentences of your documents, word for word; no language model"),
    Mode.GROUNDED: ("Grounded", "A language model answers from your documents, and every claim is footnoted"),
    Mode.FREE: ("Free", "The language model alone, without your documents"),
}


class Composer(QFrame):
    """`asked` carries the question; `stop_requested` comes from the same button while an answer is written."""

    asked = Signal(str)
    stop_requested = Signal()
    mode_chosen = Signal(object)
    scope_chosen = Signal(object)

    def __init__(self, scope: ScopeChooser, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "composer")
        self._running = False
        self._box = QuestionBox("Question")
        self._box.sent.connect(self._act)
        self._box.textChanged.connect(self._show_state)
        self._scope = scope
        self._scope.chosen.connect(self.scope_chosen)
        self._send = IconButton("send", "Send (Enter)", kind="primary")
        self._send.clicked.connect(self._act)
        self._modes = QButtonGroup(self)
        tools = row(gap=XS)
        for mode, (name, meaning) in MODES.items():
            tools.addWidget(self._mode_button(mode, name, meaning))
        self._modes.idClicked.connect(self._tell_mode)
        tools.addSpacing(S)
        tools.addWidget(self._scope)
        tools.addStretch()
        tools.addWidget(self._send)
        stack = column(self, gap=XS)
        stack.setContentsMargins(M, S, S, S)
        stack.addWidget(self._box)
        stack.addLayout(tools)
        self.show_mode(Mode.GROUNDED)
        self._show_state()

    @property
    def mode(self) -> Mode:
        return list(MODES)[self._modes.checkedId()]

    @property
    def scope(self) -> Scope:
        return self._scope.scope

    @property
    def text(self) -> str:
        return self._box.toPlainText()

    def show_mode(self, mode: Mode) -> None:
        self._modes.button(list(MODES).index(mode)).setChecked(True)
        self._follow_mode()

    def show_scope(self, scope: Scope) -> None:
        self._scope.show_scope(scope)

    def write(self, text: str) -> None:
        """Put words into the box, ready to be sent."""
        self._box.setPlainText(text)

    def focus(self) -> None:
        self._box.setFocus()

    def show_running(self, *, running: bool) -> None:
        self._running = running
        self._send.show_icon("stop" if running else "send", "Stop (Esc)" if running else "Send (Enter)")
        self._show_state()

    def _mode_button(self, mode: Mode, name: str, meaning: str) -> QWidget:
        made = button(name, "quiet")
        made.setCheckable(True)
        made.setToolTip(meaning)
        made.setAccessibleName(f"Mode: {name}")
        made.setAccessibleDescription(meaning)
        self._modes.addButton(made, list(MODES).index(mode))
        return made

    def _tell_mode(self, _index: int) -> None:
        self._follow_mode()
        self.mode_chosen.emit(self.mode)

    def _follow_mode(self) -> None:
        self._scope.setVisible(self.mode is not Mode.FREE)
        free = self.mode is Mode.FREE
        self._box.setPlaceholderText("Ask or tell the model…" if free else "Ask your documents…")

    def _show_state(self) -> None:
        self._send.setEnabled(self._running or bool(self.text.strip()))

    def _act(self) -> None:
        if self._running:
            if self.sender() is self._send:
                self.stop_requested.emit()
            return
        question = self.text.strip()
        if question:
            self._box.clear()
            self.asked.emit(question)
