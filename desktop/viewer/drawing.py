"""The drawing child: `python -m desktop.viewer.drawing` draws PDF pages and says where their letters stand.

A process of its own, so that a page that takes seconds, all memory or a crash of PDFium takes no window along. One
document stays open between requests, until another is asked for or the file changes. It draws what was stored in the
file and runs nothing: this PDFium has no JavaScript. It knows no widget; desktop.viewer.pdf is the other side.
"""

from __future__ import annotations

import base64
import importlib
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from local_models.offline import refuse_network
from local_models.protocol import encode_array
from local_models.worker import Handler, serve
from rag.errors import DocumentBroken, DocumentEncrypted, DocumentMissing
from rag.parsers.formats import is_picture
from rag.parsers.limits import limit_memory
from rag.parsers.pdf_lines import Line, Word, read_lines
from rag.parsers.pdf_sight import Box

MEMORY = 2 * 2**30
"""Bytes on top of what the imports take; the largest picture is 60 MB, the rest is for the document's own images."""

LARGEST_SIDE = 4500
"""Pixels: A4 at four times the size of a usual screen's. Larger ones are stretched by the viewer."""

AS_READ = "This is its text as it was read."

_FASTEST = 1
"""zlib level: a page of text of 4 MB becomes 0.36 MB in 25 ms; level 6 takes 60 ms and saves a fifth of that."""


def handlers() -> dict[str, Handler]:
    """Requests name a file by "path" and "stamp" (size and time of change), pages by "number", from 1.

    "outline" -> {"sizes": [width, height, ...]}; "draw" {"width"} -> {"width", "height", "stride", "channels",
    "pixels": base64 of zlib}; "read" {"words": [[text, left, top, right, bottom, first, last], ...]} ->
    {"text", "boxes", "marks": [[left, top, right, bottom], ...]}; "release" closes the file.
    """
    desk = _Desk()
    made: dict[str, Handler] = {"outline": desk.outline, "draw": desk.draw, "read": desk.read, "release": desk.release}
    return {op: desk.and_close(handler) for op, handler in made.items()} if sys.platform == "win32" else made


