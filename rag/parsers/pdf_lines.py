"""The lines of a PDF page: words with their boxes, in the order PDFium gives them.

This is the only place that asks PDFium about characters (about 4 microseconds each: two calls through ctypes). It
knows nothing of paragraphs. Boxes are in points from the left and top edge of the page as it is shown, rotated and
cropped.
"""

from __future__ import annotations

import ctypes
import re
import statistics
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.parsers.pdf_sight import Box, Eye, Sight

HYPHEN = 0x02
"""What PDFium gives for the hyphen of a word it found divided at the end of a line."""

UNKNOWN = "\ufffd"
"""Stands for a character whose letter the font does not tell."""

BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|semibold|demi|CMBX|SFBX", re.IGNORECASE)

_FORMS = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdfb\ufe70-\ufefc\u2e80-\u2fdf\uf900-\ufaff]")
"""Ligatures, Arabic shapes and CJK radicals that stand for ordinary letters; searching needs the letters."""


_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl"}
"""Where TeX's fonts have them (OT1 encoding); old PDFs do not say what they stand for."""

_TEX_FF = re.compile("(?<=[a-z])\u21b5(?=[a-z-])")

_ALEFS = "اأإآ"
_LAM = "ل"


@dataclass(frozen=True, slots=True)
class Word:
    """Text without white space, and the box around it.

    `letters` are the boxes of its letters, one each; empty when not asked for, or not to be told apart.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    letters: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """At least one word, all as well to be seen. `size` is the font's in points; `hyphenated`: its last word goes on in
    the next line.
    """

    words: tuple[Word, ...]
    size: float
    bold: bool
    sight: Sight
    hyphenated: bool

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return min(word.left for word in self.words)

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page that are read, and how many passages of hidden text are not."""

    lines: list[Line]
    hidden: int


def read_lines(page: pdfium.PdfPage, *, letters: bool = False) -> list[Line]:
    """The lines of `read_page`. With `letters` each word has the boxes of its letters too."""
    return read_page(page, letters=letters).lines


def read_page(page: pdfium.PdfPage, *, letters: bool = False) -> PageLines:
    """The page's lines that are seen. Words without ink count on a recognised scan, and where there is nothing else.

    Raises pdfium.PdfiumError for a damaged page.
    """
    textpage = page.get_textpage()
    try:
        lines = list(_lines(textpage.raw, _Transform(page), Eye(page, textpage.raw), letters=letters))
    finally:
        textpage.close()
    read = [line for line in lines if line.sight is Sight.SEEN]
    if len(read) < len(lines):
        uninked = [line for line in lines if line.sight is not Sight.HIDDEN]
        if not read or (len(read) < len(uninked) and _is_scan(page)):
            read = uninked
    return PageLines(read, _runs(lines, read))


def _runs(lines: Sequence[Line], read: Sequence[Line]) -> int:
    """How many stretches of `lines` are not among those read."""
    kept = {id(line) for line in read}
    left_out = [id(line) not in kept for line in lines]
    return sum(now and not before for before, now in zip([False, *left_out], left_out, strict=False))


def _is_scan(page: pdfium.PdfPage) -> bool:
    """Whether one picture covers most of the page."""
    width, height = page.get_size()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > 0.5 * width * height:
            return True
    return False


def explained(lines: Sequence[Line]) -> list[Line]:
    """The lines without words of nothing but UNKNOWN: bullets and ornaments of symbol fonts."""
    kept = (replace(line, words=tuple(word for word in line.words if word.text.strip(UNKNOWN))) for line in lines)
    return [line for line in kept if line.words]


class _Transform:
    """From PDF space (origin at the bottom, before rotation) to the page as shown."""

    _SCALE = 1000  # FPDF_PageToDevice answers in whole units

    def __init__(self, page: pdfium.PdfPage) -> None:
        width, height = (round(side * self._SCALE) for side in page.get_size())
        x, y = ctypes.c_int(), ctypes.c_int()

        def shown(at_x: float, at_y: float) -> tuple[float, float]:
            raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, at_x, at_y, ctypes.byref(x), ctypes.byref(y))
            return x.value / self._SCALE, y.value / self._SCALE

        self._origin, along_x, along_y = shown(0, 0), shown(1000, 0), shown(0, 1000)
        self._xx, self._xy = ((along_x[i] - self._origin[i]) / 1000 for i in (0, 1))
        self._yx, self._yy = ((along_y[i] - self._origin[i]) / 1000 for i in (0, 1))

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """(left, top, right, bottom) as shown. Written out, because it is called for every letter."""
        x1 = self._origin[0] + self._xx * left + self._yx * bottom
        x2 = self._origin[0] + self._xx * right + self._yx * top
        y1 = self._origin[1] + self._xy * left + self._yy * bottom
        y2 = self._origin[1] + self._xy * right + self._yy * top
        if x1 > x2:
            x1, x2 = x2, x1
        if y1 > y2:
            y1, y2 = y2, y1
        return x1, y1, x2, y2


