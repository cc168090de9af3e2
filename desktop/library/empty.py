"""What a library without documents says: how to begin, in one picture and two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.controls import button, column, label, row
from desktop.tokens import XL, M, S

_WIDTH = 460
"""Pixels: lines of about 60 letters."""


class EmptyLibrary(QWidget):
    """`folder_asked` and `files_asked` when a button is pressed."""

    folder_asked = Signal()
    files_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        folder, files = button("Add folder…", "primary"), button("Add files…")
        folder.clicked.connect(self.folder_asked)
        files.clicked.connect(self.files_asked)
        buttons = row(gap=S)
        buttons.addStretch()
        buttons.addWidget(folder)
        buttons.addWidget(files)
        buttons.addStretch()
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(_WIDTH)
        inner = column(card, margin=XL, gap=M)
        self._say(inner)
        inner.addLayout(buttons)
        middle = row()
        middle.addStretch()
        middle.addWidget(card)
        middle.addStretch()
        outer = column(self)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)

    def _say(self, inner: QVBoxLayout) -> None:
        for text, role in (
            ("Drop a folder here", "title"),
            ("PDF, Word, Markdown, web pages, plain text and source code, with all the folders inside.", ""),
            ("Your files stay where they are, and nothing leaves this computer.", "muted"),
        ):
            line = label(text, role, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inner.addWidget(line)
