"""The hand on drawn pages: text is selected with the mouse, by word and line too, and copied.

It works for a PageView, whose mouse and keys it is given; what is selected is on the pages that have been read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu

from desktop.viewer.pages import Box, PageText
from desktop.viewer.selection import (
    Position,
    Selection,
    character_at,
    line_around,
    selected_boxes,
    selected_text,
    word_around,
)

if TYPE_CHECKING:
    from desktop.viewer.page_view import PageView

NOTHING = Selection((0, 0), (0, 0))

SCROLL_MS, SCROLL_SHARE = 30, 0.25
"""While the mouse is held outside, so often, by this share of how far out it is."""


class PageHand(QObject):
    """One selection at a time."""

    def __init__(self, view: PageView) -> None:
        super().__init__(view)
        self._view = view
        self._selection = NOTHING
        self._pulling = False
        self._at = QPoint()
        self._clicks = 0
        self._again = QTimer(self, singleShot=True, interval=QGuiApplication.styleHints().mouseDoubleClickInterval())
        self._scroll = QTimer(self, interval=SCROLL_MS)
        self._scroll.timeout.connect(self._pull_on)

    @property
    def text(self) -> str:
        """What is selected."""
        return selected_text(self._selection, self._view.kept.texts)

    def clear(self) -> None:
        self._select(NOTHING)
        self._pulling = False
        self._scroll.stop()

    def boxes_on(self, index: int, text: PageText) -> Sequence[Box]:
        """Bars over what is selected on a page (from 0)."""
        start, end = self._selection.on(index, len(text.text))
        return selected_boxes(text, start, end) if start < end else ()

    def take_key(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_page()
        else:
            return False
        return True

    def take_mouse(self, event: QEvent) -> bool:
        """True when it was meant for the selection."""
        if isinstance(event, QContextMenuEvent):
            self._show_menu(event)
        elif not isinstance(event, QMouseEvent):
            return False
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return self._press(event)
        elif event.type() == QEvent.Type.MouseMove:
            self._move(event.position().toPoint())
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pulling = False
            self._scroll.stop()
        else:
            return False
        return True

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        position = self._position(event.position())
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._clicks = 2
        else:
            self._clicks = 3 if self._clicks == 2 and self._again.isActive() else 1
        self._again.start()
        text = self._view.kept.text(position[0])
        if self._clicks > 1 and text is not None:
            around = word_around if self._clicks == 2 else line_around
            start, end = around(text, position[1])
            self._select(Selection((position[0], start), (position[0], end)))
            return True
        extended = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and not self._selection.empty
        self._select(Selection(self._selection.anchor if extended else position, position))
        self._pulling = True
        return True

    def _move(self, at: QPoint) -> None:
        self._at = at
        if not self._pulling:
            self._show_cursor()
            return
        self._select(Selection(self._selection.anchor, self._position(QPointF(at))))
        outside = not 0 <= at.y() <= self._view.viewport().height()
        if outside and not self._scroll.isActive():
            self._scroll.start()
        elif not outside:
            self._scroll.stop()

    def _pull_on(self) -> None:
        height = self._view.viewport().height()
        out = self._at.y() if self._at.y() < 0 else self._at.y() - height
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + round(out * SCROLL_SHARE))
        self._select(Selection(self._selection.anchor, self._position(QPointF(self._at))))

    def _position(self, at: QPointF) -> Position:
        index, x, y = self._point(at)
        text = self._view.kept.text(index)
        return index, character_at(text, x, y) if text is not None else 0

    def _point(self, at: QPointF) -> tuple[int, float, float]:
        """The page below a point of the viewport, and where on it, in points."""
        spot = at + QPointF(self._view.origin())
        sheets = self._view.sheets
        index = sheets.at(spot.y())
        page = sheets.rect(index)
        return index, (spot.x() - page.left) / sheets.scale, (spot.y() - page.top) / sheets.scale

    def _show_cursor(self) -> None:
        over = False
        if self._view.seen():
            index, x, y = self._point(QPointF(self._at))
            text = self._view.kept.text(index)
            if text is not None and len(text.boxes):
                left, top, right, bottom = text.boxes.T
                over = bool(((left <= x) & (x <= right) & (top <= y) & (y <= bottom)).any())
        shape = Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(shape)

    def _select(self, selection: Selection) -> None:
        if selection != self._selection:
            self._selection = selection
            self._view.viewport().update()

    def _select_page(self) -> None:
        index = self._view.number - 1
        text = self._view.kept.text(index)
        if text is not None:
            self._select(Selection((index, 0), (index, len(text.text))))

    def _copy(self) -> None:
        if self.text:
            QGuiApplication.clipboard().setText(self.text)

    def _show_menu(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self._view)
        menu.addAction("Copy", self._copy).setEnabled(bool(self.text))
        menu.addAction("Select the page", self._select_page)
        menu.exec(event.globalPos())
        menu.deleteLater()
