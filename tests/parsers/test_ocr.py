"""Scans and pictures: their words are recognised where Tesseract is installed, and else the user learns how."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pypdfium2 as pdfium
import pytest

from rag.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge
from rag.notices import UNREAD_SCAN
from rag.parsers import image, ocr
from rag.parsers.formats import looks_readable
from rag.parsers.image import ImageParser
from rag.parsers.ocr import VARIABLE, RecognitionFailed, Tesseract, find_tesseract
from rag.parsers.pdf import PdfParser
from rag.parsers.pdf_scan import BLANK
from rag.types import PageSkipped
from tests.fakes.parsers import A4, Ink, read_page, read_pages, whole, write_pdf
from tests.fakes.tesseract import asked, write_tesseract

pytestmark = pytest.mark.real

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
TIFF = b"II*\x00" + bytes(40)
LEASE = ("Lease of 14 Alder Street", "The tenant pays the rent on the third work-\ning day of each month.")


def installed(folder: Path, *pages: tuple[str, ...], seconds: float = 0, fails: bool = False) -> Tesseract:
    return Tesseract(str(write_tesseract(folder, *pages, seconds=seconds, fails=fails)), "eng", turns=True)


def scan(folder: Path, *, pages: int = 1) -> Path:
    """Pages with a grey bar on them, which is no letter."""
    path = folder / "scan.pdf"
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        page = document.new_page(*A4)
        bar = pdfium.raw.FPDFPageObj_CreateNewRect(100, 100, 200, 50)
        pdfium.raw.FPDFPageObj_SetFillColor(bar, 60, 60, 60, 255)
        pdfium.raw.FPDFPath_SetDrawMode(bar, pdfium.raw.FPDF_FILLMODE_ALTERNATE, 0)
        pdfium.raw.FPDFPage_InsertObject(page.raw, bar)
        page.gen_content()
    document.save(str(path))
    return path


def test_a_scanned_page_has_the_words_that_are_recognised_with_their_boxes_in_points(tmp_path: Path) -> None:
    tesseract = installed(tmp_path, LEASE)
    (page,), skipped = read_pages(PdfParser(lambda: tesseract), scan(tmp_path))
    assert page.text == ("Lease of 14 Alder Street\n\nThe tenant pays the rent on the third working day of each month.")
    assert not skipped
    assert whole(page)
    assert (page.width, page.height) == pytest.approx(A4, abs=0.01)
    first = page.boxes[0]
    assert page.text[first.start : first.end] == "Lease"
    assert (first.left, first.top, first.right, first.bottom) == pytest.approx((12, 7.2, 24, 12))  # 72 / 300 of pixels
    parted = [page.text[box.start : box.end] for box in page.boxes if page.text[box.start : box.end] in ("work", "ing")]
    assert parted == ["work", "ing"]
    (arguments, picture, length), *_ = asked(Path(tesseract.program))
    assert arguments[arguments.index("--dpi") + 1] == "300"
    assert picture.startswith("P5 2480 35")
    assert length > 2479 * 3507


def test_without_tesseract_the_pages_are_named_and_the_user_learns_how_to_read_them(tmp_path: Path) -> None:
    skipped: list[PageSkipped] = []
    with pytest.raises(DocumentEmpty, match=r"“scan\.pdf” is a scan.*Install Tesseract"):
        skipped.extend(cast("PageSkipped", item) for item in PdfParser(lambda: None).read(scan(tmp_path, pages=2)))
    assert [page.number for page in skipped] == [1, 2]
    assert {page.reason for page in skipped} == {UNREAD_SCAN}


def test_a_scanned_page_among_others_is_named_without_tesseract(tmp_path: Path) -> None:
    path = scan(tmp_path)
    document = pdfium.PdfDocument(path)
    document.import_pages(pdfium.PdfDocument(write_pdf(tmp_path / "b.pdf", [[Ink(72, 72, "The rent is due.")]])))
    document.save(str(tmp_path / "c.pdf"))
    found, skipped = read_pages(PdfParser(lambda: None), tmp_path / "c.pdf")
    assert [page.number for page in found] == [2]
    assert [(page.number, page.reason) for page in skipped] == [(1, UNREAD_SCAN)]


def test_a_blank_page_is_said_to_be_blank_and_not_recognised(tmp_path: Path) -> None:
    tesseract = installed(tmp_path, LEASE)
    _, skipped = read_pages(PdfParser(lambda: tesseract), write_pdf(tmp_path / "blank.pdf", [[]]))
    assert [page.reason for page in skipped] == [BLANK]
    assert asked(Path(tesseract.program)) == []


def test_a_page_that_takes_too_long_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.3)
    tesseract = installed(tmp_path, LEASE, seconds=30)
    _, skipped = read_pages(PdfParser(lambda: tesseract), scan(tmp_path, pages=2))
    assert [page.number for page in skipped] == [1, 2]
    assert "took more than" in skipped[0].reason


def test_each_picture_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "fax.tiff"
    path.write_bytes(TIFF)
    tesseract = installed(tmp_path, ("One.",), (), ("Three.",))
    found, skipped = read_pages(ImageParser(lambda: tesseract), path)
    assert [(page.number, page.text) for page in found] == [(1, "One."), (3, "Three.")]
    assert [page.number for page in skipped] == [2]
    assert len(asked(Path(tesseract.program))) == 4


def test_a_picture_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(PNG)
    page = read_page(ImageParser(lambda: installed(tmp_path, ("Rent", "Due."))), path)
    assert page.text == "Rent\n\nDue."


def test_pictures_that_can_not_be_read_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(PNG)
    with pytest.raises(DocumentEmpty, match=r"“photo\.png” is a picture.*Install Tesseract"):
        list(ImageParser(lambda: None).read(path))
    with pytest.raises(DocumentBroken, match=r"“photo\.png” could not be read"):
        list(ImageParser(lambda: installed(tmp_path, fails=True)).read(path))
    monkeypatch.setattr(image, "MAX_BYTES", 10)
    with pytest.raises(DocumentTooLarge, match=r"“photo\.png”"):
        list(ImageParser(lambda: installed(tmp_path)).read(path))


def test_a_scan_in_which_nothing_is_recognised_says_so(tmp_path: Path) -> None:
    tesseract = installed(tmp_path, ())
    with pytest.raises(DocumentEmpty, match=r"“scan\.pdf” is a scan in which no text was recognised.*scan it anew"):
        list(PdfParser(lambda: tesseract).read(scan(tmp_path)))
    (tmp_path / "photo.png").write_bytes(PNG)
    with pytest.raises(DocumentEmpty, match=r"No text was recognised in “photo\.png”"):
        list(ImageParser(lambda: tesseract).read(tmp_path / "photo.png"))


def test_tesseract_is_found_by_its_variable_with_its_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = write_tesseract(tmp_path, languages=("deu", "eng", "osd", "equ"))
    monkeypatch.setenv(VARIABLE, str(program))
    assert find_tesseract() == Tesseract(str(program), "eng+deu", turns=True)


def test_of_many_languages_those_of_the_user_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = write_tesseract(tmp_path, languages=("afr", "deu", "eng", "fra", "ita", "nld"))
    monkeypatch.setenv(VARIABLE, str(program))
    monkeypatch.setenv("LANGUAGE", "de_DE")
    assert find_tesseract() == Tesseract(str(program), "eng+deu", turns=False)


@pytest.mark.parametrize("variable", ["", "/nowhere/tesseract"])
def test_an_empty_variable_or_a_wrong_one_means_no_recognition(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(VARIABLE, variable)
    assert find_tesseract() is None


def test_pictures_are_read_when_picked_by_hand_and_not_in_folders() -> None:
    assert not looks_readable(Path("photo.JPG"))
    assert looks_readable(Path("scan.pdf"))


def test_a_program_that_is_no_tesseract_fails_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecognitionFailed, match="can't be started"):
        Tesseract(str(tmp_path / "gone"), "eng", turns=False).page(PNG, 1)


def test_one_that_is_installed_meanwhile_is_found_without_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert find_tesseract() is None
    monkeypatch.setenv(VARIABLE, str(write_tesseract(tmp_path)))
    assert find_tesseract() is not None


def test_a_paragraph_that_tesseract_itself_doubts_is_left_out_and_a_bullet_is_no_letter() -> None:
    row = "5\t1\t{block}\t1\t1\t1\t{left}\t9\t90\t20\t{confidence}\t{text}"
    words = (("1", 10, 31.0, "ZER2R"), ("1", 110, 2.0, "HT"), ("2", 10, 60.5, "e"), ("2", 110, 96.0, "Rent"))
    told = [row.format(block=block, left=left, confidence=sure, text=text) for block, left, sure, text in words]
    page = ocr._page(list(ocr._items("\n".join(["1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t", *told]))), 1, 1.0)
    assert page is not None
    assert page.text == "• Rent"
    assert [page.text[box.start : box.end] for box in page.boxes] == ["•", "Rent"]
