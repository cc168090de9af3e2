"""Whoever draws pages is started before the first click, and ended when nobody has looked for a while.

A child takes 0.3 s to start on a quiet computer and a second on a busy one; by then a reader has found the footnote he
wants to look at. One that nobody needs costs 35 MB, so it goes after five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from desktop.jobs import Lane
from desktop.viewer.examine import examine
from desktop.viewer.pages import PageSource
from desktop.viewer.reference import Reference
from local_models.cancel import CancelToken
from rag.types import Source

if TYPE_CHECKING:
    from rag.assistant import Assistant

IDLE_MS = 300_000
"""Longer than an answer is read; after it the first look costs the start again."""


class Readiness(QObject):
    """`looked_at` says whether a page is on screen: then nothing is ended."""

    def __init__(
        self, assistant: Assistant, lane: Lane, pages: PageSource, looked_at: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._assistant, self._lane, self._pages, self._looked_at = assistant, lane, pages, looked_at
        self._asked = False
        self._idle = QTimer(self, interval=IDLE_MS, singleShot=True)
        self._idle.timeout.connect(self._rest)

    def expect(self, paths: Iterable[Path]) -> None:
        """Passages of these files were found: an answer from them is on its way."""
        if any(map(is_drawn, paths)):
            self.touch()
            if not self._pages.ready:
                self._lane.call(self._pages.warm)

    def prepare(self, sources: Iterable[Source]) -> None:
        """These can be opened with the next click."""
        drawn = tuple(source for source in sources if is_drawn(source.path))
        if drawn:
            self.touch()
            if not (self._pages.ready and self._asked):
                self._asked = True
                self._lane.start(partial(_warm, self._assistant, self._pages, drawn))

    @property
    def waits(self) -> bool:
        """Whether it will look later if all may rest."""
        return self._idle.isActive()

    def touch(self) -> None:
        """Somebody looks, or is about to."""
        self._idle.start()

    @Slot()
    def _rest(self) -> None:
        if self._looked_at():
            self.touch()
        else:
            self._lane.call(self._pages.rest)


def is_drawn(path: Path) -> bool:
    """Whether such a file is shown as its pages."""
    return path.suffix.lower() == ".pdf"


def _warm(
    assistant: Assistant, pages: PageSource, sources: tuple[Source, ...], cancel: CancelToken
) -> Iterator[object]:
    """All that the first opening would wait for: the child, the first questions to the store, the file's table."""
    source = next((source for source in sources if source.path.is_file()), None)
    if source is not None:
        pages.warm()
        yield examine(assistant, Reference(source))
        yield pages.outline(source.path, cancel)
