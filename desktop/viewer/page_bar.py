"""The line above an opened source: page number, zoom, and page or text."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.controls import IconButton, button, label, row
from desktop.tokens import XS

NARROW = 330
"""Pixels below which the buttons for the pages are left out: keys and the number do the same."""


class PageBar(QWidget):
    """It only says what was asked for; `page_asked` from 1, `zoom_asked` in steps, 0 for the width."""

    page_asked = Signal(int)
    zoom_asked = Signal(int)
    text_asked = Signal()
    more_asked = Signal()
    picture_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._back = IconButton("chevron-left", "Previous page (Ctrl+PgUp)")
        self._on = IconButton("chevron-right", "Next page (Ctrl+PgDn)")
        self._number = QLineEdit()
        self._number.setAccessibleName("Page number")
        self._number.setToolTip("Go to a page (Ctrl+G)")
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._number.setFixedWidth(56)
        self._of = label("", "small")
        self._smaller = IconButton("minus", "Smaller (Ctrl+−)")
        self._zoom = button("Width", "quiet")
        self._zoom.setToolTip("Fit the width (Ctrl+0)")
        self._zoom.setAccessibleName("Zoom; press to fit the width")
        self._larger = IconButton("plus", "Larger (Ctrl++)")
        self._text = button("Text", "quiet")
        self._text.setCheckable(True)
        self._text.setToolTip("Show the page's text as it was read")
        self._more = button("More", "quiet")
        self._more.setToolTip("Show more of the document around the passage")
        self._more.hide()
        self._lay_out()
        self._more.clicked.connect(self.more_asked)
        self._back.clicked.connect(self._go_back)
        self._on.clicked.connect(self._go_on)
        self._number.returnPressed.connect(self._go)
        self._smaller.clicked.connect(self._ask_smaller)
        self._larger.clicked.connect(self._ask_larger)
        self._zoom.clicked.connect(self._ask_width)
        self._text.clicked.connect(self._ask_text)

    def show_pages(self, *, drawn: bool, text: bool) -> None:
        """`drawn`: pages can be drawn; `text`: it is the text that is shown."""
        self._text.setVisible(drawn)
        self._text.setChecked(text)
        self._drawn = drawn and not text
        for widget in (self._number, self._of):
            widget.setVisible(self._drawn)
        self._fit()

    def show_more(self, *, there_is: bool) -> None:
        """Whether the document goes on beyond the text that is shown."""
        self._more.setVisible(there_is)

    def show_number(self, number: int) -> None:
        self._number.setText(str(number))

    def show_count(self, count: int) -> None:
        self._count = count
        self._number.setValidator(QIntValidator(1, max(1, count), self))
        self._of.setText(f"of {count:,}".replace(",", "\u202f") if count else "")

    def show_zoom(self, zoom: float | None) -> None:
        """None: the width is fitted."""
        self._zoom.setText("Width" if zoom is None else f"{zoom * 100:.0f} %")

    def focus_number(self) -> None:
        if self._number.isVisible():
            self._number.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._number.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _lay_out(self) -> None:
        self._drawn = False
        line = row(self, gap=XS)
        for widget in (self._back, self._number, self._of, self._on):
            line.addWidget(widget)
        line.addStretch()
        for control in (self._more, self._text, self._smaller, self._zoom, self._larger):
            line.addWidget(control)

    def _fit(self) -> None:
        wide = self.width() >= NARROW
        for widget in (self._back, self._on):
            widget.setVisible(self._drawn and wide)

    def _go(self) -> None:
        if self._number.hasAcceptableInput():
            self.page_asked.emit(int(self._number.text()))

    def _go_back(self) -> None:
        self._step(-1)

    def _go_on(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        if self._number.text():
            self.page_asked.emit(min(max(1, int(self._number.text()) + by), max(1, self._count)))

    def _ask_smaller(self) -> None:
        self.zoom_asked.emit(-1)

    def _ask_larger(self) -> None:
        self.zoom_asked.emit(1)

    def _ask_width(self) -> None:
        self.zoom_asked.emit(0)

    def _ask_text(self) -> None:
        (self.text_asked if self._text.isChecked() else self.picture_asked).emit()
