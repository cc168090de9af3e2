"""Reads tables kept as text: CSV and TSV, with whatever sign parts their columns.

A page is a stretch of rows, each a line "a | b | c" whose cells know their row and column as a spreadsheet counts them.
Everything is text: a cell that begins with = or @ is shown as it is and never computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.cleaning import shown_name
from rag.parsers.decoding import read_text
from rag.parsers.formats import CSV, TSV, media_type_by_name, suffixes_of
from rag.parsers.records import TAB, records, sniff
from rag.types import CELL_SEPARATOR, Block, BlockKind, Cell, Counting, Page, PageSkipped, Title

PAGE_CELLS = 20_000
"""A page of more would be a message and a row of the database of over a megabyte."""

BLOCK_ROWS = 40
"""Rows in a block. The rows of a passage are chosen later; one block for each would be most of a page's memory."""

HEADER_WITHIN = 10
"""The header stands in one of the first rows that hold anything; above it is at most a title."""

_SEPARATOR_LINE = re.compile(r"sep=([,;|:^~\t])\n", re.IGNORECASE)
"""What Excel writes above a table to tell itself the sign between columns; it is no row."""

_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,' \u00a0]*\s?[%\w€]{0,3}\)?")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


class DelimitedParser:
    """Comma-separated and tab-separated values."""

    media_types: tuple[str, ...] = (CSV, TSV)
    suffixes = suffixes_of(CSV, TSV)
    counting = Counting.SHEETS

    def recognises(self, head: bytes) -> bool:
        """Commas make no table, so only the name tells."""
        del head
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        """Yield the rows, in pages of about PAGE_CELLS cells. Raises DocumentEmpty, Too Large, Unsupported."""
        text = read_text(path)
        told = _SEPARATOR_LINE.match(text)
        if told:
            text, delimiter = text[told.end() :], told[1]
        else:
            delimiter = TAB if media_type_by_name(path) == TSV and TAB in text else sniff(text)
        number = 0
        for number, page in enumerate(_pages(records(text, delimiter)), 1):  # noqa: B007 - read behind the loop
            yield page
        if not number:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.")


def _pages(rows: Iterator[list[str]]) -> Iterator[Page]:
    page = _SheetPage(1)
    header_sought = HEADER_WITHIN
    for number, row in enumerate(rows, 1):
        texts = [" ".join(cell.split()) for cell in row]
        if not any(texts):
            continue
        is_header = header_sought > 0 and looks_like_header(texts)
        header_sought = 0 if is_header else header_sought - 1
        page.add(number, texts, level=1 if is_header else 0)
        if len(page.cells) >= PAGE_CELLS:
            yield page.made()
            page = _SheetPage(page.number + 1)
    if page.cells:
        yield page.made()


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether these cells name columns: at least two, all different, and words or years, not amounts."""
    names = [cell for cell in cells if cell]
    amounts = [cell for cell in names if _NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    return len(names) > 1 and len(set(names)) == len(names) and not amounts


class _SheetPage:
    """Collects the rows of one page."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.cells: list[Cell] = []
        self._lines: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._block_rows = 0

    def add(self, row: int, texts: Sequence[str], *, level: int) -> None:
        """A row that is not blank; level 1 for a header."""
        start = at = self._length
        for column, text in enumerate(texts, 1):
            if text:
                self.cells.append(Cell(at, at + len(text), row, column))
            at += len(text) + len(CELL_SEPARATOR)
        line = CELL_SEPARATOR.join(texts)
        self._lines.append(line)
        self._length += len(line) + 1
        self._note(start, start + len(line), level)

    def _note(self, start: int, end: int, level: int) -> None:
        """The row goes into the block before it, unless that is full or the row is a header."""
        if self._blocks and not level and self._block_rows < BLOCK_ROWS:
            last = self._blocks.pop()
            start, level = last.start, last.level
            self._block_rows += 1
        else:
            self._block_rows = 1
        self._blocks.append(Block(start, end, BlockKind.TABLE, level))

    def made(self) -> Page:
        """The page."""
        return Page(self.number, "\n".join(self._lines), tuple(self._blocks), cells=tuple(self.cells))
