"""A sheet is shown with its letters and numbers, and the quote's cells are marked, exactly those."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.tokens import PAPER
from desktop.viewer.cells import ShownCells, as_lines, shown_cells
from desktop.viewer.cells_model import CellsModel, is_number
from desktop.viewer.cells_view import CellsView
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.reference import Reference
from rag.grid import Grid, cell_name, column_letters
from rag.types import Excerpt, Place, Source, Span
from tests.fakes.desktop import FakeAssistant
from tests.fakes.viewer import FakePages

HEADER = ("Item", "Price", "Sold", "Notes")
AT = 1000
"""Where the sheet begins in its document."""


def row_of(number: int) -> tuple[str, ...]:
    return (f"Item {number}", f"{number}.50", "", f"The keeper of shelf {number} counts it twice a year.")


def sheet(rows: int, first: int = 1) -> Grid:
    """A header and so many rows below it; the third column is empty."""
    lines = [HEADER, *(row_of(number) for number in range(first, first + rows))]
    text, cells = "", []
    for row, line in enumerate(lines, start=1):
        for column, cell in enumerate(line, start=1):
            if cell:
                cells.append((len(text), len(text) + len(cell), row, column))
            text += cell + (" | " if column < len(line) else "\n")
    return Grid("Prices", text, AT, np.array(cells, dtype=np.int32), np.array([0], dtype=np.int32))


def reference_to(grid: Grid, words: str, passage_row: int, *, cells: str = "Prices!A2:D9") -> Reference:
    """A quote within the row that it stands in; the passage is that row and the next."""
    start = grid.range_at(passage_row, 1)[0]
    end = grid.text.find("\n", grid.text.find("\n", start) + 1)
    text = grid.text[start:end]
    at = AT + start
    source = Source(
        1, 7, 1, "prices.xlsx", Path("/prices.xlsx"), "", Place(cells=cells), text, Span(at, at + len(text), 1)
    )
    first = at + text.index(words)
    return Reference(source, words, Span(first, first + len(words), 1))


@pytest.fixture
def view(qtbot: QtBot) -> CellsView:
    made = CellsView()
    qtbot.addWidget(made)
    made.resize(420, 400)
    made.show()
    return made


def open_at(view: CellsView, grid: Grid, words: str, row: int) -> ShownCells:
    shown = shown_cells(reference_to(grid, words, row), grid)
    assert shown is not None
    view.show_cells(shown)
    return shown


@pytest.mark.parametrize(
    ("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_are_named_as_spreadsheets_name_them(column: int, letters: str) -> None:
    assert column_letters(column) == letters
    assert cell_name(4, column) == f"{letters}4"


def test_a_grid_tells_what_stands_in_a_cell_and_which_cells_a_span_touches() -> None:
    grid = sheet(3)
    assert (grid.rows, grid.columns) == (4, 4)
    assert grid.text_at(3, 2) == "2.50"
    assert grid.text_at(3, 3) == grid.text_at(99, 1) == ""
    start, end = grid.range_at(2, 2)[0], grid.range_at(3, 1)[1]
    assert grid.touched(start, end).tolist() == [[2, 2], [2, 4], [3, 1]]
    assert grid.touched(end, end + 3).tolist() == []
    assert grid.header_above(4) == 1


def test_the_quote_marks_its_cells_and_no_others(view: CellsView) -> None:
    open_at(view, sheet(40), "Item 7 | 7.50", 8)
    assert view.quoted == ["Item 7", "7.50"]
    picture = view.table.viewport().grab().toImage()

    def ground(row: int, column: int) -> str:
        place = view.table.visualRect(view.table.model().index(row - 1, column - 1)).bottomRight()
        return picture.pixelColor(place.x() - 3, place.y() - 3).name().upper()

    assert ground(8, 1) == ground(8, 2) == PAPER.quote
    assert PAPER.quote not in {ground(7, 1), ground(9, 1), ground(8, 3)}


def test_a_part_of_a_cell_is_marked_in_it_and_in_the_line_above(view: CellsView) -> None:
    open_at(view, sheet(5), "shelf 3", 4)
    assert view.quoted == [row_of(3)[3]]
    assert view.line.name == "D4"
    assert view.line.text == row_of(3)[3]
    assert [each.cursor.selectedText() for each in view.line.marks] == ["shelf 3"]


def test_a_quote_that_is_no_longer_there_marks_nothing_and_the_passage_is_told(view: CellsView) -> None:
    grid = sheet(9)
    made = reference_to(grid, "Item 4", 5)
    shown = shown_cells(replace(made, quote="Item 5"), grid)
    assert shown is not None
    assert shown.quote is None
    assert shown.rows_of(shown.passage) == (5, 6)
    assert shown_cells(made, sheet(9, first=2)) is None


def test_the_view_stands_at_the_quote_and_stays_there_when_it_grows_until_it_is_scrolled(
    view: CellsView, qtbot: QtBot
) -> None:
    open_at(view, sheet(900), "Item 700", 701)

    def rows_seen() -> range:
        table = view.table
        return range(table.rowAt(0) + 1, table.rowAt(table.viewport().height() - 1) + 2)

    assert 701 in rows_seen()
    view.resize(420, 700)
    qtbot.waitUntil(lambda: len(rows_seen()) > 20)
    assert 701 in rows_seen()
    assert view.line.name == "A701"


def test_a_cell_that_is_chosen_stays_in_sight_when_the_view_grows(view: CellsView, qtbot: QtBot) -> None:
    open_at(view, sheet(900), "Item 700", 701)
    view.table.setCurrentIndex(view.table.model().index(9, 0))
    view.resize(420, 700)
    qtbot.waitUntil(lambda: view.table.viewport().height() > 450)
    assert view.line.name == "A10"
    assert view.table.rowAt(0) <= 9


def test_the_header_row_goes_on_standing_above_its_columns_when_it_is_scrolled_away(view: CellsView) -> None:
    open_at(view, sheet(900), "Item 700", 701)
    assert view.columns.header_row == 1
    view.table.verticalScrollBar().setValue(0)
    assert view.columns.header_row == 0


def test_chosen_cells_are_copied_as_a_spreadsheet_would(view: CellsView, qtbot: QtBot) -> None:
    open_at(view, sheet(5), "Item 2", 3)
    model = view.table.model()
    chosen = QItemSelection(model.index(1, 0), model.index(2, 2))
    view.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    assert QGuiApplication.clipboard().text() == "Item 1\t1.50\nItem 2\t2.50"


def test_a_cell_with_a_tab_or_a_break_is_copied_in_quotation_marks() -> None:
    text = 'a\tb\nc "d"'
    cells = np.array([(0, 5, 1, 2), (6, 9, 3, 3)], dtype=np.int32)
    grid = Grid("", text, 0, cells, np.empty(0, dtype=np.int32))
    assert as_lines(grid, [(1, 1, 9, 9)]) == '\t"a\tb\nc"\n\n\t\t"""d"""'
    assert as_lines(grid, [(2, 1, 2, 2)]) == ""


@pytest.mark.parametrize("text", ["12.5", "-3", "1 200,50", "40 %", "€ 12.00", "(300)", "12 EUR"])
def test_numbers_stand_at_the_right(text: str) -> None:
    assert is_number(text)
    assert not is_number("Item " + text)


def test_a_sheet_of_a_hundred_thousand_cells_and_a_thousand_columns_is_there_at_once(
    view: CellsView, qtbot: QtBot
) -> None:
    rows, columns = 100, 1000
    words = [f"r{row}c{column}" for row in range(1, rows + 1) for column in range(1, columns + 1)]
    ends = np.cumsum([len(word) + 3 for word in words])
    places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    cells = np.column_stack([ends - [len(word) + 3 for word in words], ends - 3, places]).astype(np.int32)
    cells[-1, 2] = 900_000
    grid = Grid("Wide", " | ".join(words) + "   ", 0, cells, np.empty(0, dtype=np.int32))
    place = grid.range_at(50, 900)
    begun = time.thread_time()
    view.show_cells(ShownCells(grid, place, place))
    seen = view.table.visualRect(view.table.model().index(49, 899))
    assert view.table.viewport().rect().intersects(seen)
    assert time.thread_time() - begun < 1.0  # 60 ms on a quiet machine
    assert view.table.model().rowCount() == 900_000


def test_a_title_above_a_table_does_not_widen_its_column(view: CellsView) -> None:
    grid = sheet(60)
    title = "A title of the whole table that is far longer than any of its cells " * 3
    moved = grid.cells + np.array([len(title) + 1, len(title) + 1, 1, 0])
    cells = np.vstack([[(0, len(title), 1, 1)], moved]).astype(np.int32)
    titled = Grid("T", f"{title}\n{grid.text}", AT, cells, grid.headers + len(title) + 1)
    place = titled.range_at(32, 1)
    view.show_cells(ShownCells(titled, place, place))
    assert titled.text_at(32, 1) == "Item 30"
    assert view.columns.sectionSize(0) < 120


class Workbooks(FakeAssistant):
    """Its first document is a sheet."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.sheet = sheet(60)

    def excerpts(self, document_id: int, span: Span) -> list[Excerpt]:
        start, end = max(0, span.start - AT), span.end - AT
        return [Excerpt(1, AT + start, self.sheet.text[start:end], (), AT, len(self.sheet.text), "Prices")]

    def grid(self, document_id: int, number: int) -> Grid:
        return self.sheet


