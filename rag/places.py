"""Says where a stretch of a document stands, as its format counts: pages, lines, slides, chapters, cells of a sheet.

Knows nothing of passages and how they are cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from rag.types import PAGE_BREAK, Cell, Counting, Page, Place


class Places:
    """The way back from offsets in a document's text to its pages, lines and cells."""

    def __init__(self, pages: Sequence[Page], counting: Counting) -> None:
        self.pages = pages
        self.text = PAGE_BREAK.join(page.text for page in pages)
        self.starts = _starts(pages)
        self._counting = counting
        lines = re.finditer("\n", self.text) if counting is Counting.LINES else ()
        self._line_starts = [0, *(found.end() for found in lines)]
        self._cell_starts: dict[int, list[int]] = {}

    def page(self, position: int) -> Page:
        """The page of a character of the text."""
        return self.pages[self._index(position)]

    def place(self, start: int, end: int, headings: Sequence[str]) -> Place:
        """Where characters [start, end) stand, end > start; `headings` are those above, innermost last."""
        first, last = self.page(start), self.page(end - 1)
        match self._counting:
            case Counting.PAGES:
                return Place(page=first.number, last_page=last.number if last is not first else None)
            case Counting.SLIDES:
                return Place(slide=first.number)
            case Counting.LINES:
                return Place(lines=(self._line(start), self._line(end - 1)))
            case Counting.CHAPTERS:
                return Place(chapter=first.label or (headings[-1] if headings else self._paragraphs(start, end)))
            case Counting.SHEETS:
                return Place(cells=self._cells(start, end) or None)

    def _paragraphs(self, start: int, end: int) -> str | None:
        """The blocks that the stretch touches, "paragraphs 3–7", where nothing else tells a place."""
        index = self._index(start)
        starts = [block.start for block in self.pages[index].blocks]
        first, last = (bisect_right(starts, position - self.starts[index]) for position in (start, end - 1))
        if not first:
            return None
        part = f"part {index + 1}, " if len(self.pages) > 1 else ""
        return f"{part}paragraph {first}" if first == last else f"{part}paragraphs {first}–{last}"

    def _index(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def _line(self, position: int) -> int:
        return bisect_right(self._line_starts, position)

    def _cells(self, start: int, end: int) -> str:
        """The smallest range around all cells that the stretch touches, "Prices!B4:D9"; of one sheet only."""
        index = self._index(start)
        page, begin = self.pages[index], self.starts[index]
        if index not in self._cell_starts:
            self._cell_starts[index] = [cell.start for cell in page.cells]
        starts = self._cell_starts[index]
        start, end = start - begin, end - begin
        first = max(0, bisect_right(starts, start) - 1)
        touched = [cell for cell in page.cells[first : bisect_right(starts, end - 1)] if cell.end > start]
        return "!".join(part for part in (page.label, cell_range(touched)) if part)


def cell_range(cells: Sequence[Cell]) -> str:
    """The smallest range that holds the cells, as spreadsheets write it: "B4", "B4:D9"; empty for no cells."""
    if not cells:
        return ""
    rows, columns = [cell.row for cell in cells], [cell.column for cell in cells]
    first, last = (f"{column_name(end(columns))}{end(rows)}" for end in (min, max))
    return first if first == last else f"{first}:{last}"


def column_name(column: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _starts(pages: Sequence[Page]) -> list[int]:
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page.text) + len(PAGE_BREAK)
    return starts
