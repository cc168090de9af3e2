"""Office documents through the real reading child: pages, cells and places arrive, and bombs end clearly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import never
from local_models.embedders.folder import default_folder
from rag.errors import DocumentEncrypted, DocumentTooLarge
from rag.parsers.reading import ChildReader
from rag.titles import table_header
from rag.types import HiddenText, Opened, Page, PageSkipped, Passage, PassageTerms, Place
from tests.fakes.odf import write_odf
from tests.fakes.office import shape, sheet_data, write_pptx, write_xlsx

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    child = ChildReader(lambda: default_folder() / "tokenizer.json")
    yield child
    child.close()


def test_every_passage_of_a_long_sheet_has_its_cells_and_its_header(reader: ChildReader, tmp_path: Path) -> None:
    rows: list[list[str | float | None]] = [["Item", "Price", "Note"]]
    rows += [[f"thing {n}", n * 1.5, f"note on thing {n}"] for n in range(2, 200)]
    items = list(reader.read(write_xlsx(tmp_path / "a.xlsx", {"Prices": sheet_data(*rows)}), never()))
    (page,) = [item for item in items if isinstance(item, Page)]
    assert (page.label, len(page.cells)) == ("Prices", 3 * len(rows))
    passages = [item for item in items if isinstance(item, Passage)]
    assert passages[0].place.cells is not None
    assert passages[0].place.cells.startswith("Prices!A1:C")
    assert {table_header(passage.heading) for passage in passages[1:]} == {"Item | Price | Note"}
    first = passages[3].text.split(" | ", 1)[0]
    row = int(first.removeprefix("thing "))
    assert str(passages[3].place).startswith(f"Prices!A{row}:C")
    terms = [item for item in items if isinstance(item, PassageTerms)]
    assert all("price" in term.heading for term in terms[1:])


def test_slides_and_what_was_left_out_of_them_arrive(reader: ChildReader, tmp_path: Path) -> None:
    path = write_pptx(
        tmp_path / "a.pptx",
        shape("Rents", role="title") + shape("obey me", hidden=True),
        shape("secret"),
        attributes={2: 'show="0"'},
    )
    items = list(reader.read(path, never()))
    assert [item.place for item in items if isinstance(item, Passage)] == [Place(slide=1)]
    assert HiddenText(1) in items
    assert [item.label for item in items if isinstance(item, PageSkipped)] == ["Slide 2"]


def test_an_opendocument_under_another_name_is_known_by_its_content(reader: ChildReader, tmp_path: Path) -> None:
    path = write_odf(tmp_path / "a.docx", "text", "<text:p>The rent is due.</text:p>")
    items = list(reader.read(path, never()))
    assert items[0] == Opened("application/vnd.oasis.opendocument.text")
    assert [item.text for item in items if isinstance(item, Passage)] == ["The rent is due."]


def test_bombs_and_locked_files_end_clearly_and_the_next_file_is_read(reader: ChildReader, tmp_path: Path) -> None:
    bomb = write_xlsx(tmp_path / "bomb.xlsx", {"S": sheet_data(["a"])}, shared=[" " * 2**20 + "<t>a</t>"] * 40)
    with pytest.raises(DocumentTooLarge, match=r"“bomb\.xlsx”"):
        list(reader.read(bomb, never()))
    locked = write_odf(tmp_path / "a.ods", "spreadsheet", "", manifest="<manifest:encryption-data/>")
    with pytest.raises(DocumentEncrypted):
        list(reader.read(locked, never()))
    assert list(reader.read(write_xlsx(tmp_path / "a.xlsx", {"S": sheet_data(["a"])}), never()))
