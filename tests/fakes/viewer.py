"""Pages for the viewer without PDFium, and PDFs for it with: a register of as many pages as wanted."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from PySide6.QtGui import QColor, QImage

from desktop.viewer.pages import MarkedWord, PageSize, PageText
from local_models.cancel import CancelToken
from rag.errors import DocumentBroken, FootnoteError


class FakePages:
    """Grey pages of 200 x 100 points with one line of text. `hold` keeps the drawing of its pages waiting."""

    def __init__(self, count: int = 3, text: str = "One two three.") -> None:
        self.count, self.text = count, text
        self.drawn: list[tuple[int, int]] = []
        self.placed = True
        self.fail_with: FootnoteError | None = None
        self.hold: dict[int, threading.Event] = {}
        self.warmed = self.closed = False

    @property
    def ready(self) -> bool:
        return self.warmed

    def warm(self) -> None:
        self.warmed = True

    def rest(self) -> None:
        self.warmed = False

    def outline(self, path: Path, cancel: CancelToken) -> tuple[PageSize, ...]:
        del path
        cancel.check()
        return (PageSize(200, 100),) * self.count

    def draw(self, path: Path, number: int, width: int, cancel: CancelToken) -> QImage:
        if number in self.hold:
            cancel.on_cancel(self.hold[number].set)
            self.hold[number].wait(10)
        cancel.check()
        if self.fail_with is not None:
            raise self.fail_with
        if number > self.count:
            raise DocumentBroken(f"Page {number} of “{path.name}” can't be drawn.")
        self.drawn.append((number, width))
        picture = QImage(width, max(1, width // 2), QImage.Format.Format_RGB32)
        picture.fill(QColor("#DDDDDD"))
        return picture

    def read(self, path: Path, number: int, words: tuple[MarkedWord, ...], cancel: CancelToken) -> PageText:
        del path, number
        cancel.check()
        left = np.arange(len(self.text), dtype=np.float32) * 10 + 20
        boxes = np.stack([left, np.full_like(left, 40), left + 10, np.full_like(left, 52)], axis=1)
        marks = tuple(word.box for word in words) if self.placed else ()
        return PageText(self.text, boxes, marks)

    def release(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def write_register(path: Path, pages: int, *, more: int = 0) -> None:
    """A PDF of A4 pages with three lines each, and so many `more`, different on every page.

    By hand: PDFium takes minutes to make 3,000.
    """
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(pages)) + b"]/Count %d>>" % pages,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number in range(1, pages + 1):
        lines = (
            f"Entry {number} of the register.",
            f"The tenant of house {number} repairs the boiler within {number % 90 + 2} days.",
            "Nothing else is written on this page.",
            *(
                f"Line {n} of entry {number}: the keys of cellar {n * number} hang beside the door."
                for n in range(more)
            ),
        )
        shown = "".join(f"({line}) Tj 0 -18 Td " for line in lines)
        content = f"BT /F1 12 Tf 72 700 Td {shown}ET".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (3 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    parts, places, at = [b"%PDF-1.4\n"], [], 9
    for index, body in enumerate(objects, start=1):
        places.append(at)
        parts.append(b"%d 0 obj%s endobj\n" % (index, body))
        at += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table))
    parts.append(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, at))
    path.write_bytes(b"".join(parts))