class _OpenWord:
    """A word while its characters come in."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.indices: list[int] = []
        self.boxes: list[Box] = []
        self.box: Box | None = None

    def add(self, character: str, left: float, bottom: float, right: float, top: float) -> None:
        if character == _LAM and self.characters and self.characters[-1] in _ALEFS and self._same(left, right):
            self.characters.insert(-1, character)  # PDFium takes the ligature lam-alef apart the wrong way round
            self.boxes.append(self.boxes[-1])
            return
        self.characters.append(character)
        self.boxes.append((left, bottom, right, top))
        if right <= left and top <= bottom:
            return
        if self.box is None:
            self.box = (left, bottom, right, top)
        else:
            a, b, c, d = self.box
            self.box = (min(a, left), min(b, bottom), max(c, right), max(d, top))

    def finish(self, transform: _Transform, *, letters: bool) -> Word | None:
        text = _TEX_FF.sub("ff", _ordinary("".join(self.characters)))
        if not text:
            return None
        left, top, right, bottom = (round(side, 1) for side in transform.box(*(self.box or (0.0, 0.0, 0.0, 0.0))))
        each = tuple(self._letters(transform, len(text))) if letters else ()
        return Word(text, left, top, right, bottom, each)

    def _letters(self, transform: _Transform, count: int) -> Iterator[Box]:
        """A character that stands for several letters gives its box to each; nothing if they don't add up."""
        if len(self.characters) == count:
            lengths = [1] * count
        else:
            lengths = [len(_ordinary(character)) for character in self.characters]
        if sum(lengths) == count:
            for length, box in zip(lengths, self.boxes, strict=True):
                yield from [transform.box(*box)] * length

    def _same(self, left: float, right: float) -> bool:
        return (self.boxes[-1][0], self.boxes[-1][2]) == (left, right)


def _ordinary(character: str) -> str:
    """The ordinary letters that a ligature, shape or radical stands for; anything else as it is."""
    return _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), character)


def _lines(textpage: raw.FPDF_TEXTPAGE, transform: _Transform, eye: Eye, *, letters: bool) -> Iterator[Line]:
    words: list[_PlacedWord] = []
    word = _OpenWord()
    rectangle = raw.FS_RECTF()
    reference = ctypes.byref(rectangle)
    count = raw.FPDFText_CountChars(textpage)
    for index in range(count + 1):
        code = raw.FPDFText_GetUnicode(textpage, index) if index < count else 0x0A
        hyphen = code == HYPHEN and raw.FPDFText_IsHyphen(textpage, index) == 1
        ends_line = hyphen or code in (0x0A, 0x0D)
        character = _letter(code)
        if ends_line or character.isspace():
            if finished := word.finish(transform, letters=letters):
                box = (finished.left, finished.top, finished.right, finished.bottom)
                words.append(_PlacedWord(finished, word.indices, eye.look(word.indices[0], len(word.indices), box)))
            word = _OpenWord()
            if ends_line and words:
                yield from _by_sight(textpage, words, hyphenated=hyphen)
                words = []
        elif character:
            raw.FPDFText_GetLooseCharBox(textpage, index, reference)
            word.add(character, rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            word.indices.append(index)


@dataclass(frozen=True, slots=True)
class _PlacedWord:
    """`indices` are those of its characters."""

    word: Word
    indices: list[int]
    sight: Sight


def _by_sight(textpage: raw.FPDF_TEXTPAGE, words: Sequence[_PlacedWord], *, hyphenated: bool) -> Iterator[Line]:
    """A line; several where some of its words are seen and others are not."""
    for sight in dict.fromkeys(word.sight for word in words):
        alike = [word for word in words if word.sight is sight]
        yield _line(textpage, alike, hyphenated=hyphenated and alike[-1] is words[-1])


def _letter(code: int) -> str:
    """The letter, U+FFFD for what a font does not explain, nothing for what is never seen."""
    if code in (0xAD, 0xFEFF, 0x200B):
        return ""
    if code in _TEX_LIGATURES:
        return _TEX_LIGATURES[code]
    unexplained = code < 0x20 and code not in (0x09, 0x0A, 0x0D)
    if unexplained or code in (0x7F, 0xFFFE, 0xFFFF) or 0xD800 <= code <= 0xDFFF or code >= 0x110000:
        return UNKNOWN
    return chr(code)


def _line(textpage: raw.FPDF_TEXTPAGE, words: Sequence[_PlacedWord], *, hyphenated: bool) -> Line:
    """Look at three characters for size and weight: a line of mixed fonts is what most of it is."""
    indices = [index for word in words for index in word.indices]
    looked_at = [indices[0], indices[len(indices) // 2], indices[-1]]
    size = statistics.median(_size(textpage, index) for index in looked_at)
    bold = sum(_bold(textpage, index) for index in looked_at) >= 2
    return Line(tuple(word.word for word in words), round(2 * size) / 2, bold, words[0].sight, hyphenated)


def _size(textpage: raw.FPDF_TEXTPAGE, index: int) -> float:
    """The font's size on the page: the nominal one times the text matrix's scale."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage, index, ctypes.byref(matrix))
    scale = (matrix.c**2 + matrix.d**2) ** 0.5
    return float(raw.FPDFText_GetFontSize(textpage, index)) * (scale or 1.0)


def _bold(textpage: raw.FPDF_TEXTPAGE, index: int) -> bool:
    if raw.FPDFText_GetFontWeight(textpage, index) >= BOLD_WEIGHT:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, name, 128, ctypes.byref(flags))
    return bool(_BOLD_NAME.search(name.value))
