"""A table of facts: a row a document, a column a question, each cell with its place and how probable it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from desktop.theme import current_colours
from desktop.viewer.reference import Reference, of_citation
from rag.report_types import ReportCell, ReportRow
from rag.reports.export import where_quoted

NOT_FOUND = "not found"
_REFERENCE = int(Qt.ItemDataRole.UserRole)
_NARROWEST, _NAME_WIDTH = 110, 220
UNSURE = 0.6
"""Probability below which a cell says so by its colour, too."""


class FactsTable(QTableWidget):
    """`opened` brings the place of a reference among `references`."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.references: list[Reference] = []
        self.setAccessibleName("Table of facts")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMinimumSectionSize(_NARROWEST)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)

    def begin(self, columns: Sequence[str]) -> None:
        """Empty, with these columns."""
        self.references = []
        self.setRowCount(0)
        self.setColumnCount(len(columns))
        for place, name in enumerate(columns):
            item = QTableWidgetItem(name)
            item.setToolTip(name)
            self.setHorizontalHeaderItem(place, item)
        mode = QHeaderView.ResizeMode.Stretch if len(columns) <= 5 else QHeaderView.ResizeMode.Interactive
        self.horizontalHeader().setSectionResizeMode(mode)
        if mode is QHeaderView.ResizeMode.Interactive:
            self.horizontalHeader().resizeSection(0, _NAME_WIDTH)

    def add_rows(self, rows: Sequence[ReportRow]) -> None:
        for row in rows:
            place = self.rowCount()
            self.insertRow(place)
            for column, cell in enumerate(row.cells):
                self.setItem(place, column, self._item(cell, is_name=column == 0))

    def _item(self, cell: ReportCell, *, is_name: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(cell.text or NOT_FOUND)
        item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        colours = current_colours()
        if not cell.text:
            item.setForeground(QBrush(QColor(colours.muted)))
        elif cell.probability is not None and cell.probability < UNSURE:
            item.setForeground(QBrush(QColor(colours.warn)))
        if is_name:
            return item
        item.setData(_REFERENCE, len(self.references) if cell.citations else -1)
        self.references += [of_citation(citation) for citation in cell.citations]
        item.setToolTip(_tip(cell))
        return item

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        reference = index.data(_REFERENCE)
        if isinstance(reference, int) and reference >= 0:
            self.opened.emit(reference)


def _tip(cell: ReportCell) -> str:
    if not cell.citations:
        return "Nothing in this document says so."
    places = "\n".join(map(where_quoted, cell.citations))
    likely = f"{round(100 * cell.probability)} % likely\n" if cell.probability is not None else ""
    return f"{likely}{places}\nClick to see it in the document."
