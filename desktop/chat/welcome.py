"""What an empty conversation shows: the next step, depending on whether there are documents yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.controls import button, column, label, row
from desktop.theme import reading_font
from desktop.tokens import SIZE_TITLE, L, M


class Welcome(QWidget):
    """`add_requested` comes from its button."""

    add_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("")
        self._title.setFont(reading_font(SIZE_TITLE))
        self._words = label("", "muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._words.setFixedWidth(420)
        self._add = button("Add documents…", "primary")
        self._add.clicked.connect(self.add_requested)
        stack = column(self, gap=M)
        stack.addStretch(2)
        stack.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        middle = row()
        middle.addStretch()
        middle.addWidget(self._words)
        middle.addStretch()
        stack.addLayout(middle)
        stack.addSpacing(L)
        stack.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        stack.addStretch(3)
        self.show_count(0)

    def show_count(self, documents: int) -> None:
        """How many documents can be asked."""
        if documents:
            self._title.setText("What do you want to know?")
            count = f"{documents} document{'' if documents == 1 else 's'}"
            self._words.setText(f"{count} can be asked. Every claim in an answer carries a footnote you can check.")
        else:
            self._title.setText("Start with your documents")
            self._words.setText("Drop files or folders anywhere on this window. Nothing leaves this computer.")
        self._add.setVisible(not documents)
