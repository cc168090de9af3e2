"""Pictures of text, drawn by PDFium and written as scanners write them: PNG, TIFF of several, PDF without letters."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from tests.fakes.parsers import Ink, write_pdf

DPI = 150
"""Less than the 300 that a scanner should have: smaller pictures are recognised sooner."""


@dataclass(frozen=True)
class Picture:
    """Shades of grey, row by row."""

    width: int
    height: int
    shades: bytes

    def png(self) -> bytes:
        rows = b"".join(b"\0" + self.shades[at : at + self.width] for at in range(0, len(self.shades), self.width))
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def draw(folder: Path, inks: Sequence[Ink], *, turned: int = 0) -> Picture:
    """A sheet of A4 with these lines on it; `turned` by 0, 90, 180 or 270 degrees."""
    document = pdfium.PdfDocument(write_pdf(folder / "drawn.pdf", [inks]))
    bitmap = document[0].render(scale=DPI / 72, grayscale=True, rotation=turned)
    rows = np.frombuffer(bitmap.buffer, np.uint8).reshape(bitmap.height, bitmap.stride)[:, : bitmap.width]
    return Picture(bitmap.width, bitmap.height, rows.tobytes())


def photograph(side: int = 700) -> Picture:
    """Light and shade without a letter, with hard edges: leaves, more or less."""
    dice = np.random.default_rng(7)
    shades = np.full((side, side), 128.0)
    for _ in range(600):
        top, left = dice.integers(0, side - 40, 2)
        high, wide = dice.integers(3, 40, 2)
        shades[top : top + high, left : left + wide] = dice.integers(0, 255)
    return Picture(side, side, shades.astype(np.uint8).tobytes())


def write_tiff(path: Path, pictures: Sequence[Picture]) -> Path:
    """Uncompressed (TIFF 6.0, section 4)."""
    data, links = b"II*\x00", [4]
    data += bytes(4)
    for picture in pictures:
        at = len(data)
        data += picture.shades + bytes(len(picture.shades) % 2)
        entries = ((256, picture.width), (257, picture.height), (258, 8), (259, 1), (262, 1), (273, at), (277, 1),
                   (278, picture.height), (279, len(picture.shades)))  # fmt: skip
        data = _pointed(data, links[-1])
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        links.append(len(data))
        data += bytes(4)
    path.write_bytes(data)
    return path


def write_scan(path: Path, pictures: Sequence[Picture]) -> Path:
    """A PDF whose pages are these pictures, as scanners make it."""
    document = pdfium.PdfDocument.new()
    for picture in pictures:
        size = picture.width * 72 / DPI, picture.height * 72 / DPI
        bitmap = pdfium.PdfBitmap.new_native(picture.width, picture.height, raw.FPDFBitmap_Gray)
        rows = np.frombuffer(bitmap.buffer, np.uint8).reshape(picture.height, bitmap.stride)
        rows[:, : picture.width] = np.frombuffer(picture.shades, np.uint8).reshape(picture.height, picture.width)
        image = pdfium.PdfImage.new(document)
        image.set_bitmap(bitmap)
        image.set_matrix(pdfium.PdfMatrix().scale(*size))
        page = document.new_page(*size)
        page.insert_obj(image)
        page.gen_content()
    document.save(str(path))
    return path


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pointed(data: bytes, link: int) -> bytes:
    """The link to the next picture's description leads to the end of what is written so far."""
    return data[:link] + struct.pack("<I", len(data)) + data[link + 4 :]
