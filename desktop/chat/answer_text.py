"""The text of an answer, also while it is being written: a column of prose and code.

Pieces are collected and drawn at most 30 times a second, and less often when drawing is slow. Blocks before the last
one are settled: they are never parsed or drawn again until the whole answer is there. Then neighbouring prose is
joined, so that text can be selected across paragraphs.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.chat.code_block import CodeBlock
from desktop.chat.markdown import Block, joined_prose, split_blocks
from desktop.chat.prose import ProseView
from desktop.controls import column
from desktop.tokens import XS

REDRAW_MS = 33
"""30 redraws a second (design, 5)."""

_REST = 3
"""After a redraw of t ms the window has at least 3 t ms for everything else."""


class AnswerText(QFrame):
    """`append` while it is written, `show_text` when it is whole."""

    mark_hovered = Signal(int, QPoint)
    mark_left = Signal()
    mark_clicked = Signal(int)
    redrawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout: QVBoxLayout = column(self, gap=XS)
        self._text = ""
        self._known: frozenset[int] = frozenset()
        self._settled: list[Block] = []
        self._widgets: list[ProseView | CodeBlock] = []
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._draw_growing)
        self._cost_ms = 0.0

    @property
    def text(self) -> str:
        return self._text

    def know(self, numbers: frozenset[int]) -> None:
        """The numbers of sources that exist; set before text comes."""
        self._known = numbers

    def append(self, piece: str) -> None:
        self._text += piece
        if not self._timer.isActive():
            self._timer.start(max(REDRAW_MS, round(_REST * self._cost_ms)))

    def show_text(self, text: str) -> None:
        """The whole answer, drawn at once."""
        self._timer.stop()
        self._text = text
        self._settled = []
        self._show_blocks(joined_prose(split_blocks(text)), keep=0)

    def flush(self) -> None:
        """Draw what has come and was not drawn yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._draw_growing()

    def _draw_growing(self) -> None:
        began = time.perf_counter()
        last = self._settled[-1] if self._settled else None
        begin, first_mark = (last.start, last.first_mark) if last else (0, 0)
        tail = split_blocks(self._text[begin:], start=begin, first_mark=first_mark)
        keep = max(0, len(self._settled) - 1)
        self._settled[keep:] = tail
        self._show_blocks(self._settled, keep=keep)
        self._cost_ms = 1000 * (time.perf_counter() - began)

    def _show_blocks(self, blocks: list[Block], *, keep: int) -> None:
        """Draw blocks[keep:]; the ones before stand already."""
        for index, block in enumerate(blocks[keep:], start=keep):
            self._widget_for(index, block)
        for widget in self._widgets[len(blocks) :]:
            self._drop(widget)
        del self._widgets[len(blocks) :]
        self.redrawn.emit()

    def _widget_for(self, index: int, block: Block) -> None:
        present = self._widgets[index] if index < len(self._widgets) else None
        if present is None or isinstance(present, CodeBlock) != block.is_code:
            made = CodeBlock(block.language) if block.is_code else self._make_prose()
            if present is not None:
                self._drop(present)
                self._widgets[index] = made
            else:
                self._widgets.append(made)
            self._layout.insertWidget(index, made)
            present = made
        if isinstance(present, CodeBlock):
            present.show_code(block.text, block.language)
        else:
            present.show_block(block, self._known)

    def _make_prose(self) -> ProseView:
        made = ProseView()
        made.setAccessibleName("Answer")
        made.mark_hovered.connect(self.mark_hovered)
        made.mark_left.connect(self.mark_left)
        made.mark_clicked.connect(self.mark_clicked)
        return made

    def _drop(self, widget: QWidget) -> None:
        self._layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()
