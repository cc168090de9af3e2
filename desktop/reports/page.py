"""Reports: jobs over whole documents. The list at the left; beside it a form, a report, or how to begin.

Reports are made in a lane of their own, so that a question does not wait behind one; everything else is asked in
`read`. One report is made at a time, and goes on while another one is read or another page is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QSplitter, QStackedWidget, QWidget

from desktop.controls import column, label
from desktop.jobs import Job, Lanes
from desktop.questions import ask
from desktop.reports.form import ReportForm
from desktop.reports.report_list import ReportList
from desktop.reports.report_view import ReportView
from desktop.reports.saving import LAYOUTS, save
from desktop.tokens import XL, S
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.reference import Reference
from rag.events import Notice, Progress, Reading, ReportFinished, ReportStarted, RowsAdded
from rag.report_types import Report, ReportHead, ReportKind, ReportRequest
from rag.types import Document

if TYPE_CHECKING:
    from rag.assistant import Assistant

_EMPTY, _FORM, _REPORT = range(3)
_OFFER = (
    "“New report” summarises documents of any length, compares two of them, lists every mention of a word, puts the "
    "same facts of many files into a table, or makes flash cards."
)


class ReportsPage(QWidget):
    """`failed` brings a FootnoteError, `told` a sentence. `sources` shows what a line rests on, at the right."""

    failed = Signal(object)
    told = Signal(str)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._making: Job | None = None
        self._made: int | None = None
        self._wanted: int | None = None
        self._list = ReportList()
        self._form = ReportForm()
        self._view = ReportView()
        self._middle = QStackedWidget()
        self.sources = SourcesPanel(assistant, lanes)
        self._listed: int | None = None
        self._lay_out()
        self._connect()
        self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the list again."""
        self._read(self._assistant.reports.all).reported.connect(self._show_list)

    def begin(self, kind: ReportKind, documents: Sequence[int]) -> None:
        """Show the form for a new report about these documents (ids)."""
        look = partial(_look, self._assistant, kind, tuple(documents))
        self._read(look).reported.connect(self._show_form)

    def finish(self) -> None:
        """For the very end, when the lanes are closed."""
        self.sources.finish()

    @Slot()
    def stop(self) -> None:
        """Stop the report that is being made; what was found stays."""
        if self._making is not None:
            self._view.set_stopping()
            self._making.cancel()

    def _lay_out(self) -> None:
        self._middle.addWidget(_empty_state())
        self._middle.addWidget(self._form)
        self._middle.addWidget(self._view)
        split = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        for widget, least in ((self._list, 150), (self._middle, 300), (self.sources, 240)):
            widget.setMinimumWidth(least)
            split.addWidget(widget)
        split.setSizes([200, 620, 380])
        self.sources.hide()
        split.setStretchFactor(1, 1)
        column(self, margin=XL).addWidget(split)
        self.setFocusProxy(self._view)

    def _connect(self) -> None:
        self._list.chosen.connect(self._choose)
        self._list.new_requested.connect(self._begin_new)
        self._list.deletion_requested.connect(self._confirm_deletion)
        self._form.started.connect(self._start)
        self._form.left.connect(self._leave_form)
        self._form.chapters_wanted.connect(self._read_chapters)
        self._view.opened.connect(self._open_references)
        self.sources.closed.connect(self._close_sources)
        self.sources.enlarged.connect(self._make_room)
        self.sources.reduced.connect(self._take_room_back)
        self.sources.failed.connect(self.failed)
        self._view.stop_requested.connect(self.stop)
        self._view.saving.connect(self._save)

    # A new report

    @Slot(object)
    def _begin_new(self, kind: ReportKind) -> None:
        self.begin(kind, ())

    @Slot(object)
    def _show_form(self, look: tuple[ReportKind, tuple[int, ...], list[Document], bool]) -> None:
        kind, chosen, documents, can_write = look
        self._form.show_kind(kind, documents, chosen, can_write=can_write)
        self._form.set_busy(busy=self._making is not None)
        self._list.mark(None)
        self._middle.setCurrentIndex(_FORM)
        self._form.focus_first()

    @Slot(object)
    def _read_chapters(self, documents: tuple[int, ...]) -> None:
        read = partial(self._assistant.reports.chapters, documents)
        self._read(read).reported.connect(self._form.show_chapters)

    @Slot()
    def _leave_form(self) -> None:
        shown = self._view.report
        self._middle.setCurrentIndex(_EMPTY if shown is None else _REPORT)
        self._list.mark(shown.id if shown is not None else None)

    @Slot(object)
    def _start(self, request: ReportRequest) -> None:
        if self._making is not None:
            return
        self._making = self._lanes.report.start(partial(self._assistant.reports.make, request))
        self._form.set_busy(busy=True)
        self._making.reported.connect(self._take)
        self._making.failed.connect(self.failed)
        for ended in (self._making.completed, self._making.stopped, self._making.failed):
            ended.connect(self._end)

    @Slot(object)
    def _take(self, event: object) -> None:
        on_screen = self._view.report is not None and self._view.report.id == self._made
        match event:
            case ReportStarted(report):
                self._made = report.id
                asked_here = self._form.isVisible()
                self._show(report)
                self._view.begin_progress()
                if asked_here:
                    self._view.focus_body()
                self.reload()
            case Progress(done, total, label_) if on_screen:
                self._view.show_progress(done, total, f"{done:,} of {total:,} · {label_}")
            case Reading(done, total) if on_screen:
                self._view.show_progress(done, total, "The language model reads…")
            case RowsAdded(rows) if on_screen:
                self._view.add_rows(rows)
                self.sources.expect(one.source.path for row in rows for one in row.citations())
            case Notice(_):
                pass  # it stands in the report, which is shown when it is finished
            case ReportFinished(report):
                self._finish(report)
            case _:
                pass

    def _finish(self, report: Report) -> None:
        if self._view.report is not None and self._view.report.id == report.id:
            self._view.show_report(report)
        else:
            self.told.emit(f"“{report.title}” is ready under Reports.")

    @Slot()
    def _end(self) -> None:
        made = self._made
        self._making = self._made = None
        self._form.set_busy(busy=False)
        self._view.end_progress()
        self.reload()
        if made is not None and self._view.report is not None and self._view.report.id == made:
            self._choose(made)

    # Reports that are there

    @Slot(object)
    def _show_list(self, heads: list[ReportHead]) -> None:
        shown = self._view.report.id if self._view.report is not None else None
        on_form = self._middle.currentIndex() == _FORM
        self._list.show_reports(heads, None if on_form else shown)

    @Slot(int)
    def _choose(self, report_id: int) -> None:
        self._wanted = report_id
        self._read(partial(self._assistant.reports.report, report_id)).reported.connect(self._show_wanted)

    @Slot(object)
    def _show_wanted(self, report: Report) -> None:
        if report.id == self._wanted:
            self._show(report)

    def _show(self, report: Report) -> None:
        self._wanted = report.id
        if self._view.report is None or self._view.report.id != report.id:
            self.sources.reduce()
            self.sources.hide()
            self._listed = None
        self._view.show_report(report)
        self.sources.expect(one.source.path for row in report.rows for one in row.citations())
        if report.id == self._made:
            self._view.begin_progress()
        else:
            self._view.end_progress()
        self._middle.setCurrentIndex(_REPORT)
        self._list.mark(report.id)

    # What a line rests on

    @Slot(object, int)
    def _open_references(self, references: list[Reference], place: int) -> None:
        report = self._view.report
        if report is not None and self._listed != report.id:
            self._listed = report.id
            self.sources.show_sources(list({one.source.number: one.source for one in references}.values()))
        self.sources.show()
        self.sources.open_references(references, place)

    @Slot()
    def _close_sources(self) -> None:
        self.sources.reduce()
        self.sources.hide()
        self._view.focus_body()

    @Slot()
    def _make_room(self) -> None:
        for widget in (self._list, self._middle):
            widget.hide()
        self.sources.focus_view()

    @Slot()
    def _take_room_back(self) -> None:
        for widget in (self._list, self._middle):
            widget.show()

    # Taking leave

    @Slot(object)
    def _confirm_deletion(self, head: ReportHead) -> None:
        if head.id != self._made:
            text = "Your documents stay as they are. This can't be undone."
            ask(self, f"Delete “{head.title}”?", text, "Delete", partial(self._delete, head.id))

    def _delete(self, report_id: int) -> None:
        if self._wanted == report_id:
            self._wanted = None
        if self._view.report is not None and self._view.report.id == report_id:
            self._view.report = None
            self._middle.setCurrentIndex(_EMPTY)
        self._read(partial(self._assistant.reports.delete, report_id)).completed.connect(self.reload)

    @Slot(str)
    def _save(self, layout: str) -> None:
        report = self._view.report
        if report is None:
            return
        suffix, words = LAYOUTS[layout]
        proposed = str(Path.home() / f"{_file_name(report.title)}.{suffix}")
        path, _ = QFileDialog.getSaveFileName(self, words, proposed, f"{words} (*.{suffix})")
        if path:
            self._read(partial(save, report, layout, Path(path))).reported.connect(self._tell)

    @Slot(object)
    def _tell(self, words: object) -> None:
        self.told.emit(str(words))

    def _read(self, function: Callable[[], object]) -> Job:
        job = self._lanes.read.call(function)
        job.failed.connect(self.failed)
        return job


def _look(
    assistant: Assistant, kind: ReportKind, chosen: tuple[int, ...]
) -> tuple[ReportKind, tuple[int, ...], list[Document], bool]:
    """What the form needs: the documents that have text, and whether a model is chosen that can write."""
    documents = [document for document in assistant.documents() if document.passages]
    return kind, chosen, documents, bool(assistant.preferences().model)


def _file_name(title: str) -> str:
    """The title without what a file system does not take."""
    kept = "".join(" " if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in title)
    return " ".join(kept.split()).strip(". ") or "Report"


def _empty_state() -> QWidget:
    page = QWidget()
    stack = column(page, margin=XL, gap=S)
    stack.addStretch(1)
    for text, role in (
        ("Whole documents at once", "title"),
        (_OFFER, "muted"),
        ("Every line says where it stands, and one click shows it there.", "muted"),
    ):
        line = label(text, role, wrap=True)
        line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        stack.addWidget(line)
    stack.addStretch(2)
    return page
