"""Reads pictures of text, where Tesseract is installed; the pictures in a TIFF are the pages of the document.

Nothing is decoded here: Tesseract opens the picture in its own process, under its limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge, DocumentUnrecognised
from rag.parsers.cleaning import shown_name
from rag.parsers.formats import IMAGES
from rag.parsers.ocr import ADVICE, RETRY, RecognitionFailed, Tesseract, find_tesseract
from rag.types import Counting, Page, PageSkipped, Title

MAX_BYTES = 64 * 2**20
"""The largest scanners write 30 MB for a page; more is a poster or a photograph of the sky."""

MOST_PAGES = 2000

_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


class ImageParser:
    """Pictures: PNG, JPEG, TIFF, BMP and WebP."""

    media_types: tuple[str, ...] = tuple(dict.fromkeys(IMAGES.values()))
    suffixes = frozenset(IMAGES)
    counting = Counting.PAGES

    def __init__(self, find: Callable[[], Tesseract | None] = find_tesseract) -> None:
        self._find = find

    def recognises(self, head: bytes) -> bool:
        """By the signatures of the formats; "BM" alone would be too little."""
        webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        return head.startswith(_STARTS) or webp or (head.startswith(b"BM") and head[6:10] == bytes(4))

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        """Yield the pages. Raises DocumentEmpty (no Tesseract, no text), DocumentBroken, DocumentTooLarge."""
        name = shown_name(path)
        tesseract = self._find()
        if tesseract is None:
            raise DocumentUnrecognised(f"“{name}” is a picture, and nothing here recognises text in pictures.", ADVICE)
        if path.stat().st_size > MAX_BYTES:
            raise DocumentTooLarge(f"“{name}” is too large a picture.", "Save it smaller and add that.")
        texts = 0
        try:
            for page in _pages(path.read_bytes(), tesseract):
                texts += isinstance(page, Page)
                yield page
        except RecognitionFailed as error:
            raise DocumentBroken(
                f"“{name}” could not be read: {error}.", "Open it to see whether it is whole, and save it smaller."
            ) from error

        if not texts:
            raise DocumentEmpty(f"No text was recognised in “{name}”.", RETRY)


def _pages(picture: bytes, tesseract: Tesseract) -> Iterator[Page | PageSkipped]:
    several = picture.startswith((b"II*\x00", b"MM\x00*"))
    for index in range(MOST_PAGES if several else 1):
        page = tesseract.page(picture, index + 1, index=index)
        if page is None:
            return
        yield page if page.text else PageSkipped(index + 1, "no text was recognised")
