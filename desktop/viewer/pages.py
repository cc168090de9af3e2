"""What the viewer asks of whatever draws pages, and what it gets. Points count from a page's left and top edges.

Nothing here knows PDFium or processes: desktop.viewer.pdf draws in a child, a test draws what it likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from local_models.cancel import CancelToken

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """Points, as the page is shown: turned and cropped."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MarkedWord:
    """Letters [first, last) of a word that was read at `box`. Found again by text and box together."""

    text: str
    box: Box
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text as it can be selected: `boxes` has shape (len(text), 4), float32, in points.

    `marks` are the boxes of the words asked for, part by part; empty unless every one was found in its place.
    """

    text: str
    boxes: NDArray[np.float32]
    marks: tuple[Box, ...] = ()


class PageSource(Protocol):
    """Draws pages of files. Every method may be called from any thread, and raises DocumentError, Cancelled."""

    @property
    def ready(self) -> bool:
        """Whether it was started, and has not rested since."""

    def warm(self) -> None:
        """Be ready soon. Does not wait."""

    def rest(self) -> None:
        """Cost nothing until the next request, which then takes longer."""

    def outline(self, path: Path, cancel: CancelToken) -> tuple[PageSize, ...]:
        """The size of every page."""

    def draw(self, path: Path, number: int, width: int, cancel: CancelToken) -> QImage:
        """Page `number` (from 1), `width` pixels wide, or less where that would be too large a picture."""

    def read(self, path: Path, number: int, words: tuple[MarkedWord, ...], cancel: CancelToken) -> PageText:
        """The page's text, and where these words of it stand."""

    def release(self) -> None:
        """Let go of open files."""

    def close(self) -> None:
        """For good."""
