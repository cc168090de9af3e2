"""The right side of the window: the conversation's sources, and one of them opened at the quote.

It can be made as large as the window for reading; how it was left is told by `large`, and the workspace makes room.
It knows no conversation, only references.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QSplitter, QWidget

from desktop.controls import IconButton, column, label, row
from desktop.jobs import Lanes
from desktop.tokens import XS, M, S
from desktop.viewer.opened import OpenedSource
from desktop.viewer.pages import PageSource
from desktop.viewer.pdf import PdfPages
from desktop.viewer.readiness import Readiness
from desktop.viewer.reference import Reference
from rag.titles import place_and_headings, where
from rag.types import Source

FIGURE_SPACE = "\u2007"
NARROW = 290
"""Pixels of width below which the count of citations is left out."""

ENLARGE = ("enlarge", "Read in the whole window (F11)")

if TYPE_CHECKING:
    from rag.assistant import Assistant


class SourcesPanel(QFrame):
    """`failed` carries a FootnoteError that has nothing to do with a single document. `enlarged` and `reduced` ask for
    all of the window and for the panel's usual place; `prefers_large` says how sources are opened. `opened` is the
    source that is looked at.
    """

    failed = Signal(object)
    closed = Signal()
    enlarged = Signal()
    reduced = Signal()

    def __init__(
        self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None, *, pages: PageSource | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._lanes = lanes
        self._pages = pages or PdfPages()
        self._readiness = Readiness(assistant, lanes.view, self._pages, self._shows_page, self)
        self._references: list[Reference] = []
        self._place = 0
        self._sources: list[Source] = []
        self._large = False
        self.prefers_large = False
        self.opened = OpenedSource(assistant, lanes, self._pages)
        self.opened.failed.connect(self.failed)
        self._make_widgets()
        self._lay_out()
        self.show_sources([])

    def show_sources(self, sources: Sequence[Source]) -> None:
        """The conversation's sources, by number."""
        self._sources = sorted(sources, key=lambda source: source.number)
        self._list.clear()
        for source in self._sources:
            item = QListWidgetItem(f"{str(source.number).rjust(2, FIGURE_SPACE)}   {where(source)}")
            item.setToolTip(f"{where(source)}\n{place_and_headings(source)}".strip())
            self._list.addItem(item)
        self._empty.setVisible(not self._sources)
        self._list.setVisible(bool(self._sources))
        self._readiness.prepare(self._sources)
        if not self._sources:
            self._references = []
            self._count.setText("")
            self.opened.clear()
            self.opened.hide()
            self.reduce()

    def expect(self, paths: Iterable[Path]) -> None:
        """Passages of these files were found; sources from among them will come."""
        self._readiness.expect(paths)

    def open_references(self, references: Sequence[Reference], place: int) -> None:
        """Show the reference at `place`; next and previous step through the others."""
        self._references = list(references)
        self._place = place
        self._show()
        if self.prefers_large:
            self.enlarge()

    def show_next(self) -> None:
        self._step(1)

    def show_previous(self) -> None:
        self._step(-1)

    @property
    def large(self) -> bool:
        return self._large

    def enlarge(self) -> None:
        """Take all of the window; with nothing opened there is nothing to enlarge."""
        if self._references and not self._large:
            self._set_large(large=True)
            self.enlarged.emit()

    def reduce(self) -> None:
        if self._large:
            self._set_large(large=False)
            self.reduced.emit()

    def focus_view(self) -> None:
        """The keyboard to what is read."""
        self.opened.focus_view()

    def finish(self) -> None:
        """For the very end, when the lanes are closed."""
        self._pages.close()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is looked at: no file stays open for it."""
        super().hideEvent(event)
        self._lanes.view.call(self._pages.release)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._count.setVisible(self.width() >= NARROW)
        if (chosen := self._list.currentItem()) is not None:
            self._list.scrollToItem(chosen)

    def event(self, event: QEvent) -> bool:
        """Esc is this panel's own while the keyboard is in it, whatever else it means in the window."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._large:
            self.reduce()
        else:
            self.closed.emit()

    def _make_widgets(self) -> None:
        self._count = label("", "small")
        self._previous = IconButton("chevron-up", "Previous citation (Shift+F8)")
        self._next = IconButton("chevron-down", "Next citation (F8)")
        self._size = IconButton(*ENLARGE)
        self._close = IconButton("close", "Close the sources (Esc)")
        self._empty = label("The sources of the answers in this conversation will stand here.", "small", wrap=True)
        self._list = QListWidget()
        self._list.setAccessibleName("Sources of this conversation")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._open_listed)
        self._list.itemClicked.connect(self._open_listed)
        self._previous.clicked.connect(self.show_previous)
        self._next.clicked.connect(self.show_next)
        self._size.clicked.connect(self.change_size)
        self._close.clicked.connect(self.closed)

    def _lay_out(self) -> None:
        head = row(gap=XS)
        head.setContentsMargins(M, S, S, XS)
        head.addWidget(label("Sources", "heading"))
        head.addStretch()
        for widget in (self._count, self._previous, self._next, self._size, self._close):
            head.addWidget(widget)
        lower = QWidget()
        below = column(lower, gap=S)
        below.setContentsMargins(M, S, S, S)
        below.addWidget(self._empty)
        below.addWidget(self._list, 1)
        below.addStretch(0)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.opened)
        self._split.addWidget(lower)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([640, 140])
        stack = column(self)
        stack.addLayout(head)
        stack.addWidget(self._split, 1)

    def change_size(self) -> None:
        """Large if it was not, and the other way round; the next source is opened like this one was left."""
        self.reduce() if self._large else self.enlarge()
        self.prefers_large = self._large

    def _set_large(self, *, large: bool) -> None:
        """The list stands beside a large page, and below a small one."""
        self._large = large
        self._size.show_icon(*(("reduce", "Back beside the answer (Esc)") if large else ENLARGE))
        self._split.setOrientation(Qt.Orientation.Horizontal if large else Qt.Orientation.Vertical)
        self._split.setSizes([900, 300] if large else [640, 140])

    def _step(self, by: int) -> None:
        """Before a citation was opened: through the conversation's sources, from the first or the last."""
        if self._references:
            self._place = (self._place + by) % len(self._references)
            self._show()
        elif self._sources:
            references = [Reference(source) for source in self._sources]
            self.open_references(references, 0 if by > 0 else len(references) - 1)

    def _open_listed(self, item: QListWidgetItem) -> None:
        self.open_references([Reference(source) for source in self._sources], self._list.row(item))

    def _shows_page(self) -> bool:
        return self.isVisible() and not self.opened.isHidden() and self.opened.shows_page

    def _show(self) -> None:
        reference = self._references[self._place]
        self._readiness.touch()
        self.opened.show()
        self._count.setText(f"{self._place + 1} of {len(self._references)}")
        self.opened.show_reference(reference)
        for line, source in enumerate(self._sources):
            if source.number == reference.source.number:
                self._list.setCurrentRow(line)
