"""The measure of reading documents: manifests, places looked up again, and what is told of each file."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from local_models.cancel import never
from rag.bootstrap import open_assistant
from rag.errors import UsageError
from rag.evaluation import documents
from rag.evaluation.document_sets import Expected, holds_no_text, load
from rag.evaluation.right_places import wrong_places
from rag.types import Cell, Page, Passage, Place, Span, TextBox
from tests.fakes.parsers import Ink, write_pdf


def write_manifest(folder: Path, *rows: dict[str, str]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / "MANIFEST.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def passage(text: str, start: int, place: Place) -> Passage:
    return Passage(0, 0, 0, text, Span(start, start + len(text)), "", place)


def test_what_is_expected_of_a_file_is_read_from_its_manifest(tmp_path: Path) -> None:
    for name in ("good.txt", "old.doc", "bad.pdf", "blank.txt"):
        (tmp_path / name).write_text("" if name == "blank.txt" else "words")
    rows = [("good.txt", "text"), ("old.doc", "office"), ("bad.pdf", "pdf-broken"), ("blank.txt", "text")]
    write_manifest(tmp_path, *({"file": name, "category": family} for name, family in rows))
    assert [each.expected for each in load(tmp_path)] == [Expected.TEXT, *[Expected.CLEAR_STATE] * 3]


def test_a_folder_without_a_manifest_or_with_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"MANIFEST\.csv"):
        load(tmp_path)
    write_manifest(tmp_path, {"file": "gone.txt", "kind": "bomb"})
    with pytest.raises(UsageError, match=r"gone\.txt"):
        load(tmp_path)


def test_a_package_with_pictures_only_holds_no_text(tmp_path: Path) -> None:
    for name, slide in (("empty.pptx", "<p:sld><a:t></a:t></p:sld>"), ("full.pptx", "<p:sld><a:t>Rent</a:t></p:sld>")):
        with zipfile.ZipFile(tmp_path / name, "w") as package:
            package.writestr("ppt/slides/slide1.xml", slide)
    assert holds_no_text(tmp_path / "empty.pptx")
    assert not holds_no_text(tmp_path / "full.pptx")


def test_right_places_are_right() -> None:
    boxes = (TextBox(0, 4, 10, 10, 40, 20), TextBox(7, 10, 50, 10, 70, 20))
    pdf = [Page(1, "Rent | due", boxes=boxes, width=100, height=100), Page(2, "x")]
    assert wrong_places(pdf, [passage("Rent | due", 0, Place(page=1))]) == []
    assert wrong_places([Page(1, "a\nb\nc")], [passage("b\nc", 2, Place(lines=(2, 3)))]) == []
    sheet = [Page(1, "a | b", label="S", cells=(Cell(0, 1, 2, 1), Cell(4, 5, 2, 28)))]
    assert wrong_places(sheet, [passage("a | b", 0, Place(cells="S!A2:AB2"))]) == []
    assert wrong_places([Page(1, "hi"), Page(2, "ho")], [passage("ho", 4, Place(slide=2))]) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (passage("Rent", 1, Place(page=1)), "not the text"),
        (passage("Rent", 0, Place(page=2)), "is on pages 1 to 1"),
        (passage("Rent", 0, Place(lines=(2, 2))), "is on lines 1 to 1"),
        (passage("Rent", 0, Place(slide=3)), "is on 1"),
        (passage("Rent", 0, Place(cells="B4")), "touches 0 cells"),
        (passage("Rent", 0, Place()), "no place"),
    ],
)
def test_a_wrong_place_is_told(wrong: Passage, told: str) -> None:
    (found,) = wrong_places([Page(1, "Rent is due"), Page(2, "x")], [wrong])
    assert told in found


def test_letters_without_a_box_and_boxes_beside_the_page_are_told() -> None:
    page = Page(1, "Rent due", boxes=(TextBox(0, 4, 10, 10, 40, 20),), width=100, height=100)
    asked = [passage("Rent due", 0, Place(page=1))]
    assert "4 of 7 letters" in wrong_places([page], asked)[0]
    beside = replace(page, boxes=(TextBox(0, 8, 300, 10, 400, 20),))
    assert "outside page 1" in wrong_places([beside], asked)[0]


@pytest.mark.real
def test_a_folder_is_read_through_the_real_reader_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    write_pdf(folder / "good.pdf", [[Ink(72, 100, "The rent is 940 euros.")]])
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "thin.txt").write_text("two words")
    (folder / "thin.md").write_text("many more words than there are in the file itself")
    write_manifest(
        folder,
        {"file": "good.pdf", "category": "pdf-normal", "pdfium_open": "ok", "pdfium_pages": "1", "pdfium_chars": "22"},
        {"file": "bad.pdf", "category": "pdf-broken", "pdfium_open": "error: no"},
        {"file": "thin.txt", "category": "text", "reference": "thin.md"},
    )
    assistant = open_assistant(tmp_path / "data")
    try:
        *_, report = documents.evaluate(assistant, load(folder), folder, 60, never())
    finally:
        assistant.close()
    assert isinstance(report, documents.DocumentsReport)
    assert [outcome.state for outcome in report.outcomes] == ["read", "document_broken", "read"]
    assert [bool(outcome.faults) for outcome in report.outcomes] == [False, False, True]
    assert "of the text" in report.outcomes[2].faults[0]
    assert report.traces == ()
