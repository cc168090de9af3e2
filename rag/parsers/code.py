"""Reads source code: blocks begin at top-level definitions, found by blank lines and indentation alone.

No grammar of any language is known here. A line that starts at the left edge after a blank line begins a new block,
unless it closes a bracket; comments and decorators right above it belong to it. That holds in nearly every language
people write, and where it does not, the blocks are merely cut elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rag.parsers.decoding import read_text
from rag.parsers.formats import CODE, CODE_NAMES
from rag.parsers.text import text_page
from rag.types import Block, BlockKind, Counting, Page, PageSkipped, Title

_CLOSES = re.compile(r"[\])}]|end\b|else\b|elif\b|except\b|finally\b|catch\b|#endif|#else")


class CodeParser:
    """Source code and configuration of any language."""

    media_types: tuple[str, ...] = tuple(sorted({*CODE.values(), *CODE_NAMES.values()}))
    suffixes = frozenset(CODE)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """A script's first line, for files without a suffix."""
        return head.startswith(b"#!/")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        """Yield the whole file as one page. Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported."""
        yield text_page(path, read_text(path), find_blocks)


def find_blocks(text: str) -> Iterator[Block]:
    """Stretches of code that belong together, each from the start of a line to the end of one."""
    start = end = -1
    after_blank = False
    for line in re.finditer(r"[^\n]+", text):
        if line[0].isspace():
            after_blank = True
            continue
        after_blank = after_blank or (end >= 0 and line.start() > end + 1)
        if start >= 0 and after_blank and not line[0][0].isspace() and not _CLOSES.match(line[0]):
            yield Block(start, end, BlockKind.CODE)
            start = -1
        start = line.start() if start < 0 else start
        end = line.end()
        after_blank = False
    if start >= 0:
        yield Block(start, end, BlockKind.CODE)
