"""The right side of the window: the conversation's sources, and one of them opened at the quote.

Opening a source shows at once what is stored; whether the file is still the same, and the drawn page of a PDF, come
a moment later from a read lane. It knows no conversation, only references.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QScrollArea, QSplitter, QWidget

from desktop.controls import ElidedLabel, IconButton, button, column, label, row
from desktop.jobs import Job, Lanes
from desktop.tokens import XS, M, S
from desktop.viewer.examine import Finding, examine
from desktop.viewer.opening import open_document
from desktop.viewer.page_picture import PagePicture
from desktop.viewer.passage import PassageView
from desktop.viewer.pdf import PagePictures
from desktop.viewer.reference import Reference, where
from desktop.viewer.scores import ScoreBars
from rag.errors import FootnoteError
from rag.types import Source

FIGURE_SPACE = "\u2007"

if TYPE_CHECKING:
    from rag.assistant import Assistant


class SourcesPanel(QFrame):
    """`failed` carries a FootnoteError that has nothing to do with a single document."""

    failed = Signal(object)
    closed = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._assistant = assistant
        self._lanes = lanes
        self._pictures = PagePictures()
        self._references: list[Reference] = []
        self._place = 0
        self._finding: Finding | None = None
        self._examining: Job | None = None
        self._drawing: Job | None = None
        self._sources: list[Source] = []
        self._make_widgets()
        self._lay_out()
        self.show_sources([])

    def show_sources(self, sources: Sequence[Source]) -> None:
        """The conversation's sources, by number."""
        self._sources = sorted(sources, key=lambda source: source.number)
        self._list.clear()
        for source in self._sources:
            item = QListWidgetItem(f"{str(source.number).rjust(2, FIGURE_SPACE)}   {where(source)}")
            item.setToolTip(f"{where(source)}\n{source.heading}".strip())
            self._list.addItem(item)
        self._empty.setVisible(not self._sources)
        self._list.setVisible(bool(self._sources))
        if not self._sources:
            self._references = []
            self._opened.hide()

    def open_references(self, references: Sequence[Reference], place: int) -> None:
        """Show the reference at `place`; next and previous step through the others."""
        self._references = list(references)
        self._place = place
        self._show()

    def show_next(self) -> None:
        self._step(1)

    def show_previous(self) -> None:
        self._step(-1)

    def _make_widgets(self) -> None:
        self._count = label("", "small")
        self._previous = IconButton("chevron-up", "Previous citation (Shift+F8)")
        self._next = IconButton("chevron-down", "Next citation (F8)")
        self._close = IconButton("close", "Close the sources")
        self._name = ElidedLabel()
        self._name.setProperty("role", "heading")
        self._where = label("", "muted", wrap=True)
        self._heading = label("", "small", wrap=True)
        self._notice = label("", "small", wrap=True)
        self._scores = ScoreBars()
        self._passage = PassageView()
        self._page = PagePicture()
        self._open = button("Open at the place")
        self._empty = label("The sources of the answers in this conversation will stand here.", "small", wrap=True)
        self._list = QListWidget()
        self._list.setAccessibleName("Sources of this conversation")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemActivated.connect(self._open_listed)
        self._list.itemClicked.connect(self._open_listed)
        self._previous.clicked.connect(self.show_previous)
        self._next.clicked.connect(self.show_next)
        self._close.clicked.connect(self.closed)
        self._open.clicked.connect(self._open_file)

    def _lay_out(self) -> None:
        head = row(gap=XS)
        head.setContentsMargins(M, S, S, XS)
        head.addWidget(label("Sources", "heading"))
        head.addStretch()
        for widget in (self._count, self._previous, self._next, self._close):
            head.addWidget(widget)
        self._opened = self._make_opened()
        lower = QWidget()
        below = column(lower, gap=S)
        below.setContentsMargins(M, S, S, S)
        below.addWidget(self._empty)
        below.addWidget(self._list, 1)
        below.addStretch(0)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self._opened)
        split.addWidget(lower)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([520, 200])
        stack = column(self)
        stack.addLayout(head)
        stack.addWidget(split, 1)

    def _make_opened(self) -> QScrollArea:
        page = QWidget()
        page.setObjectName("page")
        stack = column(page, gap=S)
        stack.setContentsMargins(M, XS, M, M)
        for widget in (self._name, self._where, self._heading, self._notice, self._passage, self._page, self._scores):
            stack.addWidget(widget)
        foot = row()
        foot.addWidget(self._open)
        foot.addStretch()
        stack.addLayout(foot)
        stack.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        area.setAccessibleName("Opened source")
        return area

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

    def _show(self) -> None:
        reference = self._references[self._place]
        source = reference.source
        self._opened.show()
        self._count.setText(f"{self._place + 1} of {len(self._references)}")
        self._name.setText(f"{source.number}  {source.document}")
        self._where.setText(str(source.place))
        self._where.setVisible(bool(str(source.place)))
        self._heading.setText(source.heading)
        self._heading.setVisible(bool(source.heading))
        self._notice.hide()
        best = max((r.scores.words or 0.0 for r in self._references if r.scores), default=0.0)
        self._scores.show_scores(reference.scores, best)
        self._passage.show_reference(reference)
        self._page.clear()
        self._examining = self._lanes.read.call(partial(examine, self._assistant, reference))
        self._examining.reported.connect(self._show_finding)
        self._examining.failed.connect(self.failed)

    def _show_finding(self, finding: Finding) -> None:
        if self.sender() is not self._examining:
            return
        self._finding = finding
        self._notice.setText(finding.notice)
        self._notice.setVisible(bool(finding.notice))
        self._open.setEnabled(finding.file_exists)
        if finding.page is not None:
            width = round(self._passage.width() * self.devicePixelRatioF() * 2)
            draw = partial(self._pictures.draw, finding.reference.source.path, finding.page.number, width)
            self._drawing = self._lanes.read.call(draw)
            self._drawing.reported.connect(self._show_page)
            self._drawing.failed.connect(self._say_undrawn)

    def _show_page(self, picture: QImage) -> None:
        finding = self._finding
        if self.sender() is self._drawing and finding is not None and finding.page is not None:
            self._page.show_page(picture, finding.boxes, finding.page.width)

    def _say_undrawn(self, error: FootnoteError) -> None:
        self._notice.setText(str(error))
        self._notice.show()

    def _open_file(self) -> None:
        path = self._references[self._place].source.path
        if not open_document(path):
            self._notice.setText(f"No program of this computer opens “{path.name}”. Its folder is {path.parent}.")
            self._notice.show()
