"""How a sheet looks: its cells, with the quote's as under a highlighter, and its headers with letters and numbers.

The column header also says what the table's own header row calls the column, while that row is scrolled out of sight.
"""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from desktop.theme import current_colours
from desktop.tokens import SIZE_SMALL, XS, S
from desktop.viewer.cells import part_in
from desktop.viewer.cells_model import CellsModel, Index, is_number
from desktop.viewer.context import Range
from desktop.viewer.units import unit_for_unit

BAR = 3
"""Pixels of the bar beside the passage's rows."""

LONGEST = 400
"""Characters of a cell that are measured and drawn; the widest column holds a tenth of them."""

_BREAKS = str.maketrans("\n\t", "  ")


def one_line(text: str) -> str:
    """A cell's text as it is drawn, every character in its place."""
    return unit_for_unit(text[:LONGEST]).translate(_BREAKS).replace("\u2028", " ")


class CellDelegate(QStyledItemDelegate):
    """Draws a cell: what is quoted of it stands on the highlighter's colour, the found words are underlined."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, CellsModel):
            return
        colours = current_colours()
        cell, rect = model.range_at(index), QRectF(option.rect)
        text = one_line(model.grid.text[cell[0] : cell[1]])
        quoted, found = part_in(model.shown.quote, cell), part_in(model.shown.found, cell)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        whole = quoted is not None and (quoted[1] - quoted[0] == cell[1] - cell[0] or _runs_left(text))
        painter.save()
        painter.setClipRect(option.rect)
        if selected:
            painter.fillRect(rect, QColor(colours.selection))
        if whole:
            painter.fillRect(rect.adjusted(0, 0, 0, -S if selected else 0), QColor(colours.quote))
        painter.setFont(option.font)
        inside = rect.adjusted(XS + 1, 0, -XS - 1, 0)
        place = _Line(text, QFontMetricsF(option.font, painter.device()), inside)
        if quoted is not None and not whole:
            painter.fillRect(place.stretch(quoted), QColor(colours.quote))
            painter.fillRect(QRectF(rect.left(), rect.top(), BAR, rect.height()), QColor(colours.footnote))
        painter.setPen(QColor(colours.quote_text if whole else colours.text))
        place.draw(painter)
        if found is not None and not _runs_left(text):
            line = place.stretch(found)
            painter.setPen(QPen(QColor(colours.footnote), 1.5))
            painter.drawLine(line.bottomLeft(), line.bottomRight())
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()


class _Line:
    """One line of text in a cell, numbers to the right; it ends in … where it does not fit."""

    def __init__(self, text: str, metrics: QFontMetricsF, rect: QRectF) -> None:
        self._text, self._metrics, self._rect = text, metrics, rect
        width = metrics.horizontalAdvance(text)
        self._shown = (
            text if width <= rect.width() else metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        )
        self._left = rect.right() - width if is_number(text) and width <= rect.width() else rect.left()

    def draw(self, painter: QPainter) -> None:
        place = QRectF(self._left, self._rect.top(), self._rect.right() - self._left, self._rect.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._shown)

    def stretch(self, range_: Range) -> QRectF:
        """Where characters of the text stand, cut to the cell; what does not fit stands below its …"""
        left, right = (self._left + self._metrics.horizontalAdvance(self._text[:at]) for at in range_)
        left = min(left, self._rect.right() - self._metrics.horizontalAdvance("…"))
        height = self._metrics.height()
        top = self._rect.center().y() - height / 2
        return QRectF(left, top, max(0.0, right - left), height).intersected(self._rect)


class RowNumbers(QHeaderView):
    """Numbers of the rows, with a bar beside the passage's, stronger beside the quote's."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName("Row numbers")

    def sizeHint(self) -> QSize:
        model = self.model()
        digits = str(max(99, model.rowCount())) if model is not None else ""
        return QSize(round(_metrics(self).horizontalAdvance(digits)) + 2 * S + BAR, super().sizeHint().height())

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self.model()
        if not isinstance(model, CellsModel):
            return
        colours, shown, row = current_colours(), model.shown, section + 1
        cited = _holds(shown.rows_of(shown.quote), row)
        painter.save()
        painter.fillRect(rect, QColor(colours.window))
        if cited or _holds(shown.rows_of(shown.passage), row):
            bar = QRect(rect.right() - BAR, rect.top(), BAR, rect.height())
            painter.fillRect(bar, QColor(colours.footnote if cited else colours.border))
        painter.setFont(_font(self, bold=cited))
        painter.setPen(QColor(colours.text if cited else colours.muted))
        place = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(rect.adjusted(0, 0, -BAR - S, 0), place, str(row))
        painter.restore()


class ColumnNames(QHeaderView):
    """Letters of the columns; below them, in what `header_row` (0: none) says of each."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.header_row = 0
        self.two_lines = False
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setAccessibleName("Columns")

    def show_header(self, row: int) -> None:
        """The row that is out of sight and says what the columns are; 0 for none."""
        if row != self.header_row:
            self.header_row = row
            self.viewport().update()

    def sizeHint(self) -> QSize:
        lines = 2 if self.two_lines else 1
        return QSize(super().sizeHint().width(), round(_metrics(self).height() * lines) + S)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        model = self.model()
        if not isinstance(model, CellsModel):
            return
        colours, shown = current_colours(), model.shown
        ends = shown.ends if shown.quote is not None else None
        painter.save()
        painter.fillRect(rect, QColor(colours.window))
        painter.setPen(QColor(colours.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        cited = ends is not None and ends[0][1] <= section + 1 <= ends[1][1] and ends[0][0] == ends[1][0]
        painter.setFont(_font(self, bold=cited))
        inside = rect.adjusted(XS, XS // 2, -XS, -XS // 2)
        painter.setPen(QColor(colours.text if cited else colours.muted))
        letters = str(model.headerData(section, Qt.Orientation.Horizontal))
        name = model.grid.text_at(self.header_row, section + 1) if self.header_row else ""
        upper = Qt.AlignmentFlag.AlignTop if self.two_lines else Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignHCenter | upper), letters)
        if name:
            painter.setPen(QColor(colours.text))
            line = _metrics(self).elidedText(one_line(name), Qt.TextElideMode.ElideRight, inside.width())
            painter.drawText(inside, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), line)
        painter.restore()


def _runs_left(text: str) -> bool:
    """Where letters stand in such a text is not told by those before them; its cell is marked whole."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def _holds(rows: tuple[int, int], row: int) -> bool:
    return rows[0] <= row <= rows[1]


def _font(header: QHeaderView, *, bold: bool) -> QFont:
    font = QFont(header.font())
    font.setPointSizeF(SIZE_SMALL)
    font.setBold(bold)
    return font


def _metrics(header: QHeaderView) -> QFontMetricsF:
    return QFontMetricsF(_font(header, bold=True))
