"""A sheet as its own program shows it: letters above, numbers at the left, the quote's cells marked and scrolled to.

Above it stands what the chosen cell says, whole, as in a spreadsheet's own line. Cells are drawn when they are seen,
so a sheet of a million rows is there at once. It knows a sheet and its marks, and nothing of documents.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QFontMetricsF, QGuiApplication, QKeySequence, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from desktop.controls import column
from desktop.theme import reading_font
from desktop.tokens import SIZE_BODY, XS, S
from desktop.viewer.cell_line import CellLine
from desktop.viewer.cells import ShownCells, as_lines
from desktop.viewer.cells_model import CellsModel
from desktop.viewer.cells_paint import CellDelegate, ColumnNames, RowNumbers, one_line
from rag.grid import Grid

NARROWEST, WIDEST = 48, 320
"""Pixels of a column at the usual size: a few digits, and a sentence of forty letters."""

MEASURED_ROWS = 100
"""On each side of the quote: their longest cells give the widths."""

MEASURED_COLUMNS = 500

MOST = 0.95
"""A column is as wide as this share of its cells needs: a title above a table is no reason to widen it."""

FEW_ROWS = 25
"""A sheet of no more is seen whole: its header row is never out of sight."""


class CellsView(QWidget):
    """Read only; cells can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = 1.0
        self._at_quote = True
        self._aiming = QTimer(self, interval=0, singleShot=True)
        self._aiming.timeout.connect(self._aim_again)
        self._model = CellsModel(ShownCells(Grid.empty()), self)
        self._line = CellLine()
        self._table = _Table()
        self._columns, self._rows = ColumnNames(self._table), RowNumbers(self._table)
        self._dress()
        self._connect()
        stack = column(self, gap=XS)
        stack.addWidget(self._line)
        stack.addWidget(self._table, 1)
        self.setFocusProxy(self._table)

    def show_cells(self, shown: ShownCells) -> None:
        """Stand at the quote."""
        self._model.show_cells(shown)
        self._columns.two_lines = bool(len(shown.grid.headers)) and shown.grid.rows > FEW_ROWS
        self._table.setAccessibleName(f"Sheet {shown.grid.label}, with the quote marked".replace("  ", " "))
        self._measure()
        self.aim()

    def zoom_to(self, size: float) -> None:
        """1.0 is the usual size of the letters."""
        self._size = size
        self._measure()
        self.aim()

    def aim(self) -> None:
        """Scroll to the quote, a quarter of the view above it; and again at a new size, until the user goes on."""
        ends = self._model.shown.ends
        if ends is None:
            return
        first, last = (self._model.index(row - 1, place - 1) for row, place in ends)
        self._table.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        for index in (last, first):
            self._table.scrollTo(index)
        seen = self._table.viewport().height() // max(1, self._rows.defaultSectionSize())
        self._table.verticalScrollBar().setValue(first.row() - seen // 4)
        self._show_header()
        self._at_quote = True

    @property
    def table(self) -> QTableView:
        return self._table

    @property
    def columns(self) -> ColumnNames:
        return self._columns

    @property
    def line(self) -> CellLine:
        return self._line

    @property
    def quoted(self) -> list[str]:
        """What is marked as the quote, cell by cell."""
        shown = self._model.shown
        if shown.quote is None:
            return []
        return [shown.grid.text_at(row, place) for row, place in shown.grid.touched(*shown.quote).tolist()]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._at_quote:
            self._aiming.start()  # when the table has its new size, too

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._table.viewport().update()

    def _dress(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setItemDelegate(CellDelegate(table))
        table.setHorizontalHeader(self._columns)
        table.setVerticalHeader(self._rows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setCornerWidget(QWidget(table))
        self._columns.setSectionsClickable(True)
        self._rows.setSectionsClickable(True)
        copy = QAction("Copy", table)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        table.addAction(copy)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _connect(self) -> None:
        self._table.selectionModel().currentChanged.connect(self._show_cell)
        self._table.verticalScrollBar().valueChanged.connect(self._show_header)
        for bar in (self._table.verticalScrollBar(), self._table.horizontalScrollBar()):
            bar.actionTriggered.connect(self._leave_quote)

    def _measure(self) -> None:
        """Columns as wide as what stands around the quote, rows as high as a line."""
        shown = self._model.shown
        font = reading_font(SIZE_BODY * self._size)
        self._table.setFont(font)
        metrics = QFontMetricsF(font)
        self._rows.setDefaultSectionSize(round(metrics.height()) + S)
        texts = _texts_to_fit(shown)
        for place in range(1, min(shown.grid.columns, MEASURED_COLUMNS) + 1):
            wide = max((metrics.horizontalAdvance(one_line(text)) for text in texts.get(place, ())), default=0.0)
            self._columns.resizeSection(place - 1, round(min(max(wide + 2 * S, NARROWEST), WIDEST * self._size)))

    @Slot()
    def _aim_again(self) -> None:
        if self._at_quote:
            self.aim()

    @Slot(QModelIndex)
    def _show_cell(self, index: QModelIndex) -> None:
        self._at_quote = False
        self._line.show_cell(self._model.shown, index.row() + 1, index.column() + 1)

    @Slot()
    def _show_header(self) -> None:
        """The header row's words go on standing above their columns when it is scrolled away."""
        top = self._table.rowAt(0) + 1
        header = self._model.grid.header_above(top) if top else 0
        self._columns.show_header(header if header < top else 0)

    @Slot()
    def _leave_quote(self) -> None:
        self._at_quote = False

    @Slot()
    def _copy(self) -> None:
        selection = self._table.selectionModel().selection()
        chosen = [selection.at(place) for place in range(selection.count())]
        places = [(each.top() + 1, each.left() + 1, each.bottom() + 1, each.right() + 1) for each in chosen]
        if places:
            QGuiApplication.clipboard().setText(as_lines(self._model.grid, places))


class _Table(QTableView):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the size is asked for, which is not this view's own."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().wheelEvent(event)


def _texts_to_fit(shown: ShownCells) -> dict[int, list[str]]:
    """By column: the cells of the quote's row and of the header, and one that is longer than most around."""
    row = shown.ends[0][0] if shown.ends is not None else 1
    around: dict[int, list[str]] = {}
    for start, end, _, place in shown.grid.around(row, MEASURED_ROWS).tolist():
        if place <= MEASURED_COLUMNS:
            around.setdefault(place, []).append(shown.grid.text[start:end])
    fitting = {place: [sorted(texts, key=len)[int(MOST * (len(texts) - 1))]] for place, texts in around.items()}
    for own in {row, shown.grid.header_above(row)} - {0}:
        for start, end, _, place in shown.grid.around(own, 0).tolist():
            fitting.setdefault(place, []).append(shown.grid.text[start:end])
    return fitting
