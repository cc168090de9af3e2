"""How quote and passage are marked in a text: selections laid over it, which leave its own look alone.

Each one is compared with the text it is to cover, letter for letter: if they differ nothing is marked at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from desktop.theme import current_colours
from desktop.viewer.context import Range, Shown
from desktop.viewer.units import Units, unit_for_unit

_BREAKS = str.maketrans("\u2028\u2029", "\n\n")


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters [start, end) of the shown text stand in the document from Qt's position `at` on."""

    start: int
    end: int
    at: int


def marks(
    document: QTextDocument, shown: Shown, segments: Sequence[Segment], units: Units
) -> list[QTextEdit.ExtraSelection]:
    """The quote, with the found words in it; nothing where the document does not say what the quote says."""
    if shown.quote is None:
        return []
    colours = current_colours()
    pen = QTextCharFormat()
    pen.setBackground(QColor(colours.quote))
    pen.setForeground(QColor(colours.quote_text))
    found = QTextCharFormat(pen)
    found.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    found.setUnderlineColor(QColor(colours.footnote))
    found.setFontWeight(QFont.Weight.DemiBold)
    wanted = [(shown.quote, pen), *([(shown.found, found)] if shown.found else [])]
    made: list[QTextEdit.ExtraSelection] = []
    for range_, look in wanted:
        for part, cursor in cursors_over(document, range_, segments, units):
            if not _says(cursor, shown.text[part[0] : part[1]]):
                return []
            made.append(_selection(cursor, look))
    return made


def cursors_over(
    document: QTextDocument, range_: Range, segments: Sequence[Segment], units: Units
) -> Iterator[tuple[Range, QTextCursor]]:
    """The parts of a range as they stand in the document, each selected."""
    for segment in segments:
        start, end = max(range_[0], segment.start), min(range_[1], segment.end)
        if start < end:
            base = segment.at - units.at(segment.start)
            cursor = QTextCursor(document)
            cursor.setPosition(base + units.at(start))
            cursor.setPosition(base + units.at(end), QTextCursor.MoveMode.KeepAnchor)
            yield (start, end), cursor


def _says(cursor: QTextCursor, text: str) -> bool:
    return cursor.selectedText().translate(_BREAKS) == unit_for_unit(text).translate(_BREAKS)


def _selection(cursor: QTextCursor, look: QTextCharFormat) -> QTextEdit.ExtraSelection:
    made = QTextEdit.ExtraSelection()
    made.cursor = cursor
    made.format = look
    return made
