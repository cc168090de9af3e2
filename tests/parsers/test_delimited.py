"""CSV and TSV: whatever parts the columns, each cell knows its row and column, and all is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.chunking import cut
from rag.errors import DocumentEmpty
from rag.parsers import delimited
from rag.parsers.delimited import DelimitedParser, looks_like_header
from rag.types import Counting, Page, Passage
from tests.fakes.parsers import WordTokens, read_page, read_pages, whole


def write(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def grid(page: Page) -> dict[tuple[int, int], str]:
    assert whole(page)
    return {(cell.row, cell.column): page.text[cell.start : cell.end] for cell in page.cells}


def passages(folder: Path, text: str, limit: int = 20) -> list[Passage]:
    pages, _ = read_pages(DelimitedParser(), write(folder, text))
    return list(cut(pages, WordTokens(), limit=limit, counting=Counting.SHEETS))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'part,price\nchain,"1,50"\n'),
        ("a.csv", "part;price\nchain;1,50\n"),
        ("a.csv", "part\tprice\nchain\t1,50\n"),
        ("a.csv", "part|price\nchain|1,50\n"),
        ("a.csv", "sep=;\npart;price\nchain;1,50\n"),
        ("a.csv", 'part, price\nchain, "1,50"\n'),
        ("a.tsv", "part\tprice\nchain\t1,50\n"),
        ("a.csv", "part;price\r\nchain;1,50\r\n"),
    ],
)
def test_the_sign_between_columns_is_found(tmp_path: Path, name: str, text: str) -> None:
    page = read_page(DelimitedParser(), write(tmp_path, text, name))
    assert grid(page) == {(1, 1): "part", (1, 2): "price", (2, 1): "chain", (2, 2): "1,50"}
    assert page.text == "part | price\nchain | 1,50"
    assert page.blocks[0].level == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_tables_of_any_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    text = "Straße;Größe der Wohnung\nKölner Straße 4;groß und schön, mit Küche\n"
    assert grid(read_page(DelimitedParser(), write(tmp_path, text.encode(encoding))))[2, 1] == "Kölner Straße 4"


def test_line_breaks_in_quotes_are_one_cell_and_blank_lines_are_rows(tmp_path: Path) -> None:
    page = read_page(DelimitedParser(), write(tmp_path, 'a,b\n\n"one\ntwo ""three""",x\n,y\n'))
    assert grid(page) == {(1, 1): "a", (1, 2): "b", (3, 1): 'one two "three"', (3, 2): "x", (4, 2): "y"}


def test_cells_that_could_be_formulas_stay_text(tmp_path: Path) -> None:
    cells = ["=SUM(A1:A9)", "+49 221 1", "-5", '=HYPERLINK("http://a";"b")', "@cmd"]
    text = "a;b;c;d;e\n" + ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = grid(read_page(DelimitedParser(), write(tmp_path, text)))
    assert [found[2, column] for column in range(1, 6)] == cells


@pytest.mark.parametrize("length", [1_000, 200_000])
def test_a_quote_that_is_never_closed_swallows_nothing(tmp_path: Path, length: int) -> None:
    text = 'a,b\n"open,x\n' + "word,other\n" * (length // 11) + "last,row\n"
    page = read_pages(DelimitedParser(), write(tmp_path, text))[0]
    found = {place: cell for one in page for place, cell in grid(one).items()}
    rows = text.count("\n")
    assert (found[2, 1], found[2, 2]) == ('"open', "x")
    assert (found[rows, 1], found[rows, 2]) == ("last", "row")


def test_thousands_of_open_quotes_take_no_time(tmp_path: Path) -> None:
    text = "a,b\n" + ('x,"open\n' + "word,other\n" * 20 + '"odd" "x,\n') * 3000
    assert read_pages(DelimitedParser(), write(tmp_path, text))[0]


def test_very_wide_rows_and_one_endless_cell_are_read(tmp_path: Path) -> None:
    wide = ",".join(f"c{number}" for number in range(20_000))
    page = read_page(DelimitedParser(), write(tmp_path, wide + "\n"))
    assert grid(page)[1, 20_000] == "c19999"
    assert grid(read_page(DelimitedParser(), write(tmp_path, "a,b\nx," + "y" * 2_000_000)))[2, 2] == "y" * 2_000_000


def test_a_large_table_is_parted_into_pages_whose_rows_count_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "PAGE_CELLS", 20)
    text = "part,days\n" + "".join(f"chain {row},{row}\n" for row in range(2, 31))
    pages, _ = read_pages(DelimitedParser(), write(tmp_path, text))
    assert [page.number for page in pages] == [1, 2, 3]
    assert pages[2].cells[0].row == 21
    found = passages(tmp_path, text)
    assert found[0].heading == ""
    assert {passage.heading for passage in found[1:]} == {"part | days"}
    assert found[-1].place.cells is not None
    assert found[-1].place.cells.endswith(":B30")


def test_a_passage_tells_its_cells(tmp_path: Path) -> None:
    found = passages(tmp_path, "part,days\nchain,14\n", limit=50)
    assert [str(passage.place) for passage in found] == ["A1:B2"]


def test_the_header_may_stand_below_a_title(tmp_path: Path) -> None:
    page = read_page(DelimitedParser(), write(tmp_path, "Parts of the shed\n\npart;days\nchain;14\n"))
    assert [block.level for block in page.blocks] == [0, 1]


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["part", "days"], True),
        (["Region", "2023", "2024"], True),
        (["chain", "14"], False),
        (["chain", "1.400,50 €"], False),
        (["title"], False),
        (["a", "a"], False),
    ],
)
def test_a_header_names_columns_and_holds_no_amounts(cells: list[str], header: bool) -> None:
    assert looks_like_header(cells) is header


def test_a_table_of_nothing_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.csv”"):
        list(DelimitedParser().read(write(tmp_path, ",,\n,,\n")))
