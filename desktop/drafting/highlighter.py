"""Colours code while it is written, without ever holding up the window.

The whole text is lexed in slices of a few milliseconds when typing pauses, and only the lines whose colours changed
are drawn again. Until then a line that was just typed is lexed on its own, which is right but inside strings and
comments of several lines. (Resuming a lexer at a line, as QSyntaxHighlighter suggests, would colour the rest of the
file in one go when a quote is opened at its top: 5,000 lines are about 0.4 s.)
It does not know which colours there are: `format_of` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pygments.token import _TokenType
from PySide6.QtCore import QTimer
from PySide6.QtGui import QSyntaxHighlighter, QTextBlock, QTextCharFormat, QTextDocument

from desktop.drafting.tokens import LineRuns, Run, lexer_for

SLICE_S = 0.006
"""Work per turn of the event loop: a frame at 60 Hz has 16.7 ms, so typing and scrolling stay smooth."""

PAUSE_MS = 120
"""Typing faster than this is not followed by a full lexing."""

_ALONE_AT_ONCE = 40
"""Lines lexed on their own in one turn of the event loop (a paste has more; 0.1 ms each): the rest waits."""

_LONGEST_ALONE = 2000
"""Characters; a longer line (minified code) waits for the full lexing."""

FormatOf = Callable[[_TokenType], QTextCharFormat]


class CodeHighlighter(QSyntaxHighlighter):
    """Attach it to a document; `use_language` and `use_formats` colour everything anew."""

    def __init__(self, document: QTextDocument, language: str, format_of: FormatOf) -> None:
        super().__init__(document)
        self._format_of = format_of
        self._formats: dict[_TokenType, QTextCharFormat] = {}
        self._lexer = lexer_for(language)
        self._texts: list[str] = []
        self._runs: list[tuple[Run, ...]] = []
        self._touched: list[QTextBlock] = []
        self._alone = 0
        self._job: LineRuns | None = None
        self._job_texts: list[str] = []
        self._queue: list[QTextBlock] = []
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._work)
        document.contentsChange.connect(self._note_change)
        self._begin()

    def use_language(self, language: str) -> None:
        self._lexer = lexer_for(language)
        self._forget()

    def use_formats(self, format_of: FormatOf) -> None:
        self._format_of = format_of
        self._formats.clear()
        self._forget()

    @property
    def settled(self) -> bool:
        """True when every line has its final colours."""
        return not self._pause.isActive() and not self._slices.isActive()

    def highlightBlock(self, text: str) -> None:
        block = self.currentBlock()
        number = block.blockNumber()
        if number < len(self._texts) and self._texts[number] == text:
            self._paint(self._runs[number])
            return
        self._touched.append(block)
        self._alone += 1
        if self._alone <= _ALONE_AT_ONCE and len(text) <= _LONGEST_ALONE:
            alone = LineRuns(self._lexer, text)
            alone.advance(SLICE_S)
            self._paint(alone.lines[0] if alone.lines else ())

    def _paint(self, runs: tuple[Run, ...]) -> None:
        for start, length, kind in runs:
            if kind not in self._formats:
                self._formats[kind] = self._format_of(kind)
            self.setFormat(start, length, self._formats[kind])

    def _note_change(self, _position: int, _removed: int, _added: int) -> None:
        self._slices.stop()
        self._job = None
        self._touched += self._queue
        self._queue = []
        self._pause.start()

    def _forget(self) -> None:
        self._texts, self._runs = [], []
        self._begin()

    def _begin(self) -> None:
        text = self.document().toPlainText()
        self._alone = 0
        self._job_texts = text.split("\n")
        self._job = LineRuns(self._lexer, text)
        self._slices.start()

    def _work(self) -> None:
        if self._job is not None:
            if self._job.advance(SLICE_S):
                self._finish_lexing(self._job)
        elif self._queue:
            self._draw_some()
        else:
            self._slices.stop()

    def _finish_lexing(self, job: LineRuns) -> None:
        runs = job.lines + [()] * (len(self._job_texts) - len(job.lines))
        first, last = _changed_lines(self._texts, self._runs, self._job_texts, runs)
        self._texts, self._runs, self._job = self._job_texts, runs, None
        drawn_anyway = range(first, last)
        self._queue = [each for each in self._touched if each.isValid() and each.blockNumber() not in drawn_anyway]
        self._touched = []
        block = self.document().findBlockByNumber(first)
        for _ in range(first, last):
            self._queue.append(block)
            block = block.next()
        self._queue.reverse()

    def _draw_some(self) -> None:
        deadline = time.monotonic() + SLICE_S
        while self._queue and time.monotonic() < deadline:
            block = self._queue.pop()
            if block.isValid():
                self.rehighlightBlock(block)
        self._alone = 0


def _changed_lines(
    old_texts: list[str], old_runs: list[tuple[Run, ...]], texts: list[str], runs: list[tuple[Run, ...]]
) -> tuple[int, int]:
    """The lines [first, last) of the new text that are not the old ones at either end."""
    shortest = min(len(old_texts), len(texts))
    first = 0
    while first < shortest and old_texts[first] == texts[first] and old_runs[first] == runs[first]:
        first += 1
    tail = 0
    while (
        tail < shortest - first and old_texts[-1 - tail] == texts[-1 - tail] and old_runs[-1 - tail] == runs[-1 - tail]
    ):
        tail += 1
    return first, len(texts) - tail
