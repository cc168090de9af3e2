"""What is asked of whatever draws pages: one picture and one text at a time, for pages that are seen now.

Whoever scrolls through a thousand pages waits for the last of them only. What comes back for another file, or for a
page that is no longer wanted, is dropped. Pages are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.jobs import Job, Lane
from desktop.viewer.drawn_pages import Drawn, DrawnPages
from desktop.viewer.pages import MarkedWord, PageSize, PageSource, PageText
from local_models.cancel import CancelToken
from rag.errors import FootnoteError

NO_TEXT = PageText("", np.empty((0, 4), dtype=np.float32))


class PageRequests(QObject):
    """Puts what comes into `kept`. `drawn` and `read` carry a page; `outlined` the sizes of all of them.

    `undrawn` carries a page and the FootnoteError, `unread` a page, `failed` an error of the whole document.
    """

    outlined = Signal(object)
    drawn = Signal(int)
    undrawn = Signal(int, object)
    read = Signal(int, object)
    unread = Signal(int)
    failed = Signal(object)

    def __init__(self, source: PageSource, lane: Lane, kept: DrawnPages, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._lane, self._kept = source, lane, kept
        self._path: Path | None = None
        self._outlined = True
        self._outlining: Job | None = None
        self._drawing: tuple[Job, int] | None = None
        self._reading: tuple[Job, int] | None = None

    def begin(self, path: Path) -> None:
        """Another file: nothing of the one before is wanted any more."""
        self.stop()
        self._path, self._outlined = path, False

    def stop(self) -> None:
        self.stop_reading()
        for job in (self._drawing[0] if self._drawing else None, self._outlining):
            if job is not None:
                job.cancel()
        self._drawing = self._outlining = self._path = None

    def stop_reading(self) -> None:
        """Other words are to be marked."""
        if self._reading is not None:
            self._reading[0].cancel()
        self._reading = None

    @property
    def busy(self) -> bool:
        return any(part is not None for part in (self._outlining, self._drawing, self._reading))

    def want_picture(self, seen: Sequence[int], widths: Sequence[int]) -> None:
        """Draw what is missing of the pages `seen`, each that many pixels wide, the first one first."""
        if self._drawing is not None and self._drawing[1] not in seen:
            self._drawing[0].cancel()
            self._drawing = None
        following = self._kept.next_picture(seen, widths)
        if self._path is None or self._drawing is not None:
            return
        if following is not None:
            index, width = following
            job = self._lane.start(partial(_draw, self._source, self._path, index + 1, width))
            self._drawing = (job, index)
            job.reported.connect(self._take_picture)
            job.failed.connect(self._take_no_picture)
        elif not self._outlined:
            self._ask_outline(self._path)

    def want_text(
        self, seen: Sequence[int], words: Mapping[int, tuple[MarkedWord, ...]], unplaced: Sequence[int]
    ) -> None:
        """Read the pages whose `words` (by page) are `unplaced` first, then what can be selected."""
        index = unplaced[0] if unplaced else self._kept.next_text(seen)
        if self._path is not None and self._reading is None and index is not None:
            job = self._lane.start(partial(_read, self._source, self._path, index + 1, words.get(index, ())))
            self._reading = (job, index)
            job.reported.connect(self._take_text)
            job.failed.connect(self._take_no_text)

    def _ask_outline(self, path: Path) -> None:
        """After the first picture: 3,000 sizes take 40 ms, and until then all pages are taken to be alike."""
        self._outlined = True
        self._outlining = self._lane.start(partial(_outline, self._source, path))
        self._outlining.reported.connect(self._take_outline)
        self._outlining.failed.connect(self._take_no_outline)

    def _take_outline(self, sizes: tuple[PageSize, ...]) -> None:
        if self.sender() is self._outlining:
            self._outlining = None
            self.outlined.emit(sizes)

    def _take_no_outline(self, error: FootnoteError) -> None:
        if self.sender() is self._outlining:
            self._outlining = None
            self.failed.emit(error)

    def _take_picture(self, drawn: Drawn) -> None:
        if self._drawing is not None and self.sender() is self._drawing[0]:
            index, self._drawing = self._drawing[1], None
            self._kept.keep_picture(index, drawn)
            self.drawn.emit(index)

    def _take_no_picture(self, error: FootnoteError) -> None:
        if self._drawing is not None and self.sender() is self._drawing[0]:
            index, self._drawing = self._drawing[1], None
            self._kept.give_up(index)
            self.undrawn.emit(index, error)

    def _take_text(self, text: PageText) -> None:
        if self._reading is not None and self.sender() is self._reading[0]:
            index, self._reading = self._reading[1], None
            self._kept.keep_text(index, text)
            self.read.emit(index, text)

    def _take_no_text(self, _error: FootnoteError) -> None:
        """The page may still be looked at."""
        if self._reading is not None and self.sender() is self._reading[0]:
            index, self._reading = self._reading[1], None
            self._kept.keep_text(index, NO_TEXT)
            self.unread.emit(index)


def _outline(source: PageSource, path: Path, cancel: CancelToken) -> Iterator[tuple[PageSize, ...]]:
    yield source.outline(path, cancel)


def _draw(source: PageSource, path: Path, number: int, width: int, cancel: CancelToken) -> Iterator[Drawn]:
    yield Drawn(source.draw(path, number, width, cancel), width)


def _read(
    source: PageSource, path: Path, number: int, words: tuple[MarkedWord, ...], cancel: CancelToken
) -> Iterator[PageText]:
    yield source.read(path, number, words, cancel)
