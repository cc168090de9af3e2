"""Tokens that need no model, and small documents written on the spot: PDF with PDFium, DOCX as bare XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from ctypes import c_ushort
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from rag.ports import Parser
from rag.types import Block, BlockKind, HiddenText, Page, PageSkipped, Passage, Source, Title

A4 = (595.0, 842.0)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class WordTokens:
    """A token is a word or a mark."""

    def count(self, text: str) -> int:
        return len(self.offsets(text))

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(r"\w+|[^\w\s]", text)]


def cited(passage: Passage) -> Source:
    """The passage as a source of an answer."""
    return Source(1, 1, 1, "file", Path("file"), passage.heading, passage.place, passage.text, passage.span)


class LetterTokens:
    """A token is a letter, and every text of more than one has one token more than its letters: counts don't add up."""

    def count(self, text: str) -> int:
        return len(self.offsets(text))

    def offsets(self, text: str) -> list[tuple[int, int]]:
        letters = [found.span() for found in re.finditer(r"\S", text)]
        return [*letters[:1], *letters] if len(letters) > 1 else letters


@dataclass(frozen=True)
class Ink:
    """One line of text on a page, in points from the left and top edges."""

    left: float
    top: float
    text: str
    size: float = 11
    bold: bool = False
    invisible: bool = False
    colour: tuple[int, int, int] = (0, 0, 0)
    ground: tuple[int, int, int] | None = None
    """A bar of this colour is drawn behind the line."""


def write_pdf(path: Path, pages: Sequence[Sequence[Ink]], *, title: str = "", scans: bool = False) -> Path:
    """A PDF of these pages; an empty one is a blank page. `scans`: a grey picture covers each page."""
    document = pdfium.PdfDocument.new()
    for inks in pages:
        page = document.new_page(*A4)
        if scans:
            _cover(document, page)
        for ink in inks:
            _draw(document, page, ink)
        page.gen_content()
    document.save(str(path))
    if title:
        path.write_bytes(_with_title(path.read_bytes(), title))
    return path


def _cover(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> None:
    bitmap = pdfium.PdfBitmap.new_native(8, 8, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((220, 220, 220, 255), 0, 0, 8, 8)
    picture = pdfium.PdfImage.new(document)
    picture.set_bitmap(bitmap)
    picture.set_matrix(pdfium.PdfMatrix().scale(*A4))
    page.insert_obj(picture)


def _draw(document: pdfium.PdfDocument, page: pdfium.PdfPage, ink: Ink) -> None:
    font = b"Helvetica-Bold" if ink.bold else b"Helvetica"
    line = raw.FPDFPageObj_NewTextObj(document.raw, font, ink.size)
    encoded = (ink.text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(line, (c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
    if ink.invisible:
        raw.FPDFTextObj_SetTextRenderMode(line, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    raw.FPDFPageObj_SetFillColor(line, *ink.colour, 255)
    if ink.ground is not None:
        bar = raw.FPDFPageObj_CreateNewRect(ink.left - 4, A4[1] - ink.top - 6, 500, ink.size + 12)
        raw.FPDFPageObj_SetFillColor(bar, *ink.ground, 255)
        raw.FPDFPath_SetDrawMode(bar, raw.FPDF_FILLMODE_ALTERNATE, 0)
        raw.FPDFPage_InsertObject(page.raw, bar)
    raw.FPDFPageObj_Transform(line, 1, 0, 0, 1, ink.left, A4[1] - ink.top)
    raw.FPDFPage_InsertObject(page.raw, line)


def _with_title(data: bytes, title: str) -> bytes:
    """The file with an information dictionary appended (an incremental update, ISO 32000-1, 7.5.6)."""
    size = int(re.findall(rb"/Size (\d+)", data)[-1])
    root = re.findall(rb"/Root (\d+ \d+ R)", data)[-1]
    before = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    at = len(data) + 1
    information = f"\n{size} 0 obj\n<</Title ({title})>>\nendobj\n".encode()
    trailer = f"trailer\n<</Size {size + 1} /Prev {before} /Info {size} 0 R /Root "
    table = f"xref\n{size} 1\n{at:010d} 00000 n \n{trailer}".encode()
    end = f">>\nstartxref\n{len(data) + len(information)}\n%%EOF\n".encode()
    return data + information + table + root + end


def write_docx(path: Path, body: str, **parts: str) -> Path:
    """A Word document with this XML in its body (prefix w). `parts`: name without suffix -> content of its root."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        package.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{content}</w:{name}>')
    return path


def read_page(parser: Parser, path: Path) -> Page:
    """The only page of a document without pages."""
    (page,) = (item for item in parser.read(path) if isinstance(item, Page))
    return page


def read_title(parser: Parser, path: Path) -> str:
    return next((item.text for item in parser.read(path) if isinstance(item, Title)), "")


def hidden_passages(parser: Parser, path: Path) -> int:
    """How many passages of hidden text the parser says it left out."""
    return sum(item.passages for item in parser.read(path) if isinstance(item, HiddenText))


def read_pages(parser: Parser, path: Path) -> tuple[list[Page], list[PageSkipped]]:
    items = list(parser.read(path))
    return [i for i in items if isinstance(i, Page)], [i for i in items if isinstance(i, PageSkipped)]


def block_texts(page: Page, *kinds: BlockKind) -> list[str]:
    """The texts of the page's blocks, all or those of these kinds."""
    return [page.text[b.start : b.end] for b in page.blocks if not kinds or b.kind in kinds]


def whole(page: Page) -> bool:
    """Whether the blocks are in order, inside the page and without overlap."""
    ends = 0
    for block in page.blocks:
        if not ends <= block.start < block.end <= len(page.text):
            return False
        ends = block.end
    return True


def paragraph_page(number: int, *texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Page:
    """A page of these paragraphs; one that begins with # is a heading of that depth, without the marks."""
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for text in texts:
        level = len(text) - len(text.lstrip("#"))
        shown = text.lstrip("# ")
        blocks.append(Block(at, at + len(shown), BlockKind.HEADING if level else kind, level))
        parts.append(shown)
        at += len(shown) + 2
    return Page(number, "\n\n".join(parts), tuple(blocks))
