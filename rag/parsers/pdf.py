"""Reads PDF through PDFium: text page by page, with a box for every word.

It opens documents and says what is wrong with them; lines are read in pdf_lines, blocks are made in pdf_layout.
Page labels are ignored: a page is found by its number. A page without letters is a scan: its words are recognised
where the user has installed Tesseract (rag.parsers.ocr), else it is skipped, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.errors import DocumentBroken, DocumentEmpty, DocumentEncrypted, DocumentError, DocumentUnrecognised
from rag.notices import UNREAD_SCAN, UNREADABLE
from rag.parsers.cleaning import clean, shown_name
from rag.parsers.formats import PDF, suffixes_of
from rag.parsers.ocr import ADVICE, RETRY, Tesseract, find_tesseract
from rag.parsers.pdf_layout import Style, lay_out, learn_style
from rag.parsers.pdf_lines import UNKNOWN, Line, PageLines, explained, read_page
from rag.parsers.pdf_scan import BLANK, NO_WORDS, is_blank, recognised
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

SAMPLE_PAGES = 12
"""Pages looked at first for font sizes and running heads; reading one takes about 16 ms."""

_DAMAGED = "damaged"

_NO_TITLE = re.compile(
    r"untitled|\(?anonymous\)?$|.{0,3}$|.*\.(?:docx?|pdf|tex|indd|qxd|dvi|pptx?|rtf|odt)$|document\d*$", re.IGNORECASE
)


class PdfParser:
    """Portable Document Format, all versions PDFium knows."""

    media_types: tuple[str, ...] = (PDF,)
    suffixes = suffixes_of(PDF)
    counting = Counting.PAGES

    def __init__(self, find: Callable[[], Tesseract | None] = find_tesseract) -> None:
        """`find` tells what recognises text in scans; it is asked at the first page that needs it."""
        self._find = find

    def recognises(self, head: bytes) -> bool:
        """The header may stand after some rubbish, but in the first 1024 bytes (ISO 32000-1, annex H)."""
        return b"%PDF-" in head[:1024]

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title and every page or why it was skipped, and behind a page what it hides.

        Raises DocumentBroken, DocumentEncrypted, and DocumentEmpty behind the last page of a scan nothing here can
        read.
        """
        with closing(_open(path)) as document:
            if title := _title(document):
                yield Title(title)
            texts, reasons = 0, set()
            for item in _pages(document, self._find):
                texts += isinstance(item, Page)
                reasons.add(item.reason if isinstance(item, PageSkipped) else "")
                yield item
        if not texts and UNREAD_SCAN in reasons:
            raise DocumentUnrecognised(f"“{shown_name(path)}” is a scan: its pages are pictures of text.", ADVICE)
        if not texts and NO_WORDS in reasons:
            raise DocumentEmpty(f"“{shown_name(path)}” is a scan in which no text was recognised.", RETRY)


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise _refusal(path, error.err_code) from error


def _refusal(path: Path, code: int | None) -> DocumentError:
    name = shown_name(path)
    if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return DocumentEncrypted(
            f"“{name}” is protected by a password.", "Save a copy without the password and add that."
        )
    return DocumentBroken(f"“{name}” is damaged, or not a PDF.", "Open it in a PDF reader to see whether it is whole.")


def _title(document: pdfium.PdfDocument) -> str:
    title = clean(document.get_metadata_value("Title")).removeprefix("Microsoft Word - ")
    title = " ".join(title.split())
    return "" if _NO_TITLE.match(title) else title


def _pages(
    document: pdfium.PdfDocument, find: Callable[[], Tesseract | None]
) -> Iterator[Page | PageSkipped | HiddenText]:
    style = _learn(document)
    seen: set[str] = set()
    for index in range(len(document)):
        read = _read(document, index)
        page = _page(read, index, style, seen)
        if isinstance(page, PageSkipped) and page.reason in (UNREAD_SCAN, UNREADABLE):
            page = _scanned(document, page, find)
        yield page
        if read is not None and read[0].hidden:
            yield HiddenText(read[0].hidden)


def _scanned(
    document: pdfium.PdfDocument, skipped: PageSkipped, find: Callable[[], Tesseract | None]
) -> Page | PageSkipped:
    """The words of a page whose letters can't be had from the file, where there is something to recognise them."""
    with closing(document[skipped.number - 1]) as page:
        if is_blank(page):
            return PageSkipped(skipped.number, BLANK)
        tesseract = find()
        return skipped if tesseract is None else recognised(page, skipped.number, tesseract)


def _learn(document: pdfium.PdfDocument) -> Style:
    count = len(document)
    chosen = sorted(
        {round(i * (count - 1) / max(1, SAMPLE_PAGES - 1)) for i in range(SAMPLE_PAGES)} & set(range(count))
    )
    read = (_read(document, index) for index in chosen)
    return learn_style([(page.lines, size[1]) for page, size in filter(None, read)])


def _read(document: pdfium.PdfDocument, index: int) -> tuple[PageLines, tuple[float, float]] | None:
    """The lines and size of a page; None for a page PDFium can't load."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return None
    with closing(page):
        try:
            return read_page(page), page.get_size()
        except pdfium.PdfiumError:
            return None


def _page(
    read: tuple[PageLines, tuple[float, float]] | None, index: int, style: Style, seen: set[str]
) -> Page | PageSkipped:
    if read is None:
        return PageSkipped(index + 1, _DAMAGED)
    lines, size = read[0].lines, read[1]
    if not lines:
        return PageSkipped(index + 1, UNREAD_SCAN)
    if _undecoded(lines):
        return PageSkipped(index + 1, UNREADABLE)
    page = lay_out(index + 1, explained(lines), size, style, seen)
    return page if page.text else PageSkipped(index + 1, UNREAD_SCAN)


def _undecoded(lines: list[Line]) -> bool:
    """Whether the fonts do not say which letters their shapes are: private use and unexplained characters."""
    text = "".join(line.text for line in lines)
    strange = sum(1 for letter in text if letter == UNKNOWN or "\ue000" <= letter <= "\uf8ff")
    return strange > 0.3 * len(text)
