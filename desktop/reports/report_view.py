"""A report on screen: its name, what is to be told of it, its rows, and how to take it along.

Shows rows as they come while the report is being made. Knows no service and no job.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMenu, QProgressBar, QStackedWidget, QWidget

from desktop.controls import ElidedLabel, button, column, label, row
from desktop.reports.facts_table import FactsTable
from desktop.reports.kinds import WORDING
from desktop.reports.rows_model import RowsModel
from desktop.reports.rows_view import RowsView
from desktop.tokens import XS, M, S
from rag.report_types import Report, ReportKind, ReportRow
from rag.reports.export import markdown
from rag.types import MessageStatus

FACTS = ReportKind.FACTS
FILTER_MS = 200
"""A filter waits this long for the next letter."""

_ENDINGS = {
    MessageStatus.STOPPED: "Stopped: this is what was found until then.",
    MessageStatus.FAILED: "It could not be finished: this is what was found until then.",
}


class ReportView(QWidget):
    """`opened` brings references and a place among them, `saving` a layout: "markdown", "csv" or "anki"."""

    opened = Signal(object, int)
    saving = Signal(str)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report: Report | None = None
        self._model = RowsModel(self)
        self._rows = RowsView(self._model)
        self._table = FactsTable()
        self._title = ElidedLabel()
        self._title.setProperty("role", "title")
        self._about = label("", "small")
        self._notices = label("", "muted", wrap=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of the report")
        self._doing = ElidedLabel()
        self._doing.setProperty("role", "small")
        self._stop = button("Stop")
        self._progress = QWidget()
        self._filter = QLineEdit(clearButtonEnabled=True)
        self._filter.setPlaceholderText("Filter")
        self._filter.setAccessibleName("Filter the rows")
        self._differs = QCheckBox("Only what differs")
        self._differs.setChecked(True)
        self._export = button("Export")
        self._menu = QMenu(self._export)
        self._copy = self._menu.addAction("Copy with footnotes")
        self._markdown = self._menu.addAction("Save as Markdown…")
        self._csv = self._menu.addAction("Save as CSV…")
        self._anki = self._menu.addAction("Save for Anki…")
        self._sides = QWidget()
        self._older, self._newer = ElidedLabel(), ElidedLabel()
        self._empty = label("", "muted", wrap=True)
        self._body = QStackedWidget()
        self._typing = QTimer(self, singleShot=True, interval=FILTER_MS)
        self._lay_out()
        self._connect()

    def show_report(self, report: Report) -> None:
        """Show a stored report, or one that has just begun."""
        same = self.report is not None and self.report.id == report.id
        self.report = report
        if not same:
            self._filter.clear()
            self._typing.stop()
            self._model.show("", hides_same=self._differs.isChecked())
        shown = self._table.rowCount() if report.kind is FACTS else len(self._model.rows)
        if not same or len(report.rows) != shown:
            self._fill(report)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        """Cells of a table have their colours in them."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.report is not None and self.report.kind is FACTS:
            self._fill(self.report)

    def add_rows(self, rows: Sequence[ReportRow]) -> None:
        """More rows of the report on screen."""
        if self.report is None:
            return
        if self.report.kind is FACTS:
            self._table.add_rows(rows)
        else:
            self._model.append(rows)
        self._show_body()

    def show_progress(self, done: int, total: int, doing: str) -> None:
        self._progress.show()
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._doing.setText(doing)

    def end_progress(self) -> None:
        self._progress.hide()
        self._tell()

    def set_stopping(self) -> None:
        """Stop was pressed; it takes until the step at hand is done."""
        self._stop.setEnabled(False)
        self._doing.setText("Stopping…")

    def begin_progress(self) -> None:
        self._stop.setEnabled(True)
        self.show_progress(0, 0, "Reading…")

    def focus_body(self) -> None:
        """The keyboard to the rows, or to where they will be."""
        if (body := self._body.currentWidget()) is not None:
            body.setFocus(Qt.FocusReason.OtherFocusReason)

    def written(self) -> str:
        """The whole report as Markdown."""
        return markdown(self.report) if self.report is not None else ""

    def _fill(self, report: Report) -> None:
        facts = report.kind is FACTS
        if facts:
            self._table.begin(report.columns)
            self._table.add_rows(report.rows)
        self._model.replace(report.kind, () if facts else report.rows)
        for each in (self._differs, self._sides):
            each.setVisible(report.kind is ReportKind.COMPARISON)
        if report.kind is ReportKind.COMPARISON:
            self._older.setText(report.columns[0])
            self._newer.setText(report.columns[1])
        self._filter.setVisible(not facts)
        self._anki.setVisible(report.kind is ReportKind.CARDS)
        self._show_body()

    def _tell(self) -> None:
        report = self.report
        if report is None:
            return
        self._title.setText(report.title)
        day = f"{report.created_at.astimezone():%d %B %Y, %H:%M}".lstrip("0")
        written = f"written by {report.model}, checked" if report.model else "word for word from the documents"
        self._about.setText(" · ".join((WORDING[report.kind].name, day, written)))
        ending = [_ENDINGS[report.status]] if report.status in _ENDINGS else []
        self._notices.setText("\n".join([*ending, *report.notices]))
        self._notices.setVisible(bool(self._notices.text()))
        self._export.setEnabled(bool(report.rows))
        self._show_body()

    def _show_body(self) -> None:
        """The keyboard stays with what is read when the first rows come."""
        body = self._body.currentWidget()
        held = body is not None and body.hasFocus()
        report = self.report
        if report is not None and report.kind is FACTS:
            self._body.setCurrentWidget(self._table)
        elif self._model.rowCount():
            self._body.setCurrentWidget(self._rows)
        else:
            self._empty.setText(self._nothing())
            self._body.setCurrentIndex(2)
        if held:
            self.focus_body()

    def _nothing(self) -> str:
        if self._progress.isVisibleTo(self):
            return ""
        return "No row fits the filter." if self._model.rows else "Nothing was found."

    def _lay_out(self) -> None:
        head = row(gap=S)
        head.addWidget(self._title, 1)
        head.addWidget(self._export)
        tools = row(gap=S)
        tools.addWidget(self._filter, 1)
        tools.addWidget(self._differs)
        bar = row(self._progress, gap=S)
        self._bar.setFixedWidth(160)
        bar.addWidget(self._bar)
        bar.addWidget(self._doing, 1)
        bar.addWidget(self._stop)
        self._progress.hide()
        self._export.setMenu(self._menu)
        sides = row(self._sides, gap=S)
        sides.setContentsMargins(M, XS, M, 0)
        for name in (self._older, self._newer):
            name.setProperty("role", "heading")
            sides.addWidget(name, 1)
        nothing = QWidget()
        nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        nothing.setAccessibleName("The report, without rows so far")
        middle = column(nothing, gap=S)
        middle.addWidget(self._empty)
        middle.addStretch()
        for widget in (self._rows, self._table, nothing):
            self._body.addWidget(widget)
        stack = column(self, gap=XS)
        stack.setContentsMargins(M, 0, M, 0)
        stack.addLayout(head)
        stack.addWidget(self._about)
        stack.addWidget(self._notices)
        stack.addWidget(self._progress)
        stack.addLayout(tools)
        stack.addWidget(self._sides)
        stack.addWidget(self._body, 1)
        self.setFocusProxy(self._rows)

    def _connect(self) -> None:
        self._rows.opened.connect(self._open_row)
        self._table.opened.connect(self._open_cell)
        self._stop.clicked.connect(self.stop_requested)
        self._filter.textChanged.connect(self._typing.start)
        self._typing.timeout.connect(self._apply_filter)
        self._differs.toggled.connect(self._apply_filter)
        self._copy.triggered.connect(self._copy_all)
        self._markdown.triggered.connect(self._save_markdown)
        self._csv.triggered.connect(self._save_csv)
        self._anki.triggered.connect(self._save_anki)

    @Slot()
    def _apply_filter(self) -> None:
        self._model.show(self._filter.text(), hides_same=self._differs.isChecked())
        self._show_body()

    @Slot(int)
    def _open_row(self, place: int) -> None:
        self.opened.emit(self._model.references, place)

    @Slot(int)
    def _open_cell(self, place: int) -> None:
        self.opened.emit(self._table.references, place)

    @Slot()
    def _copy_all(self) -> None:
        data = QMimeData()
        text = self.written()
        data.setText(text)
        data.setData("text/markdown", text.encode())
        QGuiApplication.clipboard().setMimeData(data)

    @Slot()
    def _save_markdown(self) -> None:
        self.saving.emit("markdown")

    @Slot()
    def _save_csv(self) -> None:
        self.saving.emit("csv")

    @Slot()
    def _save_anki(self) -> None:
        self.saving.emit("anki")