class _Desk:
    """At most one open document."""

    def __init__(self) -> None:
        self._document: pdfium.PdfDocument | None = None
        self._key: tuple[object, ...] = ()

    def outline(self, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        document = self._open(params)
        sizes: list[float] = []
        for index in range(len(document)):
            cancel.check()
            sizes += (round(side, 1) for side in _size(document, index))
        yield {"sizes": sizes}

    def draw(self, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        with closing(self._page(params)) as page:
            cancel.check()
            try:
                yield _drawn(page, params["width"])
            except (pdfium.PdfiumError, MemoryError) as error:
                raise _undrawn(params) from error

    def read(self, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        with closing(self._page(params)) as page:
            cancel.check()
            try:
                lines = read_lines(page, letters=True)
            except (pdfium.PdfiumError, MemoryError) as error:
                raise _undrawn(params) from error
        text, boxes = spread(lines)
        marks = place(lines, params["words"]) if lines else recognised(params["words"])
        yield {"text": text, "boxes": encode_array(boxes), "marks": marks}

    def release(self, _params: Mapping[str, Any], _cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        self._close()
        yield {}

    def and_close(self, handler: Handler) -> Handler:
        """For Windows, where nobody may replace a file that is open; opening 3,000 pages takes 3 ms."""

        def handle(params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
            try:
                yield from handler(params, cancel)
            finally:
                self._close()

        return handle

    def _open(self, params: Mapping[str, Any]) -> pdfium.PdfDocument:
        path = Path(params["path"])
        key = (str(path), *params["stamp"])
        if self._document is None or key != self._key:
            self._close()
            self._document, self._key = _document(path), key
        return self._document

    def _close(self) -> None:
        if self._document is not None:
            self._document.close()
        self._document, self._key = None, ()

    def _page(self, params: Mapping[str, Any]) -> pdfium.PdfPage:
        document = self._open(params)
        try:
            return document[params["number"] - 1]
        except (pdfium.PdfiumError, IndexError) as error:
            raise _undrawn(params) from error


def spread(lines: Sequence[Line]) -> tuple[str, NDArray[np.float32]]:
    """The lines' text, with spaces between words and breaks between lines, and a box for each character of it."""
    parts: list[str] = []
    boxes: list[Box] = []
    for line in lines:
        for number, word in enumerate(line.words):
            if number:
                boxes.append(_between(line.words[number - 1], word))
            parts.append(" " if number else "")
            parts.append(word.text)
            boxes += word.letters or [_whole(word)] * len(word.text)
        last = line.words[-1]
        parts.append("\n")
        boxes.append((last.right, last.top, last.right, last.bottom))
    return "".join(parts), np.array(boxes, dtype=np.float32).reshape(-1, 4)


def place(lines: Sequence[Line], wanted: Sequence[Sequence[Any]]) -> list[Box]:
    """The box of each part of a word; empty unless every word stands on the page where it stood when it was read."""
    words = {(word.text, *_tenths(_whole(word))): word for line in lines for word in line.words}
    found: list[Box] = []
    for text, left, top, right, bottom, first, last in wanted:
        word = words.get((text, *_tenths((left, top, right, bottom))))
        part = word.letters[first:last] if word is not None else ()
        if word is not None and (first, last) == (0, len(text)):
            found.append(_whole(word))
        elif part:
            found.append(_around(part))
        else:
            return []
    return found


def recognised(wanted: Sequence[Sequence[Any]]) -> list[Box]:
    """The box of each part of a word on a page that is a picture, which has no letters of its own to go by."""
    found: list[Box] = []
    for text, left, top, right, bottom, first, last in wanted:
        letter = (right - left) / max(1, len(text))
        found.append((left + first * letter, top, left + last * letter, bottom))
    return found


def _document(path: Path) -> pdfium.PdfDocument:
    if is_picture(path):
        return _pictures(path)
    try:
        document = pdfium.PdfDocument(path)
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()  # else what was filled in would not be drawn
        return document
    except FileNotFoundError as error:
        raise DocumentMissing(f"“{path.name}” is no longer where it was.", AS_READ) from error
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise DocumentEncrypted(f"“{path.name}” is protected by a password now.", AS_READ) from error
        raise DocumentBroken(f"“{path.name}” is damaged, or no PDF any more.", AS_READ) from error


def _pictures(path: Path) -> pdfium.PdfDocument:
    # fetched where there is a picture: Qt takes 30 MB
    document: pdfium.PdfDocument | None = importlib.import_module("desktop.viewer.pictures").as_document(path)
    if document is None:
        raise DocumentBroken(f"“{path.name}” is damaged, or no picture any more.", AS_READ)
    return document


def _size(document: pdfium.PdfDocument, index: int) -> tuple[float, float]:
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError:  # a damaged page stands as an empty sheet
        return 595.0, 842.0
    return max(width, 1.0), max(height, 1.0)


def _drawn(page: pdfium.PdfPage, wanted: int) -> dict[str, object]:
    width, height = page.get_size()
    exact = wanted - 0.01  # PDFium rounds up, and a picture a pixel too wide would be blurred on screen
    scale = min(exact / width, LARGEST_SIDE / max(width, height))
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels = zlib.compress(bitmap.buffer, _FASTEST)
    return {
        "width": bitmap.width,
        "height": bitmap.height,
        "stride": bitmap.stride,
        "channels": bitmap.n_channels,
        "pixels": base64.b64encode(pixels).decode("ascii"),
    }


def _undrawn(params: Mapping[str, Any]) -> DocumentBroken:
    name = Path(params["path"]).name
    return DocumentBroken(f"Page {params['number']} of “{name}” can't be drawn.", AS_READ)


def _whole(word: Word) -> Box:
    return word.left, word.top, word.right, word.bottom


def _tenths(box: Sequence[float]) -> tuple[int, ...]:
    """Boxes are read and kept in tenths of a point."""
    return tuple(round(side * 10) for side in box)


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _between(before: Word, word: Word) -> Box:
    """The gap between two words, whichever of them stands to the left."""
    left, right = min(before.right, word.right), max(before.left, word.left)
    return min(left, right), before.top, max(left, right), before.bottom


def main() -> int:
    refuse_network()
    limit_memory(MEMORY)
    return serve(handlers())


if __name__ == "__main__":
    sys.exit(main())
