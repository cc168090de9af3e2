"""The row below an answer: what the user thinks of it, copy, another answer, its branches, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.chat.branches import BranchSwitcher
from desktop.controls import IconButton, label, row
from desktop.tokens import XS
from rag.types import Answer, Verdict


class AnswerActions(QWidget):
    """`rated` carries a Verdict. `use_text` says where the text to copy comes from."""

    rated = Signal(object)
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text_of: Callable[[], str] = str
        self.branches = BranchSwitcher("answer")
        self._up = IconButton("thumb-up", "This helped")
        self._down = IconButton("thumb-down", "This did not help")
        self._copy = IconButton("copy", "Copy with footnotes")
        self._again = IconButton("retry", "Answer again (keeps this answer)")
        self._about = label("", "small")
        for thumb in (self._up, self._down):
            thumb.setCheckable(True)
        self._up.clicked.connect(self._rate_up)
        self._down.clicked.connect(self._rate_down)
        self._copy.clicked.connect(self._copy_text)
        self._again.clicked.connect(self.again_requested)
        line = row(self, gap=XS)
        for widget in (self._up, self._down, self._copy, self._again, self.branches):
            line.addWidget(widget)
        line.addStretch()
        line.addWidget(self._about)

    def use_text(self, text_of: Callable[[], str]) -> None:
        self._text_of = text_of

    def show_for(self, text: str, *, answer: Answer | None = None, retry_only: bool = False) -> None:
        for widget in (self._up, self._down):
            widget.setVisible(not retry_only)
        self._copy.setVisible(bool(text))
        self._about.setText(about(answer) if answer else "")
        self.show()

    def show_verdict(self, verdict: Verdict | None) -> None:
        self._up.setChecked(verdict is Verdict.UP)
        self._down.setChecked(verdict is Verdict.DOWN)

    def _rate_up(self) -> None:
        self.rated.emit(Verdict.UP)

    def _rate_down(self) -> None:
        self.rated.emit(Verdict.DOWN)

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._text_of())
        self._copy.show_icon("check", "Copied")


def about(answer: Answer) -> str:
    """Who wrote it and how long it took."""
    parts = [answer.model] if answer.model else []
    if answer.timings.total_s:
        parts.append(f"{answer.timings.total_s:.1f} s")
    return " · ".join(parts)
