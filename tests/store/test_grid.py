"""A sheet is kept with its cells and comes back as one, and every excerpt knows its page's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import NotFound
from rag.store.library import Library
from rag.types import PAGE_BREAK, Block, BlockKind, Cell, Document, Page, Span

FIRST, SECOND = "Read me first.", "Item | Price\nBolt | 0.20\n\nTotal | 7"


@pytest.fixture
def workbook(library: Library) -> Document:
    begun = library.begin(Path("/w.xlsx"), media_type="application/x", sha256="a", size=1, title="W")
    cells = (Cell(0, 4, 3, 2), Cell(7, 12, 3, 3), Cell(13, 17, 4, 2), Cell(20, 24, 4, 3), Cell(26, 31, 9, 2))
    blocks = (Block(0, 12, BlockKind.TABLE, 1), Block(13, 24, BlockKind.TABLE), Block(26, 35, BlockKind.TABLE))
    pages = [Page(1, FIRST, (), label="Cover"), Page(2, SECOND, blocks, label="Prices", cells=cells)]
    return library.replace(
        begun.id, title="W", pages=pages, passages=[], terms=[], sha256="a", media_type="application/x", size=1
    )


def test_a_sheet_comes_back_with_its_cells_in_their_rows_and_columns(library: Library, workbook: Document) -> None:
    grid = library.grid(workbook.id, 2)
    assert (grid.label, grid.text, grid.start) == ("Prices", SECOND, len(FIRST) + len(PAGE_BREAK))
    assert (grid.rows, grid.columns) == (9, 3)
    assert [grid.text_at(4, column) for column in (1, 2, 3)] == ["", "Bolt", "0.20"]
    assert [grid.header_above(row) for row in (2, 3, 4, 9)] == [0, 3, 3, 3]


def test_a_page_without_cells_is_no_sheet(library: Library, workbook: Document) -> None:
    assert library.grid(workbook.id, 1).rows == 0


def test_a_page_that_is_not_there_has_no_grid(library: Library, workbook: Document) -> None:
    with pytest.raises(NotFound):
        library.grid(workbook.id, 3)


def test_an_excerpt_knows_the_name_of_its_page(library: Library, workbook: Document) -> None:
    assert [piece.label for piece in library.excerpts(workbook.id, Span(0, 40))] == ["Cover", "Prices"]
