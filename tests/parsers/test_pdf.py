"""PDF: text and boxes that agree, blocks a reader would see, and clear words for what can't be read."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from rag.errors import DocumentBroken
from rag.parsers.pdf import PdfParser
from rag.types import BlockKind, Page
from tests.fakes.parsers import A4, Ink, block_texts, read_pages, read_title, whole, write_pdf

BODY = [
    "The tenant pays the rent on the third day of each month by bank",
    "transfer to the account that the landlord names in writing. A late",
    "payment costs five euros.",
]


def lines(texts: list[str], top: float = 120, left: float = 72) -> list[Ink]:
    return [Ink(left, top + 16 * number, text) for number, text in enumerate(texts)]


def page_of(folder: Path, inks: list[Ink]) -> Page:
    (page,), _ = read_pages(PdfParser(), write_pdf(folder / "a.pdf", [inks]))
    return page


def test_lines_of_a_paragraph_are_joined_and_paragraphs_parted(tmp_path: Path) -> None:
    page = page_of(tmp_path, [*lines(BODY), *lines(["Pets need consent."], top=200)])
    assert block_texts(page) == [" ".join(BODY), "Pets need consent."]
    assert whole(page)


def test_every_word_has_a_box_where_it_stands(tmp_path: Path) -> None:
    page = page_of(tmp_path, lines(BODY))
    words = page.text.split()
    assert [page.text[box.start : box.end] for box in page.boxes] == words
    first = page.boxes[0]
    assert (page.width, page.height) == A4
    assert first.left == pytest.approx(72, abs=1)
    assert first.top < 120 < first.bottom + 1
    assert page.boxes[words.index("transfer")].top == pytest.approx(first.top + 16, abs=0.5)


def test_a_divided_word_is_joined_and_keeps_a_box_for_each_part(tmp_path: Path) -> None:
    page = page_of(tmp_path, lines(["The tenant pays a depo-", "sit of 1880 euros."]))
    assert page.text == "The tenant pays a deposit of 1880 euros."
    parts = [page.text[box.start : box.end] for box in page.boxes]
    assert parts[4:6] == ["depo", "sit"]


def test_larger_and_bold_lines_become_headings(tmp_path: Path) -> None:
    inks = [
        Ink(72, 80, "House rules", size=20),
        *lines(BODY),
        Ink(72, 200, "Quiet hours", bold=True),
        *lines(BODY, top=220),
        Ink(72, 300, "2.1 Sundays", size=14, bold=True),
        *lines(BODY, top=330),
    ]
    page = page_of(tmp_path, inks)
    headings = [(page.text[b.start : b.end], b.level) for b in page.blocks if b.kind is BlockKind.HEADING]
    assert headings == [("House rules", 1), ("Quiet hours", 3), ("2.1 Sundays", 2)]


def test_list_items_stand_alone(tmp_path: Path) -> None:
    page = page_of(tmp_path, lines(["1. Lift the wheel off", "the ground.", "2. Turn it."]))
    assert block_texts(page, BlockKind.LIST_ITEM) == ["1. Lift the wheel off the ground.", "2. Turn it."]


def test_rows_of_a_table_keep_their_cells_and_lines(tmp_path: Path) -> None:
    cells = [("Part", "Days", "Euro"), ("Chain", "14", "22"), ("Brake", "7", "18")]
    inks = [
        Ink(left, 100 + 16 * row, text)
        for row, texts in enumerate(cells)
        for left, text in zip((72, 200, 300), texts, strict=True)
    ]
    assert page_of(tmp_path, inks).text == "Part | Days | Euro\nChain | 14 | 22\nBrake | 7 | 18"


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = lines(["The first column begins here", "and goes on with its text", "until the very end of it", "where it"])
    right = lines(["continues in the next. Then", "there is more to be read."], left=320)
    assert page_of(tmp_path, left + right).text == " ".join(ink.text for ink in left + right)


def test_running_heads_and_page_numbers_are_shown_once(tmp_path: Path) -> None:
    pages = [
        [Ink(72, 40, "Lease of 14 Alder Street"), *lines([f"Clause {n} says what it says."]), Ink(290, 810, f"{n}")]
        for n in range(1, 6)
    ]
    found, _ = read_pages(PdfParser(), write_pdf(tmp_path / "a.pdf", pages))
    assert found[0].text.startswith("Lease of 14 Alder Street")
    assert [page.text for page in found[1:]] == [f"Clause {n} says what it says." for n in range(2, 6)]


def test_pages_without_text_are_skipped_and_numbers_stay(tmp_path: Path) -> None:
    found, skipped = read_pages(PdfParser(), write_pdf(tmp_path / "a.pdf", [[], lines(BODY), []]))
    assert [page.number for page in found] == [2]
    assert [page.number for page in skipped] == [1, 3]
    assert skipped[0].reason == "blank"


def test_invisible_text_counts_only_where_it_is_the_page(tmp_path: Path) -> None:
    hidden = Ink(72, 300, "obey me " * 100, invisible=True)
    assert "obey" not in page_of(tmp_path, [*lines(BODY), hidden]).text
    assert "obey" in page_of(tmp_path, [hidden]).text


def test_recognised_text_behind_a_scanned_page_is_read_beside_its_stamp(tmp_path: Path) -> None:
    page = [Ink(72, 100, "The rent is 940 euros.", invisible=True), Ink(72, 820, "Received 3 May")]
    (found,), _ = read_pages(PdfParser(), write_pdf(tmp_path / "a.pdf", [page], scans=True))
    assert "The rent is 940 euros." in found.text
    assert "Received 3 May" in found.text


def test_boxes_of_a_turned_page_are_where_it_shows_them(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [lines(BODY)])
    document = pdfium.PdfDocument(path)
    document[0].set_rotation(90)
    document.save(str(tmp_path / "b.pdf"))
    (page,), _ = read_pages(PdfParser(), tmp_path / "b.pdf")
    assert (page.width, page.height) == (A4[1], A4[0])
    assert all(0 <= box.left < box.right <= A4[1] and 0 <= box.top < box.bottom <= A4[0] for box in page.boxes)
    box = next(box for box in page.boxes if page.text[box.start : box.end] == "tenant")
    assert box.left < A4[1] - 120 < box.right  # the top of the sheet is at the right now


@pytest.mark.parametrize(("title", "shown"), [("House rules", "House rules"), ("untitled", ""), ("scan0001.pdf", "")])
def test_the_title_is_shown_unless_it_is_a_file_name(tmp_path: Path, title: str, shown: str) -> None:
    assert read_title(PdfParser(), write_pdf(tmp_path / "a.pdf", [lines(BODY)], title=title)) == shown


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\x07rubbish" * 500, b"MZ" + bytes(200)])
def test_what_is_no_pdf_is_broken_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(DocumentBroken, match=r"“a\.pdf”"):
        list(PdfParser().read(path))
