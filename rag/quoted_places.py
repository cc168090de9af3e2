"""The place of a quote, nearer than its passage's, as far as what is kept with an answer tells it: pages, lines, cells.

Works from the passage alone, so an old answer tells the same place when its document has gone. Knows nothing of stores.
"""

from __future__ import annotations

import re

from rag.keyed import holds_keys, key_path
from rag.places import column_name, nearer
from rag.titles import headings_of
from rag.types import CELL_SEPARATOR, HEADING_SEPARATOR, Citation, Place, Quote, Source

_RANGE = re.compile(r"(.*!)?([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", re.DOTALL)


def place_of_citation(citation: Citation) -> Place:
    """Its very lines or cells; its passage's place where the passage alone can't tell."""
    return place_of_quote(citation.source, citation.quote_span.start, citation.quote)


def place_of_quoted(quote: Quote) -> Place:
    """Its very lines, or the cells of the words found; its passage's place where the passage alone can't tell."""
    if quote.found is not None and quote.source.place.cells:
        return place_of_quote(quote.source, quote.found.start, quote.found_text)
    return place_of_quote(quote.source, quote.span.start, quote.text)


def place_of_quote(source: Source, start: int, quote: str) -> Place:
    """Where `quote` stands, which begins at character `start` of the document's text."""
    begin = start - source.span.start
    if begin < 0 or not quote.strip() or source.text[begin : begin + len(quote)] != quote:
        return source.place
    begin += len(quote) - len(quote.lstrip())
    end = begin + len(quote.strip())
    if source.place.parts:
        return nearer(source.place, begin, end)
    if source.place.lines is not None:
        first = source.place.lines[0] + source.text.count("\n", 0, begin)
        lines = (first, first + source.text.count("\n", begin, end))
        return Place(lines=lines, keys=_keys(source, begin, end))
    if source.place.cells:
        return Place(cells=_cells(source.text, source.place.cells, begin, end))
    return source.place


def _keys(source: Source, begin: int, end: int) -> str | None:
    """The keys of a quote from a data file."""
    if not holds_keys(source.path):
        return None
    return HEADING_SEPARATOR.join(key_path(source.text, begin, end, headings_of(source.heading))) or None


def page_of(source: Source, start: int) -> int | None:
    """The page of character `start` of the document's text, which lies in the source; None without pages."""
    if not source.place.parts or source.span.page is None:
        return source.span.page
    begin = max(0, start - source.span.start)
    return nearer(source.place, begin, begin + 1).page


def _cells(text: str, cells: str, begin: int, end: int) -> str:
    """The cells of characters [begin, end), if each line of the text is one row of the range, else the range.

    A row that is left out, as hidden and empty ones are, makes the lines fewer than the rows.
    """
    range_ = _RANGE.fullmatch(cells)
    if range_ is None:
        return cells
    sheet, left, top, right, bottom = range_.groups(default="")
    if text.count("\n") != int(bottom) - int(top):
        return cells
    first, last = int(top) + text.count("\n", 0, begin), int(top) + text.count("\n", 0, end)
    if first == last:
        left, right = _columns(text, left, right, begin, end)
    from_, to = f"{left}{first}", f"{right}{last}"
    return sheet + (from_ if from_ == to else f"{from_}:{to}")


def _columns(text: str, left: str, right: str, begin: int, end: int) -> tuple[str, str]:
    """The columns of characters [begin, end) of one row, if the row has a cell for each column of the range."""
    row_start = text.rfind("\n", 0, begin) + 1
    row = text[row_start:].split("\n", 1)[0]
    if row.count(CELL_SEPARATOR) != _number(right) - _number(left):
        return left, right
    before = _number(left) + text.count(CELL_SEPARATOR, row_start, begin)
    return column_name(before), column_name(before + text.count(CELL_SEPARATOR, begin, end))


def _number(column: str) -> int:
    """ "A" -> 1, "AA" -> 27: the way back from rag.places.column_name."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
