"""One page on the screen: a sheet of paper, its picture, the quote boxed as with a highlighter, the selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from desktop.theme import current_colours
from desktop.tokens import PAPER
from desktop.viewer.drawn_pages import Drawn
from desktop.viewer.pages import Box
from desktop.viewer.sheets import Rect, Sheets

SHEET = "#FFFFFF"
"""Paper stays white by night: what is printed on it was made for that."""

_AROUND = 1.5
"""Pixels by which a mark reaches beyond its first and last letter; above and below its lines touch as it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What there is of a page: boxes in points. `failed`: it can't be drawn."""

    drawn: Drawn | None
    marks: Sequence[Box]
    selected: Sequence[Box]
    failed: bool


def paint_page(painter: QPainter, sheets: Sheets, index: int, look: Look) -> None:
    """Paint page `index` (from 0) where it stands on the sheets."""
    sheet = _rect(sheets.rect(index))
    painter.fillRect(sheet, QColor(SHEET))
    if look.drawn is not None:
        painter.drawImage(_measured(sheet, look.drawn.picture.size().toSizeF() / _ratio(painter)), look.drawn.picture)
    elif look.failed:
        painter.setPen(QColor(PAPER.muted))
        painter.drawText(sheet, int(Qt.AlignmentFlag.AlignCenter), f"Page {index + 1} can't be drawn.")
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    for box in look.marks:
        painter.fillRect(_wider(sheets.box(index, box)), QColor(PAPER.quote))
    for box in look.selected:
        painter.fillRect(_rect(sheets.box(index, box)), QColor(PAPER.selection))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setPen(_pen(PAPER.footnote, 120))
    for box in look.marks:
        painter.drawRect(_wider(sheets.box(index, box)))
    painter.setPen(QPen(QColor(current_colours().border), 1))
    painter.drawRect(sheet)


def _measured(sheet: QRectF, size: QSizeF) -> QRectF:
    """Where a picture of that size goes: as it is where it was drawn to measure, else stretched over the sheet."""
    fits = abs(size.width() - sheet.width()) < 1.5 and abs(size.height() - sheet.height()) < 1.5
    return QRectF(sheet.topLeft(), size) if fits else sheet


def _ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatioF()


def _pen(colour: str, alpha: int) -> QPen:
    made = QColor(colour)
    made.setAlpha(alpha)
    return QPen(made, 1)


def _rect(rect: Rect) -> QRectF:
    """On whole pixels, or a page drawn to measure would be blurred."""
    return QRectF(round(rect.left), round(rect.top), round(rect.width), round(rect.height))


def _wider(rect: Rect) -> QRectF:
    return QRectF(rect.left, rect.top, rect.width, rect.height).adjusted(-_AROUND, 0, _AROUND, 0)
