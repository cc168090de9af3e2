"""The mark of an answer that is not from the user's documents; it stands above its first word."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from desktop.controls import label, row
from desktop.notices import Picture
from desktop.tokens import XS, S
from rag.wording import FREE_MARK

MEANS = "A language model wrote this from what it knows. Nothing in it was looked up or checked."


class FreeMark(QFrame):
    """Hidden until it is shown; says why to a screen reader and under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "mark")
        self.setAccessibleName(f"{FREE_MARK}. {MEANS}")
        self.setToolTip(MEANS)
        line = row(self, gap=S)
        line.setContentsMargins(S, XS, S, XS)
        line.addWidget(Picture("warning", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(FREE_MARK, "warn"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(MEANS, "small", wrap=True), 1)
        self.hide()
