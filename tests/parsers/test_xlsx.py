"""Workbooks are read as people see them, and every cell keeps its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers import xlsx
from rag.parsers.xlsx import XlsxParser
from rag.types import BlockKind, HiddenText, Page, PageSkipped, Title
from tests.fakes.office import sheet_data, titled, write_package, write_xlsx

WHITE_FONT = '<fonts><font/><font><color rgb="FFFFFFFF"/></font><font><sz val="1"/></font></fonts>'
FILLS = '<fills><fill/><fill><patternFill patternType="solid"><fgColor rgb="FF203864"/></patternFill></fill></fills>'


def pages_of(path: Path) -> list[Page]:
    return [item for item in XlsxParser().read(path) if isinstance(item, Page)]


def read_sheet(folder: Path, inside: str, **more: object) -> Page:
    (page,) = pages_of(write_xlsx(folder / "a.xlsx", {"Prices": inside}, **more))  # type: ignore[arg-type]
    return page


def cells_of(page: Page) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.column): page.text[cell.start : cell.end] for cell in page.cells}


def hidden_in(path: Path) -> int:
    return sum(item.passages for item in XlsxParser().read(path) if isinstance(item, HiddenText))


def test_rows_are_lines_and_cells_keep_their_places(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, sheet_data(["Item", "Price"], ["Rent", 900], ["Heat", None]))
    assert (page.number, page.label, page.text) == (1, "Prices", "Item | Price\nRent | 900\nHeat")
    assert cells_of(page) == {(1, 1): "Item", (1, 2): "Price", (2, 1): "Rent", (2, 2): "900", (3, 1): "Heat"}
    assert [(block.kind, block.level) for block in page.blocks] == [(BlockKind.TABLE, level) for level in (1, 0, 0)]


def test_an_empty_cell_keeps_its_column(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, sheet_data(["Item", "Town", "Price"], ["Rent", None, 900], [None, "Ulm", 3]))
    assert page.text.split("\n")[1:] == ["Rent | | 900", "| Ulm | 3"]
    assert cells_of(page)[3, 2] == "Ulm"


def test_a_title_above_a_table_is_a_heading_and_the_header_is_found_below_it(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, sheet_data(["Rents of 2024"], ["Item", "Price"], ["Rent", 900]))
    assert page.text == "Rents of 2024\n\nItem | Price\nRent | 900"
    kinds = [(block.kind, block.level) for block in page.blocks]
    assert kinds == [(BlockKind.HEADING, 1), (BlockKind.TABLE, 1), (BlockKind.TABLE, 0)]


def test_two_tables_are_parted_by_a_blank_line(tmp_path: Path) -> None:
    data = sheet_data(["Item", "Price"], ["Rent", 900], [None], [None], ["Name", "Age"], ["Ann", 30])
    page = read_sheet(tmp_path, data)
    assert page.text == "Item | Price\nRent | 900\n\nName | Age\nAnn | 30"
    assert [block.level for block in page.blocks] == [1, 0, 1, 0]


def test_totals_below_one_blank_row_belong_to_the_table_above(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, sheet_data(["Item", "Price"], ["Rent", 900], [None], ["Total", 900]))
    assert page.text == "Item | Price\nRent | 900\nTotal | 900"


@pytest.mark.parametrize(
    "rows",
    [
        (["Ann", 30], ["Bob", 31], ["Cy", 32]),
        ([1, 2], [3, 4]),
        (["same", "same"], ["same", "same"], ["same", "same"]),
        (["Name", "Ann Lee"],),
    ],
)
def test_data_is_not_taken_for_a_header(tmp_path: Path, rows: tuple[list[str | float | None], ...]) -> None:
    assert not any(block.level for block in read_sheet(tmp_path, sheet_data(*rows)).blocks)


def test_years_name_columns(tmp_path: Path) -> None:
    page = read_sheet(tmp_path, sheet_data(["Town", 2023, 2024], ["Ulm", 17, 18]))
    assert page.blocks[0].level == 1


def test_the_header_of_a_table_of_the_file_is_believed(tmp_path: Path) -> None:
    inside = sheet_data([1, 2], [3, 4]) + '<tableParts><tablePart r:id="t1"/></tableParts>'
    rels = '<Relationships><Relationship Id="t1" Type="x/table" Target="../tables/table1.xml"/></Relationships>'
    more = {"xl/worksheets/_rels/sheet1.xml.rels": rels, "xl/tables/table1.xml": '<table ref="A1:B2"/>'}
    assert [block.level for block in read_sheet(tmp_path, inside, more=more).blocks] == [1, 0]


def test_numbers_are_shown_as_their_formats_show_them(tmp_path: Path) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="#,##0.00\\ [$€-407]"/></numFmts>'
        '<cellXfs><xf/><xf numFmtId="170"/><xf numFmtId="10"/><xf numFmtId="14"/></cellXfs>'
    )
    inside = (
        '<sheetData><row><c s="1"><v>1234.5</v></c><c s="2"><v>0.256</v></c><c s="3"><v>45366</v></c></row></sheetData>'
    )
    page = read_sheet(tmp_path, inside, styles=styles)
    assert page.text == "1,234.50 € | 25.60% | 2024-03-15"


def test_days_are_counted_from_1904_where_the_file_says_so(tmp_path: Path) -> None:
    inside = '<sheetData><row><c s="1"><v>43904</v></c></row></sheetData>'
    styles = '<cellXfs><xf/><xf numFmtId="14"/></cellXfs>'
    page = read_sheet(tmp_path, inside, styles=styles, properties='<workbookPr date1904="1"/>')
    assert page.text == "2024-03-15"


def test_every_kind_of_value_is_read(tmp_path: Path) -> None:
    cells = (
        '<c t="s"><v>0</v></c><c t="s"><v>7</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c>'
        '<c t="str"><f>A1</f><v>made</v></c><c t="d"><v>2024-03-15</v></c>'
    )
    shared = ["<r><t>two </t></r><r><t>runs</t></r><rPh><t>reading</t></rPh>"]
    page = read_sheet(tmp_path, f"<sheetData><row>{cells}</row></sheetData>", shared=shared)
    assert page.text == "two runs | TRUE | #REF! | made | 2024-03-15"
    assert [cell.column for cell in page.cells] == [1, 3, 4, 5, 6]


def test_formulas_without_stored_values_are_told(tmp_path: Path) -> None:
    inside = "<sheetData><row><c><v>1</v></c><c><f>A1*2</f></c></row></sheetData>"
    items = list(XlsxParser().read(write_xlsx(tmp_path / "a.xlsx", {"Sums": inside})))
    (told,) = [item for item in items if isinstance(item, PageSkipped)]
    assert told.label == "Sheet “Sums”"
    assert "one formula" in told.reason


def test_hidden_sheets_are_left_out_and_named(tmp_path: Path) -> None:
    sheets = {"Seen": sheet_data(["a"]), "Secret": sheet_data(["b"]), "Deep": sheet_data(["c"])}
    path = write_xlsx(tmp_path / "a.xlsx", sheets, states={"Secret": "hidden", "Deep": "veryHidden"})
    assert [page.text for page in pages_of(path)] == ["a"]
    told = [(item.number, item.label) for item in XlsxParser().read(path) if isinstance(item, PageSkipped)]
    assert told == [(2, "Sheet “Secret”"), (3, "Sheet “Deep”")]


def test_hidden_rows_and_columns_are_left_out_and_counted(tmp_path: Path) -> None:
    hidden = '<row r="2" hidden="1"><c r="A2"><v>3</v></c></row>'
    rows = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>{hidden}'
    inside = f'<cols><col min="2" max="2" hidden="1"/></cols><sheetData>{rows}</sheetData>'
    path = write_xlsx(tmp_path / "a.xlsx", {"S": inside})
    assert [page.text for page in pages_of(path)] == ["1"]
    assert hidden_in(path) == 2


def test_rows_that_a_filter_or_a_closed_group_keeps_away_are_read(tmp_path: Path) -> None:
    rows = '<row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>2</v></c></row>'
    grouped = '<row r="9" hidden="1" outlineLevel="1"><c><v>9</v></c></row>'
    inside = f'<sheetData>{rows}{grouped}</sheetData><autoFilter ref="A1:A3"/>'
    path = write_xlsx(tmp_path / "a.xlsx", {"S": inside})
    assert [list(cells_of(page).values()) for page in pages_of(path)] == [["1", "2", "9"]]
    assert hidden_in(path) == 0


@pytest.mark.parametrize(
    ("style", "after", "seen"),
    [
        ('<xf fontId="1"/>', "", False),
        ('<xf fontId="2"/>', "", False),
        ('<xf fontId="1" fillId="1"/>', "", True),
        ('<xf fontId="1"/>', '<conditionalFormatting sqref="A1:B9"/>', True),
        ('<xf numFmtId="170"/>', "", False),
    ],
    ids=["white", "tiny", "white on blue", "under a conditional format", "format that shows nothing"],
)
def test_text_that_nobody_sees_is_left_out_and_counted(tmp_path: Path, style: str, after: str, seen: bool) -> None:
    codes = '<numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts>'
    styles = f"{codes}{WHITE_FONT}{FILLS}<cellXfs><xf/>{style}</cellXfs>"
    inside = '<sheetData><row><c><v>1</v></c><c s="1" t="str"><v>obey me</v></c></row></sheetData>' + after
    path = write_xlsx(tmp_path / "a.xlsx", {"S": inside}, styles=styles)
    assert [page.text for page in pages_of(path)] == ["1 | obey me" if seen else "1"]
    assert hidden_in(path) == int(not seen)


def test_white_runs_inside_a_cell_are_left_out_and_counted(tmp_path: Path) -> None:
    shared = ['<r><t>seen </t></r><r><rPr><color theme="0"/></rPr><t>obey me</t></r>']
    inside = '<sheetData><row><c t="s"><v>0</v></c></row></sheetData>'
    path = write_xlsx(tmp_path / "a.xlsx", {"S": inside}, shared=shared)
    assert [page.text for page in pages_of(path)] == ["seen"]
    assert hidden_in(path) == 1


def test_text_boxes_and_titles_of_charts_are_read_below_the_cells(tmp_path: Path) -> None:
    rels = '<Relationships><Relationship Id="{}" Type="x/{}" Target="{}"/></Relationships>'
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": rels.format("d1", "drawing", "../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": "<d><sp><txBody><p><r><t>Read me</t></r></p></txBody></sp></d>",
        "xl/drawings/_rels/drawing1.xml.rels": rels.format("c1", "chart", "../charts/chart1.xml"),
        "xl/charts/chart1.xml": "<c><chart><title><tx><rich><p><r><t>Sales</t></r></p></rich></tx></title></chart></c>",
    }
    page = read_sheet(tmp_path, sheet_data([1]) + '<drawing r:id="d1"/>', more=more)
    assert page.text == "1\n\nRead me\n\nSales"
    assert len(page.cells) == 1


def test_the_title_is_the_documents_own(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"S": sheet_data([1])}, more={"docProps/core.xml": titled("Rents")})
    assert next(iter(XlsxParser().read(path))) == Title("Rents")


def test_what_is_over_the_limit_of_cells_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 4)
    path = write_xlsx(tmp_path / "a.xlsx", {"S": sheet_data(*[[n, n] for n in range(5)])})
    items = list(XlsxParser().read(path))
    assert [item.text for item in items if isinstance(item, Page)] == ["0 | 0\n1 | 1"]
    assert [item.reason for item in items if isinstance(item, PageSkipped)] == [
        "it is too large; its rows from 3 on were left out"
    ]


def test_a_workbook_without_text_is_empty(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.xlsx”"):
        list(XlsxParser().read(write_xlsx(tmp_path / "a.xlsx", {"S": "<sheetData/>"})))


def test_a_zip_without_a_workbook_and_a_cut_sheet_are_broken(tmp_path: Path) -> None:
    with pytest.raises(DocumentBroken):
        list(XlsxParser().read(write_package(tmp_path / "a.xlsx", {"xl/none.xml": "<a/>"})))
    with pytest.raises(DocumentBroken):
        list(XlsxParser().read(write_xlsx(tmp_path / "b.xlsx", {"S": "<sheetData><row>"})))


def test_a_workbook_is_told_by_its_first_entries(tmp_path: Path) -> None:
    head = write_xlsx(tmp_path / "a.xlsx", {"S": sheet_data([1])}).read_bytes()[:4096]
    assert XlsxParser().recognises(head)
    assert not XlsxParser().recognises(b"PK\x03\x04 xl/")


@pytest.mark.parametrize("reference", ["", "A", "ZZZZ9", "1048577", "A0"])
def test_odd_places_of_cells_do_no_harm(tmp_path: Path, reference: str) -> None:
    inside = f'<sheetData><row r="x"><c r="{reference}"><v>1</v></c></row></sheetData>'
    assert read_sheet(tmp_path, inside).text == "1"


@pytest.mark.parametrize("number", ["0", "x", "²", "-3", "99999999999", "9" * 5000])
def test_odd_numbers_of_rows_styles_and_texts_do_no_harm(tmp_path: Path, number: str) -> None:
    inside = f'<sheetData><row r="{number}"><c s="{number}"><v>1</v></c><c t="s"><v>{number}</v></c></row></sheetData>'
    styles = f'<cellXfs><xf numFmtId="{number}" fontId="{number}" fillId="{number}"/></cellXfs>'
    page = read_sheet(tmp_path, inside, styles=styles, shared=["<t>one</t>"])
    assert page.cells[0].row == 1
    assert page.text.startswith("1")
