"""The row below an answer: what the user thinks of it, copy, another answer, its branches, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.chat.branches import BranchSwitcher
from desktop.controls import IconButton, label, row
from desktop.tokens import XS
from rag.sharing import writer
from rag.types import Answer, Verdict

COPY = "Copy with footnotes (right click: as Markdown)"


@dataclass(frozen=True, slots=True)
class Written:
    """An answer for the clipboard, in three layouts."""

    plain: str = ""
    markdown: str = ""
    html: str = ""


class AnswerActions(QWidget):
    """`rated` carries a Verdict. `use_copy` says where what is copied comes from."""

    rated = Signal(object)
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._written: Callable[[], Written] = Written
        self.branches = BranchSwitcher("answer")
        self._up = IconButton("thumb-up", "This helped")
        self._down = IconButton("thumb-down", "This did not help")
        self._copy = IconButton("copy", COPY)
        self._copy.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add_layouts()
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

    def use_copy(self, written: Callable[[], Written]) -> None:
        self._written = written

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

    def _add_layouts(self) -> None:
        for words, act in (("Copy", self._copy_text), ("Copy as Markdown", self._copy_markdown)):
            action = QAction(words, self._copy)
            action.triggered.connect(act)
            self._copy.addAction(action)

    def _copy_text(self) -> None:
        """As text and as HTML: the program it is pasted into takes what it can show."""
        written = self._written()
        data = QMimeData()
        data.setText(written.plain)
        data.setHtml(written.html)
        data.setData("text/markdown", written.markdown.encode())
        self._give(data)

    def _copy_markdown(self) -> None:
        data = QMimeData()
        data.setText(self._written().markdown)
        self._give(data)

    def _give(self, data: QMimeData) -> None:
        QGuiApplication.clipboard().setMimeData(data)
        self._copy.show_icon("check", "Copied")


def about(answer: Answer) -> str:
    """Who wrote it and how long it took."""
    parts = [name] if (name := writer(answer)) else []
    if answer.timings.total_s:
        parts.append(f"{answer.timings.total_s:.1f} s")
    return " · ".join(parts)
