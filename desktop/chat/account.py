"""How this was answered: one quiet line below an answer that opens to what was searched, read and left out, why each
source, and which model with which settings. What it says is worded in rag.account_words; nothing is built before it
is opened.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.chat.disclosure import Disclosure
from desktop.controls import ElidedLabel, button, column, frame, label, row
from desktop.tokens import XS, M, S
from rag.account import SourceAccount
from rag.account_words import AccountLine, account_lines, scores_of, why_source
from rag.titles import where
from rag.types import Answer, Source

SHOWN = 6
"""Sources told at once: those that stand before a small model; the others on demand."""


class AccountView(QWidget):
    """Hidden for answers of which nothing was noted. `source_opened` carries a source's number."""

    source_opened = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self._toggle = Disclosure("How this was answered")
        self._toggle.toggled.connect(self._show_panel)
        self._panel: QFrame | None = None
        self._stack = column(self, gap=S)
        self._stack.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_account(self, answer: Answer) -> None:
        if answer is self._answer:
            return
        self._answer = answer
        self._drop_panel()
        self.setVisible(answer.account is not None)
        self._show_panel(opened=self._toggle.isChecked())

    def open(self) -> None:
        self._toggle.setChecked(True)

    def texts(self) -> list[str]:
        """All that is said now, in order."""
        found = self._panel.findChildren(QLabel) if self._panel is not None else []
        return [each.text() for each in found]

    def _show_panel(self, opened: bool) -> None:  # noqa: FBT001 - QAbstractButton.toggled has no keyword
        if opened and self._panel is None and self._answer is not None and self._answer.account is not None:
            self._panel = self._make_panel(self._answer, self._answer.account.sources)
            self._stack.addWidget(self._panel)
        if self._panel is not None:
            self._panel.setVisible(opened)
        self.resized.emit()

    def _drop_panel(self) -> None:
        if self._panel is not None:
            self._stack.removeWidget(self._panel)
            self._panel.hide()
            self._panel.deleteLater()
            self._panel = None

    def _make_panel(self, answer: Answer, noted: Sequence[SourceAccount]) -> QFrame:
        panel = frame("notice")
        stack = column(panel, margin=M, gap=S)
        stack.addLayout(_grid(account_lines(answer)))
        if noted:
            stack.addSpacing(XS)
            stack.addWidget(label("Why these sources?", "muted"))
            sources = {source.number: source for source in answer.sources}
            self._add_sources(stack, [each for each in noted if each.number in sources], sources)
        return panel

    def _add_sources(self, stack: QVBoxLayout, noted: Sequence[SourceAccount], sources: dict[int, Source]) -> None:
        for each in noted[:SHOWN]:
            stack.addWidget(self._why(each, sources[each.number]))
        if len(noted) > SHOWN:
            rest = QWidget()
            below = column(rest, gap=S)
            for each in noted[SHOWN:]:
                below.addWidget(self._why(each, sources[each.number]))
            rest.hide()
            more = button(f"{len(noted) - SHOWN} more sources", "link")
            more.clicked.connect(rest.show)
            more.clicked.connect(more.hide)
            stack.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
            stack.addWidget(rest)

    def _why(self, noted: SourceAccount, source: Source) -> QWidget:
        made = _SourceRow(noted, source)
        made.opened.connect(self.source_opened)
        return made


class _SourceRow(QWidget):
    """A source's number as a button that opens it, where it is from, why it became a source, and its scores."""

    opened = Signal(int)

    def __init__(self, noted: SourceAccount, source: Source) -> None:
        super().__init__()
        self._number = source.number
        number = button(str(source.number), "link")
        number.setProperty("kind", "number")
        number.setAccessibleName(f"Open source {source.number}")
        number.setToolTip("Open this source")
        number.clicked.connect(self._tell)
        place = ElidedLabel(where(source))
        unread = "" if noted.given else " It found no room before the model."
        words = column(gap=1)
        words.addWidget(place)
        words.addWidget(_selectable(why_source(noted) + unread))
        words.addWidget(_selectable(scores_of(noted)))
        line = row(self, gap=S)
        line.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)

    def _tell(self) -> None:
        self.opened.emit(self._number)


def _grid(lines: Sequence[AccountLine]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(M)
    grid.setVerticalSpacing(XS)
    grid.setColumnStretch(1, 1)
    for place, line in enumerate(lines):
        name = label(line.label, "small")
        grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_selectable(line.text, role=""), place, 1)
    return grid


def _selectable(text: str, role: str = "small") -> QLabel:
    made = label(text, role, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
