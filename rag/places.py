"""Says where a stretch of a document stands, as its format counts: pages, lines, slides, chapters, cells of a sheet.

Knows nothing of passages and how they are cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.types import PAGE_BREAK, Cell, Counting, Page, Place

_LABEL = re.compile(r"(?:(?P<name>[^–]*[^\s–\d])\s)?(?P<from>[\d:]+)(?:–(?P<to>[\d:]+))?")
"""A label that counts: "cell 4", "part 2, paragraph 7", "0:10–0:20"."""


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
                pages = self._over(start, end, lambda page: Place(page=page.number))
                return replace(_around(pages), parts=pages if last is not first else ())
            case Counting.SLIDES:
                return Place(slide=first.number)
            case Counting.LINES:
                return Place(lines=(self._line(start), self._line(end - 1)))
            case Counting.CHAPTERS:
                told = first.label or (headings[-1] if headings else "")
                return Place(chapter=told) if told else self._paragraphs(start, end)
            case Counting.PIECES:
                pieces = self._over(start, end, lambda page: Place(chapter=page.label))
                return replace(_around(pieces), parts=pieces if last is not first else ())
            case Counting.SHEETS:
                return Place(cells=self._cells(start, end) or None)

    def _over(self, start: int, end: int, tell: Callable[[Page], Place]) -> tuple[tuple[int, Place], ...]:
        """The pages that the stretch runs over, each from a character of the stretch on."""
        pages = range(self._index(start), self._index(end - 1) + 1)
        return tuple((max(0, self.starts[page] - start), tell(self.pages[page])) for page in pages)

    def _paragraphs(self, start: int, end: int) -> Place:
        """The blocks that the stretch touches, "paragraphs 3–7", where nothing else tells a place."""
        index = self._index(start)
        begin = self.starts[index]
        starts = [block.start for block in self.pages[index].blocks]
        first, last = (bisect_right(starts, position - begin) for position in (start, end - 1))
        if not first:
            return Place()
        part = f"part {index + 1}, " if len(self.pages) > 1 else ""
        paragraphs = tuple(
            (max(0, starts[number - 1] + begin - start), Place(chapter=f"{part}paragraph {number}"))
            for number in range(first, last + 1)
        )
        return replace(_around(paragraphs), parts=paragraphs if last > first else ())

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


def nearer(place: Place, start: int, end: int) -> Place:
    """Where characters [start, end) of a passage's text stand, by the parts of its place; all of it without parts."""
    starts = [at for at, _ in place.parts]
    touched = place.parts[max(0, bisect_right(starts, start) - 1) : bisect_right(starts, end - 1)]
    return _around(touched) if touched else place


def _around(parts: Sequence[tuple[int, Place]]) -> Place:
    """The place that holds the first part and the last."""
    first, last = parts[0][1], parts[-1][1]
    if first == last:
        return first
    if first.page is not None:
        return Place(page=first.page, last_page=last.page)
    return Place(chapter=label_range(first.chapter or "", last.chapter or ""))


def label_range(first: str, last: str) -> str:
    """From one label to another: "cell 2", "cell 5" -> "cells 2–5"; "0:10–0:20", "0:21–0:30" -> "0:10–0:30"."""
    before, after = _LABEL.fullmatch(first), _LABEL.fullmatch(last)
    if first == last or before is None or after is None or _singular(before) != _singular(after):
        return first if first == last else f"{first} – {last}"
    name = f"{_singular(before)}s " if before["name"] else ""
    return f"{name}{before['from']}–{after['to'] or after['from']}"


def _singular(label: re.Match[str]) -> str:
    """What a label counts: a range of several was labelled "cells 2–5" when it was read."""
    return (label["name"] or "").removesuffix("s" if label["to"] else "")


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