def test_a_source_placed_by_its_cells_is_opened_in_its_sheet(qtbot: QtBot, lanes: Lanes, tmp_path: Path) -> None:
    assistant, file = Workbooks(tmp_path), tmp_path / "prices.xlsx"
    file.write_bytes(b"x")
    made = reference_to(assistant.sheet, "Item 44", 45)
    assistant._documents[1] = replace(assistant.document(1), path=file, size=1, media_type="application/x")
    panel = SourcesPanel(assistant, lanes, pages=FakePages())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(420, 700)
    panel.show()
    panel.open_references([replace(made, source=replace(made.source, path=file))], 0)
    qtbot.waitUntil(lambda: not panel.opened.busy, timeout=10_000)
    assert panel.opened.cells_view.isVisible()
    assert panel.opened.cells_view.quoted == ["Item 44"]
    assert panel.opened._bar._more.isHidden()
    panel.opened._larger()
    assert panel.opened.cells_view.quoted == ["Item 44"]


def test_a_screen_reader_is_told_the_cell_and_its_text() -> None:
    model = CellsModel(ShownCells(sheet(2)))
    index = model.index(1, 1)
    assert index.data(Qt.ItemDataRole.DisplayRole) == "1.50"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "B2"


def test_a_long_cell_is_read_in_the_line_above_at_its_quoted_words(view: CellsView, qtbot: QtBot) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    grid = Grid("", words, 0, np.array([(0, len(words), 1, 1)], dtype=np.int32), np.empty(0, dtype=np.int32))
    at = words.index("word390")
    view.show_cells(ShownCells(grid, (0, len(words)), (at, at + 7)))
    line = QFontMetricsF(view.line.font()).height()
    qtbot.waitUntil(lambda: 3 * line < view.line.height() < 7 * line)
    assert view.line.sees_quote
