"""Pictures of PDF pages, by PDFium. Called in a read lane, never on the GUI thread.

PDFium is not thread-safe, so one object holds one lock for the whole window; parsing happens in other processes.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pypdfium2
from PySide6.QtGui import QImage

from rag.errors import DocumentBroken

LARGEST_SIDE = 2400
"""Pixels; a page as large as a poster stays below 24 MB of picture."""


class PagePictures:
    """Draws single pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def draw(self, path: Path, number: int, width: int) -> QImage:
        """Page `number` (from 1), `width` pixels wide. Raises DocumentBroken."""
        try:
            with self._lock, pypdfium2.PdfDocument(path) as document:
                page = document[number - 1]
                longest = max(page.get_size())
                scale = min(width / page.get_width(), LARGEST_SIDE / longest)
                bitmap = page.render(scale=scale, rev_byteorder=True)
                kind = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBX8888}[bitmap.n_channels]
                picture = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, kind)
                return picture.copy()
        except (pypdfium2.PdfiumError, OSError, IndexError, KeyError) as error:
            raise DocumentBroken(
                f"Page {number} of “{path.name}” can't be drawn.", "The passage below is what was read from it."
            ) from error
