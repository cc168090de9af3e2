"""What has been drawn and read of the pages of one document, kept within bounds, and what is to be drawn next.

One picture and one text are under way at a time, for a page that is seen now: whoever scrolls through a thousand pages
waits for the last of them only. It knows no widget and no lane but by the functions it is given.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QImage

from desktop.viewer.pages import PageText

MOST_BYTES = 96 * 2**20
"""Pictures: at least the two or three pages on screen at any zoom, or forty in a narrow panel."""

MOST_TEXTS = 64
"""Pages' letters, some 80 kB each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """`width` is what was asked for; a picture of a poster may be smaller."""

    picture: QImage
    width: int


class DrawnPages:
    """Pages are counted from 0."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pictures: OrderedDict[int, Drawn] = OrderedDict()
        self._texts: OrderedDict[int, PageText] = OrderedDict()
        self._failed: set[int] = set()

    def forget(self) -> None:
        """Another document, or the same one in another state."""
        self._pictures.clear()
        self._texts.clear()
        self._failed.clear()

    def keep_picture(self, index: int, drawn: Drawn) -> None:
        self._pictures[index] = drawn
        self._pictures.move_to_end(index)
        while self.size > self._most_bytes and len(self._pictures) > 1:
            self._pictures.popitem(last=False)

    def keep_text(self, index: int, text: PageText) -> None:
        self._texts[index] = text
        self._texts.move_to_end(index)
        while len(self._texts) > MOST_TEXTS:
            self._texts.popitem(last=False)

    def give_up(self, index: int) -> None:
        """This page can't be drawn: do not try again and again."""
        self._failed.add(index)

    def picture(self, index: int) -> Drawn | None:
        """The last one drawn, of whatever width: a stretched page is better than a white one."""
        if index in self._pictures:
            self._pictures.move_to_end(index)
        return self._pictures.get(index)

    def text(self, index: int) -> PageText | None:
        return self._texts.get(index)

    @property
    def texts(self) -> OrderedDict[int, PageText]:
        return self._texts

    @property
    def size(self) -> int:
        """Bytes of all pictures."""
        return sum(drawn.picture.sizeInBytes() for drawn in self._pictures.values())

    def failed(self, index: int) -> bool:
        return index in self._failed

    def next_picture(self, seen: Sequence[int], widths: Sequence[int]) -> tuple[int, int] | None:
        """The first page in `seen` without a picture of its width, and that width."""
        for index, width in zip(seen, widths, strict=True):
            kept = self._pictures.get(index)
            if index not in self._failed and (kept is None or kept.width != width):
                return index, width
        return None

    def next_text(self, seen: Sequence[int]) -> int | None:
        return next((index for index in seen if index not in self._texts and index not in self._failed), None)
