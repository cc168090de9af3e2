"""Reads a PDF page without letters: draws it as a person sees it, and has Tesseract recognise its words.

A page on which nothing is drawn is said to be blank. It knows nothing of the pages around it.
"""

from __future__ import annotations

from dataclasses import replace

import pypdfium2 as pdfium

from rag.parsers.ocr import DPI, RecognitionFailed, Tesseract
from rag.types import Page, PageSkipped

MOST_PIXELS = 36_000_000
"""A sheet of A2 at 300 dpi; larger ones are drawn coarser, so that the picture takes at most so many bytes."""

_LOOK = 0.5
"""Pixels a point, enough to see whether anything is drawn: that of a page takes 5 ms."""

BLANK = "blank"
NO_WORDS = "no text was recognised"


def is_blank(page: pdfium.PdfPage) -> bool:
    """Whether the page is of one shade all over."""
    _, _, shades = _drawn(page, _LOOK)
    return min(shades) == max(shades) if shades else True


def recognised(page: pdfium.PdfPage, number: int, tesseract: Tesseract) -> Page | PageSkipped:
    """The page as Tesseract reads it, its boxes in points, or why it does not."""
    width, height = page.get_size()
    scale = min(DPI / 72, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    pixels_wide, pixels_high, shades = _drawn(page, scale)
    head = f"P5 {pixels_wide} {pixels_high} 255\n".encode()
    dpi = round(72 * scale)
    try:
        found = tesseract.page(head + shades, number, dpi=dpi)
        if found is None or not found.text:  # a few lines are too little for Tesseract to see that they stand on heads
            found = _turned(tesseract.page(head + shades[::-1], number, dpi=dpi))
    except RecognitionFailed as error:
        return PageSkipped(number, str(error))
    if found is None or not found.text:
        return PageSkipped(number, NO_WORDS)
    return Page(number, found.text, found.blocks, found.boxes, width, height, recognised=True)


def _turned(page: Page | None) -> Page | None:
    """What was read from the other side, where it stands on the page itself."""
    if page is None:
        return None
    wide, high = page.width, page.height
    boxes = (
        replace(box, left=wide - box.right, top=high - box.bottom, right=wide - box.left, bottom=high - box.top)
        for box in page.boxes
    )
    return replace(page, boxes=tuple(boxes))


def _drawn(page: pdfium.PdfPage, scale: float) -> tuple[int, int, bytes]:
    """Width and height in pixels, and the shades of grey, row by row."""
    bitmap = page.render(scale=scale, grayscale=True)
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    rows = bytes(bitmap.buffer)
    bitmap.close()
    if stride != width:
        rows = b"".join(rows[at : at + width] for at in range(0, stride * height, stride))
    return width, height, rows
