"""Splits a text into coloured runs per line, a little at a time.

Pygments lexers can't be resumed at a line, but they are lazy: `LineRuns.advance` pulls tokens for a few milliseconds
and goes on at the next call, so 5,000 lines never hold up the window. Lengths are UTF-16 units, as Qt counts.
It knows nothing of Qt or colours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Text, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

Run = tuple[int, int, _TokenType]
"""Start and length in the line, and what it is."""


def lexer_for(language: str) -> Lexer:
    """Plain text for an alias that Pygments does not know."""
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False, ensurenl=False)


def units(text: str) -> int:
    """UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class LineRuns:
    """The runs of each line of one text. Call `advance` until it says True."""

    def __init__(self, lexer: Lexer, text: str) -> None:
        self.lines: list[tuple[Run, ...]] = []
        self._tokens: Iterator[tuple[int, _TokenType, str]] = iter(lexer.get_tokens_unprocessed(text))
        self._line: list[Run] = []
        self._column = 0

    def advance(self, seconds: float) -> bool:
        """Work for about so long; True once every line is there."""
        deadline = time.monotonic() + seconds
        for count, (_offset, kind, value) in enumerate(self._tokens, start=1):
            self._take(kind, value)
            if count % 64 == 0 and time.monotonic() > deadline:
                return False
        if self._line or self._column or not self.lines:
            self._end_line()
        return True

    def _take(self, kind: _TokenType, value: str) -> None:
        if "\n" not in value:
            self._add(kind, value)
            return
        first, *rest = value.split("\n")
        self._add(kind, first)
        for part in rest:
            self._end_line()
            self._add(kind, part)

    def _add(self, kind: _TokenType, value: str) -> None:
        length = units(value)
        if length and not is_token_subtype(kind, Text):
            self._line.append((self._column, length, kind))
        self._column += length

    def _end_line(self) -> None:
        self.lines.append(tuple(self._line))
        self._line = []
        self._column = 0
