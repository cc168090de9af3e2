"""A sheet for Qt's table view: as many rows and columns as it reaches to, and a cell's text when it is looked at."""

from __future__ import annotations

import re

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.viewer.cells import ShownCells
from desktop.viewer.context import Range
from rag.grid import Grid, cell_name, column_letters

Index = QModelIndex | QPersistentModelIndex

_TOP = QModelIndex()

_NUMBER = re.compile(r"[-+−(]?\s*[$€£¥]?\s*\d[\d.,'\s\u202f\u00a0]*\s*(?:[%€$£¥)]|[A-Z]{3})?")


class CellsModel(QAbstractTableModel):
    """Rows and columns count from 0 here, from 1 in the sheet."""

    def __init__(self, shown: ShownCells, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = shown

    @property
    def shown(self) -> ShownCells:
        return self._shown

    @property
    def grid(self) -> Grid:
        return self._shown.grid

    def show_cells(self, shown: ShownCells) -> None:
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else self.grid.rows

    def columnCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else self.grid.columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """For the delegate nothing of this is needed; it is for screen readers and whoever asks."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.grid.text_at(index.row() + 1, index.column() + 1)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return cell_name(index.row() + 1, index.column() + 1)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return column_letters(section + 1) if orientation is Qt.Orientation.Horizontal else str(section + 1)

    def range_at(self, index: Index) -> Range:
        """Characters [first, second) of the sheet's text in a cell."""
        return self.grid.range_at(index.row() + 1, index.column() + 1)


def is_number(text: str) -> bool:
    """Whether spreadsheets would set the cell to the right: a number, an amount, a share."""
    return len(text) <= 40 and _NUMBER.fullmatch(text.strip()) is not None
