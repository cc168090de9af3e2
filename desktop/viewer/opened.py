"""One source, opened at its quote: on the drawn page where its file is still the same, else in the stored text.

What is stored comes first, in milliseconds; pages are drawn and the file's checksum is compared meanwhile. A file
that turns out to have changed is shown as it was read, and that is said. Whatever comes for a source that is no longer
the opened one is dropped. It knows no conversation, only references.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from desktop.controls import ElidedLabel, button, column, label, row
from desktop.jobs import Job, Lanes
from desktop.tokens import XS, M, S
from desktop.viewer.cells_view import CellsView
from desktop.viewer.examine import CHANGED, Checksums, Finding, examine, widened
from desktop.viewer.lines_view import LinesView
from desktop.viewer.opening import open_at, open_document
from desktop.viewer.page_bar import PageBar
from desktop.viewer.page_view import PageView, Target
from desktop.viewer.pages import PageSource
from desktop.viewer.prose_view import ProseView
from desktop.viewer.reference import Reference, place_of
from desktop.viewer.scores import ScoreBars
from local_models.cancel import CancelToken
from rag.errors import FootnoteError
from rag.parsers.formats import CODE, CODE_NAMES, MARKDOWN, MARKUP, TEXT
from rag.titles import place_and_headings
from rag.types import Document, Place

if TYPE_CHECKING:
    from rag.assistant import Assistant

BY_LINES = frozenset({TEXT, MARKDOWN, *MARKUP.values(), *CODE.values(), *CODE_NAMES.values()})
"""Kinds of files whose stored text is the file's, line by line."""

UNPLACED = "The quote could not be placed on the page exactly, so nothing is marked there; “Text” shows it."

MUCH = 50_000
"""Characters on each side of a passage when more is asked for, some sixteen pages; they are laid out in 70 ms."""

ZOOM_STEP, LEAST_LETTERS, MOST_LETTERS = 1.15, 0.7, 3.0


