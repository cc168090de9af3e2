"""Where each page of a document stands when all of them lie below each other. Numbers only, no Qt.

A document of 3,000 pages is 3,000 sizes here and nothing else: what is not on screen is not drawn or read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from desktop.viewer.pages import Box, PageSize

GAP = 12
"""Pixels between two pages, and around all of them."""


@dataclass(frozen=True, slots=True)
class Rect:
    left: float
    top: float
    width: float
    height: float


class Sheets:
    """The pages laid out at `scale` pixels to the point, centred in `room` pixels. Pages are counted from 0 here."""

    def __init__(self, sizes: Sequence[PageSize], scale: float, room: int) -> None:
        self.scale = scale
        self._sizes = sizes
        heights = (size.height * scale + GAP for size in sizes)
        self._tops = list(accumulate(heights, initial=float(GAP)))
        self.width = max(room, round(max((size.width for size in sizes), default=0.0) * scale) + 2 * GAP)

    @property
    def height(self) -> int:
        return round(self._tops[-1])

    def rect(self, index: int) -> Rect:
        size = self._sizes[index]
        width = size.width * self.scale
        return Rect((self.width - width) / 2, self._tops[index], width, size.height * self.scale)

    def at(self, y: float) -> int:
        """The page at that height; the nearest one above for a gap, the first or the last beyond the ends."""
        return min(max(0, bisect_right(self._tops, y) - 1), max(0, len(self._sizes) - 1))

    def between(self, top: float, bottom: float) -> range:
        """The pages of which something is seen."""
        return range(self.at(top), self.at(bottom) + 1) if self._sizes else range(0)

    def fraction(self, y: float) -> tuple[int, float]:
        """A height as page and share of the page, which survives another scale."""
        index = self.at(y)
        rect = self.rect(index)
        return index, (y - rect.top) / max(1.0, rect.height)

    def height_of(self, place: tuple[int, float]) -> float:
        rect = self.rect(min(place[0], len(self._sizes) - 1))
        return rect.top + place[1] * rect.height

    def box(self, index: int, box: Box) -> Rect:
        """A box of the page in pixels."""
        page = self.rect(index)
        left, top, right, bottom = (side * self.scale for side in box)
        return Rect(page.left + left, page.top + top, right - left, bottom - top)


def bars(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of one line that follow each other, as one: a mark has no holes between its words."""
    joined: list[Box] = []
    for box in boxes:
        last = joined[-1] if joined else None
        if last is not None and _neighbours(last, box):
            joined[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        elif box[2] > box[0]:
            joined.append(box)
    return joined


def _neighbours(first: Box, second: Box) -> bool:
    """On one line, and no further apart than its height."""
    height = min(first[3] - first[1], second[3] - second[1])
    overlap = min(first[3], second[3]) - max(first[1], second[1])
    apart = max(first[0], second[0]) - min(first[2], second[2])
    return overlap > 0.5 * height and apart < 1.2 * max(first[3] - first[1], second[3] - second[1])
