"""What Footnote found when it looked at itself: a tick or a warning each, with what was found and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from desktop.controls import column, label, row
from desktop.notices import Picture
from desktop.tokens import XS, S

if TYPE_CHECKING:
    from rag.examination import Check


class CheckList(QWidget):
    """Empty until the first check."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = column(self, gap=S)
        self._lines: list[QWidget] = []
        self.hide()

    def show_running(self) -> None:
        self._clear()
        self._add(label("Looking…", "muted"))

    @Slot(object)
    def show_checks(self, checks: list[Check]) -> None:
        self._clear()
        for check in checks:
            self._add(_line(check))

    def texts(self) -> list[str]:
        """What a screen reader says of each line."""
        return [line.accessibleName() for line in self._lines]

    def _add(self, line: QWidget) -> None:
        self._lines.append(line)
        self._stack.addWidget(line)
        self.show()

    def _clear(self) -> None:
        for line in self._lines:
            self._stack.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []


def _line(check: Check) -> QWidget:
    line = QWidget()
    verdict = "works" if check.ok else "needs attention"
    line.setAccessibleName(" ".join(part for part in (f"{check.name} {verdict}.", check.detail, check.advice) if part))
    words = column(gap=XS)
    words.addWidget(label(check.name))
    for text in (check.detail, check.advice):
        if text:
            words.addWidget(label(text, "small", wrap=True))
    picture = Picture("check", "good") if check.ok else Picture("warning", "warn")
    picture.setAccessibleName(verdict)
    across = row(line, gap=S)
    across.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    across.addLayout(words, 1)
    return line
