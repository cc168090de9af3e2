"""The real Tesseract reads what a scanner or a telephone would give it; whoever stops waiting for it stops it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pypdfium2 as pdfium
import pytest

from local_models.cancel import CancelToken, never
from local_models.embedders.folder import default_folder
from rag.errors import Cancelled, DocumentEmpty, ReaderKilled
from rag.parsers.image import ImageParser
from rag.parsers.ocr import VARIABLE, Tesseract, find_tesseract
from rag.parsers.pdf import PdfParser
from rag.parsers.reading import ChildReader
from rag.types import Page, Passage
from tests.fakes.parsers import A4, Ink, read_page, read_pages, whole, write_pdf
from tests.fakes.pictures import draw, photograph, write_scan, write_tiff

pytestmark = pytest.mark.real

LEASE = (
    Ink(72, 100, "Lease of 14 Alder Street", size=20),
    Ink(72, 160, "The tenant pays a rent of 940 euros on the third working day", size=13),
    Ink(72, 180, "of each month. The deposit is returned within six weeks.", size=13),
    Ink(72, 230, "Dogs are allowed if the neighbours agree in writing.", size=13),
)
GERMAN = (
    Ink(72, 100, "Die Schlüsselübergabe schlage ich für den 28. September vor.", size=13),
    Ink(72, 120, "Bitte überweisen Sie die Kaution auf mein Konto in der Grünstraße.", size=13),
)
SLEEPS = "61.25"
"""Seconds, written so that no other process has them among its words."""


@pytest.fixture
def tesseract() -> Tesseract:
    found = find_tesseract()
    if found is None:
        pytest.skip("Tesseract is not installed")
    return found


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    child = ChildReader(lambda: default_folder() / "tokenizer.json")
    yield child
    child.close()


@pytest.mark.usefixtures("tesseract")
def test_a_scan_gives_its_words_in_order_with_boxes_where_they_stand(tmp_path: Path) -> None:
    page = read_page(PdfParser(), write_scan(tmp_path / "scan.pdf", [draw(tmp_path, LEASE)]))
    assert page.text == (
        "Lease of 14 Alder Street\n\nThe tenant pays a rent of 940 euros on the third working day\n"
        "of each month. The deposit is returned within six weeks.\n\n"
        "Dogs are allowed if the neighbours agree in writing."
    )
    assert page.recognised
    assert whole(page)
    assert (page.width, page.height) == pytest.approx(A4, abs=1)
    dogs = next(box for box in page.boxes if page.text[box.start : box.end] == "Dogs")
    assert dogs.left == pytest.approx(72, abs=3)
    assert 215 < dogs.top < dogs.bottom < 247
    assert dogs.right < 110


@pytest.mark.usefixtures("tesseract")
def test_of_a_mixed_file_only_the_pictures_are_recognised(tmp_path: Path, reader: ChildReader) -> None:
    letters = write_pdf(tmp_path / "letters.pdf", [[Ink(72, 72, "The heating is serviced in October.")]])
    scan = write_scan(tmp_path / "scan.pdf", [draw(tmp_path, LEASE)])
    path = _joined(tmp_path / "mixed.pdf", letters, scan)
    items = list(reader.read(path, never()))
    pages = [item for item in items if isinstance(item, Page)]
    assert [(page.number, page.recognised) for page in pages] == [(1, False), (2, True)]
    assert any("940 euros" in item.text for item in items if isinstance(item, Passage))


@pytest.mark.usefixtures("tesseract")
def test_each_picture_of_a_tiff_is_a_page_with_its_own_words(tmp_path: Path) -> None:
    pictures = [draw(tmp_path, LEASE[:1]), draw(tmp_path, LEASE[1:3])]
    found, skipped = read_pages(ImageParser(), write_tiff(tmp_path / "fax.tiff", pictures))
    assert [(page.number, page.text.split()[0]) for page in found] == [(1, "Lease"), (2, "The")]
    assert not skipped


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_sheet_that_lies_turned_is_read_upright(tmp_path: Path, tesseract: Tesseract, degrees: int) -> None:
    if not tesseract.turns:
        pytest.skip("Tesseract was installed without its data on how pages are turned (osd)")
    path = tmp_path / "turned.png"
    path.write_bytes(draw(tmp_path, LEASE, turned=degrees).png())
    page = read_page(ImageParser(), path)
    assert "rent of 940 euros on the third working day" in page.text
    assert whole(page)
    assert all(0 <= box.left < box.right <= page.width for box in page.boxes)


@pytest.mark.usefixtures("tesseract")
def test_a_few_lines_that_stand_on_their_heads_are_read_from_the_other_side(tmp_path: Path) -> None:
    picture = draw(tmp_path, LEASE[1:2], turned=180)
    page = read_page(PdfParser(), write_scan(tmp_path / "scan.pdf", [picture]))
    assert page.text == LEASE[1].text
    first, last = page.boxes[0], page.boxes[-1]
    assert first.right == pytest.approx(A4[0] - 72, abs=4)
    assert last.right < first.left
    assert A4[1] - 180 < first.top < A4[1] - 140


def test_german_letters_are_read_where_the_language_is_installed(tmp_path: Path, tesseract: Tesseract) -> None:
    if "deu" not in tesseract.languages:
        pytest.skip("Tesseract was installed without German")
    path = tmp_path / "brief.png"
    path.write_bytes(draw(tmp_path, GERMAN).png())
    text = read_page(ImageParser(), path).text
    assert all(word in text for word in ("Schlüsselübergabe", "überweisen", "Grünstraße"))


@pytest.mark.usefixtures("tesseract")
def test_a_photograph_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "leaves.png"
    path.write_bytes(photograph().png())
    with pytest.raises(DocumentEmpty, match=r"No text was recognised in “leaves\.png”"):
        list(ImageParser().read(path))


def _cancels(_reader: ChildReader, _worker: psutil.Process, cancel: CancelToken) -> None:
    cancel.cancel()


def _closes(reader: ChildReader, _worker: psutil.Process, _cancel: CancelToken) -> None:
    reader.close()


def _kills(_reader: ChildReader, worker: psutil.Process, _cancel: CancelToken) -> None:
    os.kill(worker.pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="the program that hangs is a shell script")
@pytest.mark.parametrize(
    ("stop", "told"),
    [(_cancels, Cancelled), (_closes, Cancelled), (_kills, ReaderKilled)],
    ids=["cancel", "close", "kill"],
)
def test_a_tesseract_that_hangs_is_stopped_with_whoever_waits_for_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[ChildReader, psutil.Process, CancelToken], None],
    told: type[Exception],
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f'#!/bin/sh\ncase "$*" in *list-langs*) echo List:; echo eng;; *) exec sleep {SLEEPS};; esac\n')
    program.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(program))
    own = ChildReader(lambda: default_folder() / "tokenizer.json")
    cancel = CancelToken()
    ended: list[BaseException] = []
    path = write_scan(tmp_path / "scan.pdf", [draw(tmp_path, LEASE[:1])])
    thread = threading.Thread(target=_read, args=(own, path, cancel, ended))
    thread.start()
    sleeper = _sleeper()
    worker = sleeper.parent()
    assert worker is not None
    stop(own, worker, cancel)
    thread.join(20)
    own.close()
    psutil.wait_procs([sleeper], timeout=5)
    assert not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE
    assert [type(error) for error in ended] == [told]


def _read(reader: ChildReader, path: Path, cancel: CancelToken, ended: list[BaseException]) -> None:
    try:
        list(reader.read(path, cancel))
    except Exception as error:  # noqa: BLE001 - told to the test, which runs in another thread
        ended.append(error)


def _sleeper() -> psutil.Process:
    """The program that hangs, once it runs."""
    waiting = threading.Event()
    for _ in range(400):
        for process in psutil.Process().children(recursive=True):
            if SLEEPS in _words(process):
                return process
        waiting.wait(0.05)
    raise AssertionError("it never started")


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _joined(path: Path, *parts: Path) -> Path:
    document = pdfium.PdfDocument.new()
    for part in parts:
        document.import_pages(pdfium.PdfDocument(part))
    document.save(str(path))
    return path
