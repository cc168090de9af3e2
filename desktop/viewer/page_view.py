"""The pages of a document below each other, drawn while they are seen, with the quote boxed and text to select.

Drawing and reading happen in a lane, for what is on screen and for nothing else; whatever comes back too late is
dropped. Where a page will stand is known before it is drawn, so the view stands at the quote at once. It knows no
source and no library: words to mark come in, and whether they were found goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.jobs import Lane
from desktop.theme import current_colours
from desktop.viewer.drawn_pages import DrawnPages
from desktop.viewer.page_hand import PageHand
from desktop.viewer.page_paint import Look, paint_page
from desktop.viewer.page_requests import NO_TEXT, PageRequests
from desktop.viewer.pages import Box, MarkedWord, PageSize, PageSource, PageText
from desktop.viewer.sheets import GAP, Sheets, bars
from rag.errors import FootnoteError

LEAST_ZOOM, MOST_ZOOM, STEP = 0.25, 4.0, 1.2

MOST_FIT = 1.6
"""A page is not made wider than this to fit the view: letters of 18 points are large enough."""

PAUSE_MS = 15
"""How long scrolling or resizing must rest before pages are drawn for where it came to: a frame at 60 Hz."""

NARROW = 560
"""Pixels of width below which a page is shown without its margins: at 360 that makes its letters a third larger."""

MARGIN, LEAST_COLUMN = 8.0, 200.0
"""Points left beside the text; a page with less than so much text across is shown whole."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to show: a file, a page of it (from 1) and the words to mark, by page. `key` changes with the content.

    `count` and `size` are what is known of its pages before the file is looked at; `column` is where the text of the
    page begins and ends, in points from the left: all that a narrow view needs to fit.
    """

    path: Path
    key: str
    number: int
    words: Mapping[int, tuple[MarkedWord, ...]] = field(default_factory=dict)
    count: int = 1
    size: PageSize = PageSize(595.0, 842.0)
    column: tuple[float, float] | None = None


class PageView(QAbstractScrollArea):
    """`page_changed` carries the page in view from 1, `pages_counted` how many there are, `zoomed` the zoom or None
    for the width; `failed` a FootnoteError of the document. `marked` comes when the words stand where they were read,
    `unmarked` when they do not, and then nothing is marked.
    """

    page_changed = Signal(int)
    pages_counted = Signal(int)
    zoomed = Signal(object)
    marked = Signal()
    unmarked = Signal()
    failed = Signal(object)

    def __init__(self, source: PageSource, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hand = PageHand(self)
        self._target: Target | None = None
        self._sizes: tuple[PageSize, ...] = ()
        self._sheets = Sheets((), 1.0, 0)
        self._kept = DrawnPages()
        self._marks: dict[int, tuple[Box, ...]] = {}
        self._zoom: float | None = None
        self._at_quote = True
        self._gone_to: int | None = None
        self._shown_page = 0
        self._requests = PageRequests(source, lane, self._kept, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName("Pages of the source, with the quote marked")
        self.setCornerWidget(QWidget(self))
        self.viewport().setMouseTracking(True)
        self._requests.outlined.connect(self._take_outline)
        self._requests.drawn.connect(self._take_picture)
        self._requests.undrawn.connect(self._take_no_picture)
        self._requests.read.connect(self._take_text)
        self._requests.unread.connect(self._take_no_text)
        self._requests.failed.connect(self.failed)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.actionTriggered.connect(self._leave_quote)

    # What it is told

    def show_target(self, target: Target) -> None:
        """Stand at the quote at once; pictures and marks follow."""
        same = self._target is not None and (self._target.path, self._target.key) == (target.path, target.key)
        self._target, self._marks, self._at_quote = target, {}, True
        self._gone_to = target.number - 1
        self.hand.clear()
        self._requests.stop_reading()
        if not same:
            self._kept.forget()
            self._requests.begin(target.path)
            self._sizes = (target.size,) * max(target.count, target.number)
            self.pages_counted.emit(len(self._sizes))
        self._lay_out()
        self._ask()

    def clear(self) -> None:
        """Show nothing, keep nothing, want nothing of what is under way."""
        self._requests.stop()
        self._pause.stop()
        self._target, self._sizes, self._marks = None, (), {}
        self._kept.forget()
        self._lay_out()

    def go_to(self, number: int) -> None:
        """Page `number` to the top; the nearest one there is."""
        if self._sizes:
            self._at_quote = False
            index = min(max(number, 1), len(self._sizes)) - 1
            self.verticalScrollBar().setValue(round(self._sheets.rect(index).top) - GAP)
            self._gone_to = index
            self._tell_page()

    def zoom_to(self, zoom: float | None) -> None:
        """1.0 is the size on paper; None fits the width."""
        self._zoom = None if zoom is None else min(MOST_ZOOM, max(LEAST_ZOOM, zoom))
        self._lay_out()
        self._pause.start()
        self.zoomed.emit(self._zoom)

    def zoom_by(self, steps: int) -> None:
        self.zoom_to(self.zoom * STEP**steps)

    # What it can be asked

    @property
    def zoom(self) -> float:
        return self._sheets.scale / self._whole

    @property
    def fits_width(self) -> bool:
        return self._zoom is None

    @property
    def number(self) -> int:
        """The page in view, from 1: the one gone to, and after scrolling the one of which most is seen."""
        if self._gone_to is not None:
            return self._gone_to + 1
        top = self.verticalScrollBar().value()
        bottom = top + self.viewport().height()
        seen = self._sheets.between(top, bottom)
        return max(seen, key=lambda index: self._seen_of(index, top, bottom), default=0) + 1

    @property
    def busy(self) -> bool:
        """Whether anything is still to come."""
        return self._requests.busy or self._pause.isActive()

    @property
    def kept(self) -> DrawnPages:
        return self._kept

    @property
    def sheets(self) -> Sheets:
        return self._sheets

    def marks_on(self, index: int) -> tuple[Box, ...]:
        """Bars over the quote on a page (from 0), in points."""
        return self._marks.get(index, ())

    def origin(self) -> QPoint:
        """Where the viewport's corner stands on the sheets."""
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def seen(self) -> list[int]:
        """The pages on screen, from 0; the quote's first."""
        top = self.verticalScrollBar().value()
        pages = list(self._sheets.between(top, top + self.viewport().height()))
        wanted = self._target.number - 1 if self._target else -1
        return sorted(pages, key=wanted.__ne__) if self._at_quote else pages

    # Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(current_colours().sunken))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(-self.origin())
        for index in sorted(self.seen()):
            text = self._kept.text(index)
            chosen = self.hand.boxes_on(index, text) if text is not None else ()
            look = Look(self._kept.picture(index), self.marks_on(index), chosen, self._kept.failed(index))
            paint_page(painter, self._sheets, index, look)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._pause.start()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()
        self._tell_page()
        self._pause.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        self._leave_quote()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if self.hand.take_key(event):
            return
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._leave_quote()
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        elif event.key() == Qt.Key.Key_Space:
            self._leave_quote()
            bar.setValue(bar.value() + bar.pageStep())
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        return self.hand.take_mouse(event) or super().viewportEvent(event)

    # Where everything stands

    @property
    def _whole(self) -> float:
        """Pixels to the point at the size on paper."""
        return self.logicalDpiX() / 72

    def _lay_out(self) -> None:
        """Places for all pages at the zoom of now; the quote, or what was at the top, stays where it is."""
        room = self.viewport().width()
        bar = self.verticalScrollBar()
        held = self._sheets.fraction(bar.value()) if self._sheets.height > GAP else None
        self._sheets = Sheets(self._sizes, self._scale(room), room)
        sideways = self.horizontalScrollBar()
        sideways.setRange(0, max(0, self._sheets.width - room))
        sideways.setPageStep(room)
        fits = self._zoom is None
        self.setHorizontalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        bar.setRange(0, max(0, self._sheets.height - self.viewport().height()))
        bar.setPageStep(max(1, self.viewport().height() - 40))
        bar.setSingleStep(40)
        if self._at_quote:
            self._aim()
        elif held is not None and self._sizes:
            bar.setValue(round(self._sheets.height_of(held)))
        self._tell_page()
        self.viewport().update()

    def _scale(self, room: int) -> float:
        if self._zoom is not None:
            return self._zoom * self._whole
        if not self._sizes:
            return self._whole
        index = self._target.number - 1 if self._target is not None and self._at_quote else self.number - 1
        width = self._column_width(room) or self._sizes[min(max(index, 0), len(self._sizes) - 1)].width
        return min(MOST_FIT * self._whole, max(LEAST_ZOOM * self._whole / 2, (room - 2 * GAP) / width))

    def _column_width(self, room: int) -> float:
        """What to fit into a narrow view: the text without the paper's margins; 0 for the whole page."""
        column = self._target.column if self._target is not None and room < NARROW else None
        return (
            column[1] - column[0] + 2 * MARGIN if column is not None and column[1] - column[0] > LEAST_COLUMN else 0.0
        )

    def _aim(self) -> None:
        """A quarter of the view above the quote, and its left end in sight."""
        if self._target is None or not self._sizes:
            return
        index = min(self._target.number, len(self._sizes)) - 1
        words = self._target.words.get(self._target.number, ())
        page = self._sheets.rect(index)
        spot = self._sheets.box(index, words[0].box) if words else page
        above = self.viewport().height() / 4 if words else GAP
        self.verticalScrollBar().setValue(round(spot.top - above))
        self._aim_sideways(index, [word.box[0] for word in words])

    def _aim_sideways(self, index: int, lefts: list[float]) -> None:
        page = self._sheets.rect(index)
        if self._zoom is None and self._target is not None and self._column_width(self.viewport().width()):
            edge = page.left + ((self._target.column or (0.0, 0.0))[0] - MARGIN) * self._sheets.scale - GAP
        else:
            edge = page.left + min(lefts, default=0.0) * self._sheets.scale - 4 * GAP
        self.horizontalScrollBar().setValue(round(edge))

    def _leave_quote(self, _action: int = 0) -> None:
        self._at_quote, self._gone_to = False, None

    def _seen_of(self, index: int, top: float, bottom: float) -> float:
        page = self._sheets.rect(index)
        return min(bottom, page.top + page.height) - max(top, page.top)

    def _tell_page(self) -> None:
        if self._sizes and self.number != self._shown_page:
            self._shown_page = self.number
            self.page_changed.emit(self._shown_page)

    # What comes

    def _ask(self) -> None:
        if self._target is None or not self._sizes:
            return
        seen = self.seen()
        widths = [max(1, round(self._sheets.rect(index).width * self.devicePixelRatioF())) for index in seen]
        self._requests.want_picture(seen, widths)
        words = {number - 1: words for number, words in self._target.words.items() if number <= len(self._sizes)}
        self._requests.want_text(seen, words, [index for index in words if index not in self._marks])

    def _take_outline(self, sizes: tuple[PageSize, ...]) -> None:
        if sizes:
            self._sizes = sizes
            self._lay_out()
            self.pages_counted.emit(len(sizes))
        self._ask()

    def _take_picture(self, _index: int) -> None:
        self.viewport().update()
        self._ask()

    def _take_no_picture(self, index: int, error: FootnoteError) -> None:
        self.viewport().update()
        if self._target is not None and index == self._target.number - 1 and self._at_quote:
            self.failed.emit(error)
        self._ask()

    def _take_text(self, index: int, text: PageText) -> None:
        if self._target is not None and index + 1 in self._target.words and index not in self._marks:
            self._marks[index] = tuple(bars(text.marks))
            if index == self._target.number - 1 or not text.marks:
                (self.marked if text.marks else self.unmarked).emit()
        self.viewport().update()
        self._ask()

    def _take_no_text(self, index: int) -> None:
        """The page can be looked at; nothing is marked on it."""
        self._take_text(index, NO_TEXT)
