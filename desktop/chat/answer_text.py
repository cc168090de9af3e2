"""The text of an answer, also while it is being written: a column of prose and code.

Pieces are collected and drawn at most 30 times a second, and less often when drawing is slow. Blocks before the last
one are settled: they are never parsed or drawn again until the whole answer is there. Then neighbouring prose is
joined, so that text can be selected across paragraphs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.chat.code_block import CodeBlock
from desktop.chat.doubts import with_doubts
from desktop.chat.markdown import Block, joined_prose, split_blocks
from desktop.chat.prose import ProseView
from desktop.chat.shade import Stretch, letters
from desktop.controls import column
from desktop.tokens import XS
from rag.types import CheckedSentence

Piece = TypeVar("Piece", ProseView, CodeBlock)

REDRAW_MS = 33
"""30 redraws a second (design, 5)."""

SLICE_S = 0.012
"""Drawing per turn of the event loop. A block is drawn whole: 2 to 8 ms for one of 100 words or 20 lines of code."""

_REST = 3
"""After a redraw of t ms the window has at least 3 t ms for everything else."""


class AnswerText(QFrame):
    """`append` while it is written, `show_text` when it is whole."""

    mark_hovered = Signal(int, QPoint)
    mark_left = Signal()
    mark_clicked = Signal(int)
    doubt_hovered = Signal(int, QPoint)
    doubt_clicked = Signal(int, QPoint)
    redrawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout: QVBoxLayout = column(self, gap=XS)
        self._text = ""
        self._marked = ""
        self._known: frozenset[int] = frozenset()
        self._is_whole = False
        self._blocks: list[Block] = []
        self._drawn = 0
        self._widgets: list[ProseView | CodeBlock] = []
        self._spare: list[ProseView | CodeBlock] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._work)
        self._cost_ms = 0.0
        self._shaded: tuple[Stretch, ...] = ()
        self._notes: Callable[[frozenset[int]], str] | None = None

    @property
    def text(self) -> str:
        return self._text

    def know(self, numbers: frozenset[int]) -> None:
        """The numbers of sources that exist; set before text comes."""
        self._known = numbers

    def shade(self, shaded: Sequence[Stretch]) -> None:
        """Shade these stretches of the whole answer; set before `show_text`, or after it for a change of mind."""
        self._shaded = tuple(shaded)
        for widget, block in zip(self._widgets, self._blocks, strict=False):
            self._shade(widget, block)

    def use_notes(self, notes: Callable[[frozenset[int]], str]) -> None:
        """See ProseView.use_notes."""
        self._notes = notes

    def append(self, piece: str) -> None:
        self._text += piece
        self._is_whole = False
        if not self._timer.isActive():
            self._timer.start(max(REDRAW_MS, round(_REST * self._cost_ms)))

    def show_text(self, text: str, sentences: Sequence[CheckedSentence] = ()) -> None:
        """The whole answer, sentences in doubt marked; its first blocks are drawn at once, others in the next turns."""
        self._timer.stop()
        self._text = text
        self._marked = with_doubts(text, sentences)
        self._is_whole = True
        self._plan(joined_prose(split_blocks(self._marked)), keep=0)
        self._draw()

    def flush(self) -> None:
        """Draw all that has come and was not drawn yet."""
        self._timer.stop()
        if not self._is_whole:
            self._plan_tail()
        while self._drawn < len(self._blocks):
            self._draw()

    def _plan_tail(self) -> None:
        """Parse from the last block on: what stands before it can't change any more."""
        last = self._blocks[-1] if self._blocks else None
        begin, first_mark = (last.start, last.first_mark) if last else (0, 0)
        tail = split_blocks(self._text[begin:], start=begin, first_mark=first_mark)
        keep = max(0, len(self._blocks) - 1)
        self._plan([*self._blocks[:keep], *tail], keep=keep)

    def _plan(self, blocks: list[Block], *, keep: int) -> None:
        """Draw blocks[keep:] next; their old widgets are used again, because making widgets costs most."""
        keep = min(keep, self._drawn)
        self._spare += self._widgets[keep:]
        del self._widgets[keep:]
        self._blocks, self._drawn = blocks, keep

    def _work(self) -> None:
        began = time.perf_counter()
        if not self._is_whole and self._drawn >= len(self._blocks):
            self._plan_tail()
        self._draw()
        self._cost_ms = 1000 * (time.perf_counter() - began)

    def _draw(self) -> None:
        """Draw blocks for a slice of time, at least one."""
        deadline = time.monotonic() + SLICE_S
        while self._drawn < len(self._blocks):
            block = self._blocks[self._drawn]
            self._widgets.append(self._show_code(block) if block.is_code else self._show_prose(block))
            self._shade(self._widgets[-1], block)
            self._put(self._drawn)
            self._drawn += 1
            if time.monotonic() > deadline:
                break
        if self._drawn < len(self._blocks):
            self._timer.start(0)
        else:
            self._drop_spare()
        self.redrawn.emit()

    def _show_code(self, block: Block) -> CodeBlock:
        spare = next((widget for widget in self._spare if isinstance(widget, CodeBlock)), None)
        widget = self._take(spare) if spare else CodeBlock(block.language, self)
        widget.show_code(block.text, block.language)
        return widget

    def _show_prose(self, block: Block) -> ProseView:
        spare = next((widget for widget in self._spare if isinstance(widget, ProseView)), None)
        widget = self._take(spare) if spare else self._make_prose()
        widget.show_block(block, self._known)
        return widget

    def _shade(self, widget: ProseView | CodeBlock, block: Block) -> None:
        if isinstance(widget, ProseView):
            drawn = self._marked if self._is_whole else self._text
            widget.shade(self._shaded, letters(drawn, block.start) if self._shaded else 0)

    def _take(self, widget: Piece) -> Piece:
        self._spare.remove(widget)
        return widget

    def _put(self, place: int) -> None:
        widget = self._widgets[place]
        if self._layout.indexOf(widget) != place:
            self._layout.insertWidget(place, widget)

    def _make_prose(self) -> ProseView:
        made = ProseView(self)
        made.setAccessibleName("Answer")
        if self._notes is not None:
            made.use_notes(self._notes)
        made.mark_hovered.connect(self.mark_hovered)
        made.mark_left.connect(self.mark_left)
        made.mark_clicked.connect(self.mark_clicked)
        made.doubt_hovered.connect(self.doubt_hovered)
        made.doubt_clicked.connect(self.doubt_clicked)
        return made

    def _drop_spare(self) -> None:
        for widget in self._spare:
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._spare.clear()
