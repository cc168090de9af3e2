"""Reads plain text: paragraphs by blank lines, list items, and headings where their form leaves no doubt.

The page's text is the file's text, so line numbers are those an editor shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.cleaning import clean, shown_name, smuggled
from rag.parsers.decoding import read_uncleaned
from rag.parsers.formats import TEXT, suffixes_of
from rag.types import Block, BlockKind, Counting, HiddenText, Page, PageSkipped, Title

BlockFinder = Callable[[str], Iterator[Block]]

HEADING_LENGTH = 80
"""Longer lines are prose, whatever they look like."""

_UNDERLINE = re.compile(r"([=\-~^\"*+#])\1{2,}\s*$")
_NUMBERED = re.compile(
    r"(?:(?:chapter|part|section|article|appendix|annex|kapitel|abschnitt|artikel|anhang|teil|chapitre|capítulo)\s"
    r"|§\s?)\S{1,6}\b|\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[^\W\d_]|第.{1,4}[章节節条條部]",
    re.IGNORECASE,
)
_HASHES = re.compile(r"(#{1,6})\s+\S")
_ITEM = re.compile(r"(?:[-*+•‣–·]|\d{1,3}[.)]|\(\d{1,2}\)|\(?[a-z]\))\s+\S")
_ENDS_OPEN = re.compile(r"[.!?…,;:。！？；：，]$")


class TextParser:
    """Plain text in any encoding."""

    media_types: tuple[str, ...] = (TEXT,)
    suffixes = suffixes_of(TEXT)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """Nothing in plain text says that it is plain text."""
        del head
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield what is hidden and the whole file as one page.

        Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported.
        """
        raw = read_uncleaned(path)
        if hidden := smuggled(raw):
            yield HiddenText(hidden)
        yield text_page(path, clean(raw), find_blocks)


def text_page(path: Path, text: str, blocks_of: BlockFinder) -> Page:
    """The one page of a file whose text is its source. Raises DocumentEmpty for blank text."""
    if not text.strip():
        raise DocumentEmpty(f"“{shown_name(path)}” holds no text.")
    return Page(1, text, tuple(blocks_of(text)))


def find_blocks(text: str) -> Iterator[Block]:
    """The blocks of plain text: runs of lines between blank ones, cut again at list items and headings."""
    for start, end in paragraphs(text):
        yield from _inside(text, start, end)


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the runs of lines that are not blank, from the first line's start to the last line's end."""
    start = end = -1
    for line in re.finditer(r"[^\n]+", text):
        if line[0].isspace():
            continue
        if start >= 0 and line.start() > end + 1:
            yield start, end
            start = -1
        start = line.start() if start < 0 else start
        end = line.end()
    if start >= 0:
        yield start, end


def _inside(text: str, start: int, end: int) -> Iterator[Block]:
    heading_end, level = _heading(text, start, end)
    if level:
        yield Block(start, heading_end, BlockKind.HEADING, level)
        start = heading_end + 1
    kind = BlockKind.PARAGRAPH
    begin = start
    for line in re.finditer(r"[^\n]+", text[start:end]):
        if _ITEM.match(line[0].lstrip()[:12]):
            if start + line.start() > begin:
                yield Block(begin, start + line.start() - 1, kind)
            begin, kind = start + line.start(), BlockKind.LIST_ITEM
    if begin < end:
        yield Block(begin, end, kind)


def _heading(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the heading at a paragraph's start ends, and its level; level 0 if there is none."""
    lines = text[start : min(end, start + 3 * HEADING_LENGTH)].split("\n")
    first = lines[0].strip()
    if not 2 <= len(first) <= HEADING_LENGTH or not any(character.isalpha() for character in first):
        return end, 0
    if hashes := _HASHES.match(first):
        return start + len(lines[0]), len(hashes[1])
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and abs(len(lines[1].strip()) - len(first)) <= 3:
        return start + len(lines[0]) + 1 + len(lines[1]), 1 if lines[1][0] == "=" else 2
    alone = start + len(lines[0]) == end
    if not alone or _ENDS_OPEN.search(first):
        return end, 0
    if _NUMBERED.match(first):
        return end, min(6, 1 + first.split()[0].rstrip(".").count("."))
    return end, 2 if first.isupper() and len(first) > 3 else 0
