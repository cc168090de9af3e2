"""Selecting text on a drawn page: from points to characters and back. Numbers only, no Qt.

A position is (page, character), as between two letters; pages are counted from 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from desktop.viewer.pages import Box, PageText
from desktop.viewer.sheets import bars

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the mouse was pressed to where it is; either may come first."""

    anchor: Position
    head: Position

    @property
    def empty(self) -> bool:
        return self.anchor == self.head

    def on(self, page: int, length: int) -> tuple[int, int]:
        """Characters [start, end) selected on a page that has `length` of them."""
        first, last = sorted((self.anchor, self.head))
        if not first[0] <= page <= last[0]:
            return 0, 0
        return (first[1] if page == first[0] else 0), (last[1] if page == last[0] else length)


def character_at(text: PageText, x: float, y: float) -> int:
    """The position nearest to a point of the page; 0 on a page without text."""
    if not len(text.boxes):
        return 0
    left, top, right, bottom = text.boxes.T
    down = np.maximum(np.maximum(top - y, y - bottom), 0)
    aside = np.maximum(np.maximum(left - x, x - right), 0)
    index = int(np.argmin(down * 1000 + aside))  # the line first, then the place in it
    behind = x > float(left[index] + right[index]) / 2
    if _runs_left(text.text[index]):
        behind = not behind
    return index + 1 if behind and text.text[index] != "\n" else index


def word_around(text: PageText, position: int) -> tuple[int, int]:
    """The word that holds a position."""
    for word in re.finditer(r"\w+|[^\w\s]", text.text):
        if word.start() <= position <= word.end():
            return word.span()
    return position, position


def line_around(text: PageText, position: int) -> tuple[int, int]:
    start = text.text.rfind("\n", 0, position) + 1
    end = text.text.find("\n", position)
    return start, len(text.text) if end < 0 else end


def selected_boxes(text: PageText, start: int, end: int) -> list[Box]:
    """Bars over characters [start, end)."""
    return bars([(float(a), float(b), float(c), float(d)) for a, b, c, d in text.boxes[start:end].tolist()])


def selected_text(selection: Selection, texts: Mapping[int, PageText]) -> str:
    """What is selected on the pages whose text is known."""
    first, last = sorted((selection.anchor[0], selection.head[0]))
    parts = []
    for page in range(first, last + 1):
        if (known := texts.get(page)) is not None:
            start, end = selection.on(page, len(known.text))
            parts.append(known.text[start:end])
    return "".join(parts).strip("\n")


def _runs_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")
