"""The scrolling column of questions and answers; long conversations open as fast as short ones.

Only the newest messages get widgets, a few milliseconds of work at a time, from the newest up; earlier ones come when
they are asked for. The view stays at the end while an answer grows, unless the reader has scrolled up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.controls import button, column, row
from desktop.tokens import XL, L
from rag.types import Message

MEASURE = 780
"""The width of the text column in pixels: about 90 letters of the reading face; longer lines tire the eye."""

AT_ONCE = 30
"""Messages that get widgets before "show earlier" is pressed."""

SLICE_S = 0.012
"""Work on widgets per turn of the event loop; with one widget too many it stays under 50 ms."""

_NEAR_END = 40
"""Pixels from the end that still count as being at the end."""

MakeView = Callable[[Message], QWidget]


class Transcript(QScrollArea):
    """`filled` comes when the newest messages of `show_thread` stand."""

    filled = Signal()

    def __init__(self, make_view: MakeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_view = make_view
        self._waiting: list[Message] = []
        self._wanted = 0
        self._at_end = True
        self._from_end: int | None = None
        self._last_maximum = 0
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Conversation")
        self._earlier = button("Show earlier messages", "link")
        self._earlier.clicked.connect(self._ask_earlier)
        self._stack = self._make_column()
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._fill)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_place)
        bar.valueChanged.connect(self._note_place)

    def show_thread(self, messages: Sequence[Message]) -> None:
        """Show these messages and nothing else, beginning at the end."""
        self.clear()
        self._waiting = list(messages)
        self._wanted = AT_ONCE
        self._slices.start()

    def append(self, view: QWidget) -> None:
        """Add a view below; the end is shown."""
        self._stack.insertWidget(self._stack.count() - 1, view)
        self.go_to_end()

    def remove(self, view: QWidget) -> None:
        self._stack.removeWidget(view)
        view.hide()
        view.deleteLater()

    def clear(self) -> None:
        self._slices.stop()
        self._waiting = []
        for view in self.views():
            self.remove(view)
        self._earlier.hide()
        self._at_end = True

    def views(self) -> list[QWidget]:
        """The questions' and answers' widgets from the first down."""
        found: list[QWidget] = []
        for place in range(1, self._stack.count() - 1):
            item = self._stack.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                found.append(widget)
        return found

    def show_view(self, view: QWidget) -> None:
        """Scroll until the view's top is seen."""
        self._at_end = False
        self.verticalScrollBar().setValue(max(0, view.y() - L))

    def go_to_end(self) -> None:
        self._at_end = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _make_column(self) -> QVBoxLayout:
        page = QWidget()
        page.setObjectName("page")
        text = QWidget()
        text.setMaximumWidth(MEASURE)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        stack = column(text, gap=L)
        stack.addWidget(self._earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        stack.addStretch()
        self._earlier.hide()
        outer = row(page)
        outer.setContentsMargins(XL, XL, XL, L)
        outer.addStretch(1)
        outer.addWidget(text, 100)
        outer.addStretch(1)
        self.setWidget(page)
        return stack

    def _fill(self) -> None:
        deadline = time.monotonic() + SLICE_S
        while self._waiting and self._wanted and time.monotonic() < deadline:
            self._stack.insertWidget(1, self._make_view(self._waiting.pop()))
            self._wanted -= 1
        if not self._waiting or not self._wanted:
            self._slices.stop()
            self._earlier.setVisible(bool(self._waiting))
            self.filled.emit()

    def _ask_earlier(self) -> None:
        bar = self.verticalScrollBar()
        self._at_end = False
        self._from_end = bar.maximum() - bar.value()
        self._wanted = AT_ONCE
        self._slices.start()

    def _keep_place(self, _minimum: int, maximum: int) -> None:
        bar = self.verticalScrollBar()
        self._last_maximum = maximum
        if self._at_end:
            bar.setValue(maximum)
        elif self._from_end is not None:
            bar.setValue(maximum - self._from_end)

    def _note_place(self, value: int) -> None:
        maximum = self.verticalScrollBar().maximum()
        if maximum != self._last_maximum:
            return
        self._at_end = value >= maximum - _NEAR_END
        if self._from_end is not None and not self._slices.isActive():
            self._from_end = None
