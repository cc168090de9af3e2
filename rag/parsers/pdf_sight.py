"""Whether a word of a PDF page can be seen by a person: its ink, its size, its place, and what lies behind it.

Four cheap looks at every word, and for pale ink one at the page as it is drawn: white words on white paper are
hidden, on a dark bar they are a heading. Text under a picture or a black bar is not looked for. It knows nothing of
lines or documents.
"""

from __future__ import annotations

import ctypes
from enum import Enum

import pypdfium2 as pdfium
import pypdfium2.raw as raw

INVISIBLE = 3
"""Text render mode: neither fill nor stroke (ISO 32000-1, table 106). Scans with recognised text use it too."""

FILLED = (0, 2, 4, 6)
"""Render modes in which the fill colour is the letters'."""

TINY = 1.5
"""Points: footnotes of maps are set in 3, nobody reads less than half of that."""

PALE = 200
"""Of 255: darker ink stands out from paper; what is drawn on a dark ground is dark only if nobody should see it."""

FAINT = 16
"""Of 255: words that differ less from what is around them can't be read (a contrast of about 1.1 to 1)."""

OPAQUE = 13
"""Of 255: ink with less opacity (5 %) is not seen."""

MOST_PIXELS = 4_000_000
"""A poster is drawn smaller, to a point a pixel otherwise; it takes 10 ms."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points, from the page's left and top edges."""


class Sight(Enum):
    """UNINKED words are not drawn at all, as recognised text behind a scan; HIDDEN ones are kept from the eye."""

    SEEN = "seen"
    UNINKED = "uninked"
    HIDDEN = "hidden"


class Eye:
    """Looks at one page, whose `textpage` is open."""

    def __init__(self, page: pdfium.PdfPage, textpage: raw.FPDF_TEXTPAGE) -> None:
        self._page = page
        self._textpage = textpage
        self._size = page.get_size()
        self._picture: _Picture | None = None

    def look(self, index: int, letters: int, box: Box) -> Sight:
        """At a word of so many letters in `box` (nothing is known of an empty one), by the character at `index`."""
        mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(self._textpage, index))
        if mode == INVISIBLE:
            return Sight.UNINKED
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return Sight.SEEN
        width, height = self._size
        if right <= 0 or bottom <= 0 or left >= width or top >= height:
            return Sight.HIDDEN
        if bottom - top < TINY and right - left < TINY * letters:
            return Sight.HIDDEN
        return self._ink(index, box) if mode in FILLED else Sight.SEEN

    def _ink(self, index: int, box: Box) -> Sight:
        red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
        if not raw.FPDFText_GetFillColor(self._textpage, index, red, green, blue, opacity):
            return Sight.SEEN
        if opacity.value < OPAQUE:
            return Sight.HIDDEN
        pale = min(red.value, green.value, blue.value) >= PALE or opacity.value < 2 * OPAQUE
        if not pale:
            return Sight.SEEN
        if self._picture is None:
            self._picture = _Picture(self._page)
        return Sight.SEEN if self._picture.contrast(box) >= FAINT else Sight.HIDDEN


class _Picture:
    """The page in shades of grey, as a person sees it."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        width, height = page.get_size()
        self._scale = min(1.0, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=self._scale, grayscale=True, may_draw_forms=False)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._shades = bytes(bitmap.buffer)
        bitmap.close()

    def contrast(self, box: Box) -> int:
        """Between the lightest and the darkest point in the box, 0 to 255; 255 where nothing of it is on the page."""
        left, top = (max(0, int(side * self._scale)) for side in box[:2])
        right = min(self._width, int(box[2] * self._scale) + 1)
        bottom = min(self._height, int(box[3] * self._scale) + 1)
        rows = [self._shades[y * self._stride + left : y * self._stride + right] for y in range(top, bottom)]
        shades = b"".join(rows)
        return max(shades) - min(shades) if shades else 255
