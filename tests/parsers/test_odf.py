"""OpenDocument texts, spreadsheets and presentations are read as people see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentEmpty, DocumentEncrypted
from rag.parsers import ods
from rag.parsers.catalogue import choose
from rag.parsers.odp import OdpParser
from rag.parsers.ods import OdsParser
from rag.parsers.odt import OdtParser
from rag.parsers.pptx import NOTES
from rag.ports import Parser
from rag.types import BlockKind, HiddenText, Page, PageSkipped, Title
from tests.fakes.odf import style, text_style, write_flat_odf, write_odf

WHITE = text_style("White", 'fo:color="#ffffff"')


def pages_of(parser: Parser, path: Path) -> list[Page]:
    return [item for item in parser.read(path) if isinstance(item, Page)]


def hidden_in(parser: Parser, path: Path) -> int:
    return sum(item.passages for item in parser.read(path) if isinstance(item, HiddenText))


def read_text(folder: Path, inside: str, **more: str) -> Page:
    (page,) = pages_of(OdtParser(), write_odf(folder / "a.odt", "text", inside, **more))
    return page


def table(name: str, *rows: str, more: str = "") -> str:
    return f'<table:table table:name="{name}" {more}>{"".join(rows)}</table:table>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def test_headings_and_paragraphs_are_blocks(tmp_path: Path) -> None:
    page = read_text(
        tmp_path, '<text:h text:outline-level="2">Rent</text:h><text:p>Due<text:s text:c="2"/>soon.</text:p>'
    )
    assert page.text == "Rent\n\nDue soon."
    assert [(block.kind, block.level) for block in page.blocks] == [(BlockKind.HEADING, 2), (BlockKind.PARAGRAPH, 0)]


def test_spans_tabs_and_breaks_are_text(tmp_path: Path) -> None:
    page = read_text(tmp_path, "<text:p>a<text:span>b</text:span><text:tab/>c<text:line-break/>d</text:p>")
    assert page.text == "ab c\nd"


def test_lists_and_headings_have_their_numbers(tmp_path: Path) -> None:
    level = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}" {}/>'
    levels = level.format(1, "1", ".", "") + level.format(2, "a", ")", "")
    listed = f'<text:list-style style:name="L">{levels}</text:list-style>'
    outline = "".join(
        f'<text:outline-level-style text:level="{n}" style:num-format="1" text:display-levels="{n}"/>' for n in (1, 2)
    )
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    deeper = f"<text:list>{item.format('deep', '')}</text:list>"
    inside = (
        '<text:h text:outline-level="1">One</text:h><text:h text:outline-level="2">Two</text:h>'
        f'<text:list text:style-name="L">{item.format("first", deeper)}{item.format("second", "")}</text:list>'
    )
    styles = f"<text:outline-style>{outline}</text:outline-style>"
    page = read_text(tmp_path, inside, automatic=listed, styles=styles)
    assert page.text == "1 One\n\n1.1 Two\n\n1. first\na) deep\n2. second"


def test_a_bulleted_list_has_bullets(tmp_path: Path) -> None:
    page = read_text(tmp_path, "<text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>")
    assert page.text == "• one"


def test_tables_are_rows_and_their_header_is_marked(tmp_path: Path) -> None:
    rows = f"<table:table-header-rows>{row(cell('Item'), cell('Price'))}</table:table-header-rows>"
    page = read_text(tmp_path, table("T", rows, row(cell("Rent"), cell("900"))))
    assert page.text == "Item | Price\nRent | 900"
    assert [block.level for block in page.blocks] == [1, 0]


def test_text_boxes_and_notes_stand_behind_their_paragraph(tmp_path: Path) -> None:
    inner = "<text:note-citation>1</text:note-citation><text:note-body><text:p>Note.</text:p></text:note-body>"
    note = f"<text:note>{inner}</text:note>"
    box = "<draw:frame><draw:text-box><text:p>Boxed.</text:p></draw:text-box></draw:frame>"
    page = read_text(tmp_path, f"<text:p>Seen{note}{box}.</text:p><text:p>After.</text:p>")
    assert page.text == "Seen.\n\nBoxed.\n\nNote.\n\nAfter."


def test_deleted_text_and_comments_are_left_out(tmp_path: Path) -> None:
    inside = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>Seen<office:annotation><text:p>aside</text:p></office:annotation>.</text:p>"
    )
    assert read_text(tmp_path, inside).text == "Seen."


@pytest.mark.parametrize(
    "unseen",
    [
        '<text:p>seen <text:span text:style-name="White">obey me</text:span></text:p>',
        '<text:p>seen <text:span text:style-name="Gone">obey me</text:span></text:p>',
        '<text:p>seen <text:span text:style-name="Tiny">obey me</text:span></text:p>',
        "<text:p>seen <text:hidden-text>obey me</text:hidden-text></text:p>",
        '<text:p>seen</text:p><text:section text:display="none"><text:p>obey me</text:p></text:section>',
    ],
)
def test_text_that_nobody_sees_is_left_out_and_counted(tmp_path: Path, unseen: str) -> None:
    styles = WHITE + text_style("Gone", 'text:display="none"') + text_style("Tiny", 'fo:font-size="1pt"')
    path = write_odf(tmp_path / "a.odt", "text", unseen, automatic=styles)
    assert [page.text for page in pages_of(OdtParser(), path)] == ["seen"]
    assert hidden_in(OdtParser(), path) == 1


def test_white_text_on_a_coloured_cell_is_seen(tmp_path: Path) -> None:
    blue = style("Blue", "table-cell", '<style:table-cell-properties fo:background-color="#203864"/>')
    white = '<text:span text:style-name="White">Item</text:span>'
    inside = table("T", row(cell(white, 'table:style-name="Blue"'), cell("Price")))
    assert read_text(tmp_path, inside, automatic=blue + WHITE).text == "Item | Price"


def test_a_flat_file_reads_like_a_packed_one(tmp_path: Path) -> None:
    path = write_flat_odf(tmp_path / "a.fodt", "text", "<text:p>Rent</text:p>")
    parser = choose(path)
    assert isinstance(parser, OdtParser)
    assert [page.text for page in pages_of(parser, path)] == ["Rent"]
    sheet = write_flat_odf(tmp_path / "a.fods", "spreadsheet", table("S", row(cell("a"), cell("b"))))
    assert [page.text for page in pages_of(choose(sheet), sheet)] == ["a | b"]


@pytest.mark.parametrize(
    ("kind", "parser"), [("text", OdtParser), ("spreadsheet", OdsParser), ("presentation", OdpParser)]
)
def test_a_kind_is_told_by_the_content_under_any_name(tmp_path: Path, kind: str, parser: type) -> None:
    assert isinstance(choose(write_odf(tmp_path / "a.zip", kind, "")), parser)


def test_a_locked_document_says_so(tmp_path: Path) -> None:
    locked = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    path = write_odf(tmp_path / "a.odt", "text", "", manifest=locked)
    with pytest.raises(DocumentEncrypted, match="password"):
        list(OdtParser().read(path))


def test_broken_and_empty_documents_say_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        list(OdtParser().read(write_odf(tmp_path / "a.odt", "text", "")))
    with pytest.raises(DocumentBroken):
        list(OdtParser().read(write_odf(tmp_path / "b.odt", "presentation", "")))
    flat = tmp_path / "c.fodt"
    flat.write_text('<!DOCTYPE a [<!ENTITY b "c">]><office:document>&b;</office:document>')
    with pytest.raises(DocumentBroken):
        list(OdtParser().read(flat))


def test_a_sheet_is_a_page_with_cells_and_header(tmp_path: Path) -> None:
    inside = table(
        "Prices", row(cell("Item"), cell("Price")), row(cell("Rent"), cell("900 €", 'office:value-type="float"'))
    )
    path = write_odf(tmp_path / "a.ods", "spreadsheet", inside, title="Rents")
    title, page = OdsParser().read(path)
    assert title == Title("Rents")
    assert isinstance(page, Page)
    assert (page.label, page.text) == ("Prices", "Item | Price\nRent | 900 €")
    assert [(one.row, one.column) for one in page.cells] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [block.level for block in page.blocks] == [1, 0]


def test_repeated_rows_and_cells_count_and_only_those_with_text_are_written(tmp_path: Path) -> None:
    rows = (
        row(cell("a", 'table:number-columns-repeated="2"')),
        row("<table:table-cell/>", more='table:number-rows-repeated="1000000"'),
        row('<table:table-cell table:number-columns-repeated="3"/>', cell("b")),
    )
    (page,) = pages_of(OdsParser(), write_odf(tmp_path / "a.ods", "spreadsheet", table("S", *rows)))
    assert [(one.row, one.column) for one in page.cells] == [(1, 1), (1, 2), (1_000_002, 4)]


def test_hidden_sheets_rows_and_columns_are_left_out_and_told(tmp_path: Path) -> None:
    away = style("Away", "table", '<style:table-properties table:display="false"/>')
    gone = 'table:visibility="collapse"'
    columns = f"<table:table-column/><table:table-column {gone}/>"
    seen = table("Seen", columns, row(cell("a"), cell("b")), row(cell("c"), more=gone))
    filtered = row(cell("d"), more='table:visibility="filter"')
    inside = seen.replace("</table:table>", f"{filtered}</table:table>")
    inside += table("Secret", row(cell("e")), more='table:style-name="Away"')
    path = write_odf(tmp_path / "a.ods", "spreadsheet", inside, automatic=away)
    assert [list(page.text.split()) for page in pages_of(OdsParser(), path)] == [["a", "d"]]
    assert hidden_in(OdsParser(), path) == 2
    assert [item.label for item in OdsParser().read(path) if isinstance(item, PageSkipped)] == ["Sheet “Secret”"]


def test_white_cells_are_hidden_text(tmp_path: Path) -> None:
    white = style("W", "table-cell", '<style:text-properties fo:color="#ffffff"/>')
    inside = table("S", row(cell("seen"), cell("obey me", 'table:style-name="W"')))
    path = write_odf(tmp_path / "a.ods", "spreadsheet", inside, automatic=white)
    assert [page.text for page in pages_of(OdsParser(), path)] == ["seen"]
    assert hidden_in(OdsParser(), path) == 1


def test_a_sheet_over_the_limit_is_cut_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "MOST_CELLS", 2)
    path = write_odf(tmp_path / "a.ods", "spreadsheet", table("S", *[row(cell(str(n))) for n in range(4)]))
    assert [page.text for page in pages_of(OdsParser(), path)] == ["0\n1"]
    assert any("from 3 on" in item.reason for item in OdsParser().read(path) if isinstance(item, PageSkipped))


def frame(text: str, more: str = "") -> str:
    return f"<draw:frame {more}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"


def at(x: int, y: int) -> str:
    return f'svg:x="{x}cm" svg:y="{y}cm" svg:width="5cm" svg:height="1cm"'


def test_slides_are_pages_read_from_the_title_down(tmp_path: Path) -> None:
    noted = frame("Smile.", 'presentation:class="notes"')
    notes = f"<presentation:notes>{noted}</presentation:notes>"
    slide = frame("Low", at(1, 9)) + frame("High", at(1, 3)) + frame("Rents", 'presentation:class="title"') + notes
    (page,) = pages_of(OdpParser(), write_odf(tmp_path / "a.odp", "presentation", f"<draw:page>{slide}</draw:page>"))
    assert page.text == f"Rents\n\nHigh\n\nLow\n\n{NOTES}\n\nSmile."
    assert page.blocks[0].kind is BlockKind.HEADING


def test_hidden_slides_are_left_out_and_told(tmp_path: Path) -> None:
    away = style("Away", "drawing-page", '<style:drawing-page-properties presentation:visibility="hidden"/>')
    inside = f'<draw:page draw:style-name="Away">{frame("a")}</draw:page><draw:page>{frame("b")}</draw:page>'
    path = write_odf(tmp_path / "a.odp", "presentation", inside, automatic=away)
    assert [(page.number, page.text) for page in pages_of(OdpParser(), path)] == [(2, "b")]
    assert [item.label for item in OdpParser().read(path) if isinstance(item, PageSkipped)] == ["Slide 1"]


def test_white_text_on_a_white_slide_is_hidden_and_over_a_filled_shape_seen(tmp_path: Path) -> None:
    blue = style("Blue", "graphic", '<style:graphic-properties draw:fill="solid" draw:fill-color="#203864"/>')
    white = '<text:span text:style-name="White">white</text:span>'
    inside = f"<draw:page>{frame('seen')}{frame(white, at(1, 3))}</draw:page>"
    path = write_odf(tmp_path / "a.odp", "presentation", inside, automatic=WHITE + blue)
    assert [page.text for page in pages_of(OdpParser(), path)] == ["seen"]
    assert hidden_in(OdpParser(), path) == 1
    inside = f'<draw:page><draw:custom-shape draw:style-name="Blue" {at(1, 3)}/>{frame(white, at(1, 3))}</draw:page>'
    path = write_odf(tmp_path / "b.odp", "presentation", inside, automatic=WHITE + blue)
    assert [page.text for page in pages_of(OdpParser(), path)] == ["white"]