class OpenedSource(QWidget):
    """`failed` carries a FootnoteError that has nothing to do with a single document."""

    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, pages: PageSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant, self._lanes = assistant, lanes
        self._checksums = Checksums()
        self._reference: Reference | None = None
        self._finding: Finding | None = None
        self._examining: Job | None = None
        self._comparing: Job | None = None
        self._starting: Job | None = None
        self._widening: Job | None = None
        self._letters = 1.0
        self._page_view = PageView(pages, lanes.view)
        self._make_widgets()
        self._lay_out()
        self._connect()
        self._add_keys()

    def show_reference(self, reference: Reference) -> None:
        """Open it, at its quote."""
        source = reference.source
        self._reference, self._finding = reference, None
        self._name.setText(f"{source.number}  {source.document}")
        self._where.setText(place_and_headings(source, place_of(reference)))
        self._where.setVisible(bool(self._where.text()))
        self._scores.show_scores(reference.scores)
        self._say("")
        self._stop_asking()
        self._examining = self._lanes.view.call(partial(examine, self._assistant, reference))
        self._examining.reported.connect(self._show_finding)
        self._examining.failed.connect(self._tell_failure)

    def clear(self) -> None:
        """Nothing is opened any more."""
        self._stop_asking()
        self._reference = self._finding = None
        self._page_view.clear()

    def focus_view(self) -> None:
        """The keyboard to what is read."""
        view = self._stack.currentWidget()
        if view is not None:
            view.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def page_view(self) -> PageView:
        return self._page_view

    @property
    def cells_view(self) -> CellsView:
        return self._cells

    @property
    def busy(self) -> bool:
        """Whether anything of what was opened is still to come."""
        return self._examining is not None or self._comparing is not None or self._page_view.busy

    @property
    def shows_page(self) -> bool:
        return self._stack.currentWidget() is self._page_view

    def wheelEvent(self, event: QWheelEvent) -> None:
        """What a text leaves: the wheel with Ctrl."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()

    def _make_widgets(self) -> None:
        self._name = ElidedLabel()
        self._name.setProperty("role", "heading")
        self._where = ElidedLabel("", Qt.TextElideMode.ElideMiddle)
        self._where.setProperty("role", "muted")
        self._notice = label("", "small", wrap=True)
        self._notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = PageBar()
        self._lines, self._prose, self._cells = LinesView(), ProseView(), CellsView()
        self._stack = QStackedWidget()
        self._scores = ScoreBars()
        self._open = button("Open in my own program")

    def _lay_out(self) -> None:
        stack = column(self, gap=XS)
        stack.setContentsMargins(M, 0, S, S)
        for line in (self._name, self._where, self._notice, self._bar):
            stack.addWidget(line)
        for view in (self._page_view, self._lines, self._prose, self._cells):
            self._stack.addWidget(view)
        self._stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        stack.addWidget(self._stack, 1)
        stack.addWidget(self._scores)
        foot = row()
        foot.addWidget(self._open)
        foot.addStretch()
        stack.addLayout(foot)

    def _connect(self) -> None:
        self._open.clicked.connect(self._open_file)
        self._bar.page_asked.connect(self._go_to_page)
        self._bar.zoom_asked.connect(self._zoom)
        self._bar.text_asked.connect(self._choose_text)
        self._bar.more_asked.connect(self._ask_more)
        self._bar.picture_asked.connect(self._choose_picture)
        self._page_view.page_changed.connect(self._bar.show_number)
        self._page_view.pages_counted.connect(self._bar.show_count)
        self._page_view.zoomed.connect(self._bar.show_zoom)
        self._page_view.unmarked.connect(self._say_unplaced)
        self._page_view.failed.connect(self._fall_back)

    def _add_keys(self) -> None:
        for keys, act in (
            ("Ctrl++", self._larger),
            ("Ctrl+=", self._larger),
            ("Ctrl+-", self._smaller),
            ("Ctrl+0", self._usual_size),
            ("Ctrl+PgUp", self._previous_page),
            ("Ctrl+PgDown", self._next_page),
            ("Ctrl+G", self._bar.focus_number),
        ):
            key = QShortcut(QKeySequence(keys), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(act)

    # What is found out

    def _show_finding(self, finding: Finding) -> None:
        if self.sender() is not self._examining:
            return
        self._examining, self._finding = None, finding
        self._say(finding.notice)
        self._open.setEnabled(finding.file_exists)
        if finding.drawable and finding.document is not None:
            self._show_page(finding, finding.document)
            self._compare(finding.reference.source.path, finding.document)
        else:
            self._show_text(finding)
            if finding.document is not None and finding.file_exists and not finding.notice:
                self._compare(finding.reference.source.path, finding.document)

    def _show_page(self, finding: Finding, document: Document) -> None:
        source = finding.reference.source
        number = min(finding.words, default=source.place.page or 1)
        count = max(document.pages, number)
        self._page_view.show_target(
            Target(source.path, document.sha256, number, finding.words, count, finding.size, finding.column)
        )
        self._show_pictures()
        if not finding.words:
            self._say_unplaced()

    def _show_pictures(self) -> None:
        self._turn_to(self._page_view)
        self._bar.show_pages(drawn=True, text=False)
        self._bar.show_more(there_is=False)
        self._bar.show_zoom(None if self._page_view.fits_width else self._page_view.zoom)

    def _show_text(self, finding: Finding) -> None:
        self._turn_to(self._filled(finding))
        self._bar.show_pages(drawn=finding.drawable, text=True)
        self._bar.show_zoom(self._letters)
        goes_on = finding.cells is None and (finding.shown.more_before or finding.shown.more_after)
        self._bar.show_more(there_is=goes_on and finding.shown.text_around < MUCH // 2)

    def _filled(self, finding: Finding) -> QWidget:
        """The view for such a text, with the text in it."""
        if finding.cells is not None:
            self._cells.show_cells(finding.cells)
            return self._cells
        if finding.media_type in BY_LINES:
            self._lines.show_text(finding.shown, finding.media_type, finding.language)
            return self._lines
        self._prose.show_text(finding.shown)
        return self._prose

    def _compare(self, path: Path, document: Document) -> None:
        self._comparing = self._lanes.view.start(partial(_differs, self._checksums, path, document))
        self._comparing.reported.connect(self._take_difference)

    def _take_difference(self, differs: object) -> None:
        """The picture of another file than was read is taken away again; the stored text stays."""
        if self.sender() is not self._comparing or self._finding is None:
            return
        self._comparing = None
        if differs:
            self._say(CHANGED)
            self._keep_to_text()

    def _fall_back(self, error: FootnoteError) -> None:
        if self._finding is not None:
            self._say(str(error))
            self._keep_to_text()

    def _keep_to_text(self) -> None:
        if self._finding is not None and self._finding.drawable:
            self._page_view.clear()
            self._finding = self._finding.as_text()
            self._show_text(self._finding)

    def _say_unplaced(self) -> None:
        if self._finding is not None and self._finding.reference.quote:
            self._say(UNPLACED)

    def _tell_failure(self, error: FootnoteError) -> None:
        if self.sender() is self._examining:
            self._examining = None
            self.failed.emit(error)

    def _stop_asking(self) -> None:
        for job in (self._examining, self._comparing, self._widening):
            if job is not None:
                job.cancel()
        self._examining = self._comparing = self._widening = None

    def _say(self, sentence: str) -> None:
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))

    # What the user asks for

    def _choose_text(self) -> None:
        if self._finding is not None:
            self._show_text(self._finding)

    def _ask_more(self) -> None:
        if self._finding is not None:
            self._widening = self._lanes.view.call(partial(widened, self._assistant, self._finding, MUCH))
            self._widening.reported.connect(self._show_more)

    def _show_more(self, finding: Finding) -> None:
        if self.sender() is self._widening and self._finding is not None:
            self._finding = finding
            self._show_text(finding)

    def _choose_picture(self) -> None:
        self._show_pictures()

    def _zoom(self, steps: int) -> None:
        if self.shows_page:
            self._page_view.zoom_by(steps) if steps else self._page_view.zoom_to(None)
            return
        wanted = self._letters * ZOOM_STEP**steps if steps else 1.0
        self._letters = min(MOST_LETTERS, max(LEAST_LETTERS, wanted))
        for view in (self._lines, self._prose, self._cells):
            view.zoom_to(self._letters)
        self._bar.show_zoom(self._letters)

    def _larger(self) -> None:
        self._zoom(1)

    def _smaller(self) -> None:
        self._zoom(-1)

    def _usual_size(self) -> None:
        self._zoom(0)

    def _turn_to(self, view: QWidget) -> None:
        """The keyboard stays with what is read when that changes its form."""
        focus = self.focusWidget()
        held = focus is not None and focus.hasFocus() and self._stack.isAncestorOf(focus)
        self._stack.setCurrentWidget(view)
        if held:
            self.focus_view()

    def _go_to_page(self, number: int) -> None:
        self._page_view.go_to(number)
        self.focus_view()

    def _previous_page(self) -> None:
        self._page_view.go_to(self._page_view.number - 1)

    def _next_page(self) -> None:
        self._page_view.go_to(self._page_view.number + 1)

    def _open_file(self) -> None:
        if self._reference is not None:
            source = self._reference.source
            self._starting = self._lanes.view.call(partial(open_at, source.path, self._place_in_view()))
            self._starting.reported.connect(self._open_otherwise)

    def _place_in_view(self) -> Place:
        """The page that is looked at; else the quote's place."""
        if self.shows_page:
            return Place(page=self._page_view.number)
        return place_of(self._reference) if self._reference is not None else Place()

    def _open_otherwise(self, opened: object) -> None:
        if self.sender() is not self._starting or opened or self._reference is None:
            return
        path = self._reference.source.path
        if not open_document(path):
            self._say(f"No program of this computer opens “{path.name}”. Its folder is {path.parent}.")


def _differs(checksums: Checksums, path: Path, document: Document, cancel: CancelToken) -> Iterator[bool]:
    yield checksums.differs(path, document, cancel)
