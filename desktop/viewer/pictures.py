"""Pictures as documents: each picture of a file becomes a page, so that they are drawn and marked as a scan is.

Qt decodes them, in the drawing child and nowhere else. A picture stands on its page as it is stored, not as a camera's
note in it says it was held: so it was read, and so the boxes of its words were measured.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PySide6.QtGui import QImage, QImageReader

from rag.parsers.ocr import DPI

MOST_PIXELS = 24_000_000
"""Of one page, with room to spare for A4 at 400 dpi; a larger picture is made smaller, its page is as large."""

MOST_PAGES = 200
"""Pages of 300 dpi in black and white then take a gigabyte and a half; later ones are shown as text."""

_POINTS = 72 / DPI


def as_document(path: Path) -> pdfium.PdfDocument | None:
    """None where no picture can be made out."""
    QImageReader.setAllocationLimit(1024)  # megabytes: four bytes for each of 250 million pixels
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    document = pdfium.PdfDocument.new()
    for number in range(min(max(1, reader.imageCount()), MOST_PAGES)):
        if number:
            reader.jumpToImage(number)
        picture = reader.read()
        if picture.isNull():
            break
        _add(document, picture)
    if len(document):
        return document
    document.close()
    return None


def _add(document: pdfium.PdfDocument, picture: QImage) -> None:
    size = picture.width() * _POINTS, picture.height() * _POINTS
    shrink = (MOST_PIXELS / (picture.width() * picture.height())) ** 0.5
    if shrink < 1:
        picture = picture.scaledToWidth(int(picture.width() * shrink))
    picture = _on_paper(picture)
    bitmap = pdfium.PdfBitmap.new_native(picture.width(), picture.height(), raw.FPDFBitmap_BGR)
    rows = np.frombuffer(bitmap.buffer, np.uint8).reshape(picture.height(), bitmap.stride)
    shades = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    rows[:, : 3 * picture.width()] = shades[:, : 3 * picture.width()]
    image = pdfium.PdfImage.new(document)
    image.set_bitmap(bitmap)
    image.set_matrix(pdfium.PdfMatrix().scale(*size))
    bitmap.close()
    page = document.new_page(*size)
    page.insert_obj(image)
    page.gen_content()
    page.close()


def _on_paper(picture: QImage) -> QImage:
    """In PDFium's order of colours; what is transparent would else be black, as letters are."""
    if not picture.hasAlphaChannel():
        return picture.convertToFormat(QImage.Format.Format_BGR888)
    flat = QImage(picture.size(), QImage.Format.Format_RGB32)
    flat.fill(0xFFFFFFFF)
    plain = picture.convertToFormat(QImage.Format.Format_ARGB32)
    over = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4).astype(np.uint16)
    alpha = over[:, :, 3:]
    under = np.frombuffer(flat.bits(), np.uint8).reshape(over.shape)
    under[:, :, :3] = (over[:, :, :3] * alpha + 255 * (255 - alpha)) // 255
    return flat.convertToFormat(QImage.Format.Format_BGR888)
