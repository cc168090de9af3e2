"""Reads Markdown as its source: the page's text is the file's text, so line numbers are those an editor shows.

Only the block level of markdown-it is run. Its inline level is of no use for finding passages, and takes minutes on
a file of nothing but brackets. Comments and link definitions lie in no block, so they are never searched or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.parsers.cleaning import clean, smuggled
from rag.parsers.decoding import read_uncleaned
from rag.parsers.formats import MARKDOWN, suffixes_of
from rag.parsers.markdown_sight import without_unseen
from rag.parsers.text import text_page
from rag.types import Block, BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:.*\n){1,200}?(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_UNSEEN_HTML = re.compile(r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARKS = re.compile(r"[*_`]+|!?\[([^\[\]]*)\]\([^()]*\)")

_KINDS = {
    "paragraph_open": BlockKind.PARAGRAPH,
    "heading_open": BlockKind.HEADING,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
    "table_open": BlockKind.TABLE,
    "html_block": BlockKind.PARAGRAPH,
}


class MarkdownParser:
    """Markdown by CommonMark, with tables and front matter."""

    media_types: tuple[str, ...] = (MARKDOWN,)
    suffixes = suffixes_of(MARKDOWN)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """Plain text can always be Markdown too, so only the name tells."""
        del head
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title (front matter or first heading), what is hidden, and the file as one page.

        Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported.
        """
        raw = read_uncleaned(path)
        source = without_unseen(clean(raw), find_blocks)
        if hidden := source.passages + smuggled(raw):
            yield HiddenText(hidden)
        page = text_page(path, source.text, find_blocks)
        if title := _title(page):
            yield Title(title)
        yield page


def find_blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown source, in order, without overlap."""
    front = _FRONT_MATTER.match(text)
    begin = front.end() if front else 0
    if front:
        yield Block(0, len(front[0].rstrip()), BlockKind.CODE)
    body = text[begin:]
    lines = [0, *(match.end() for match in re.finditer("\n", body)), len(body)]
    for block in _from_tokens(_block_parser().parse(body), lines, body):
        yield Block(begin + block.start, begin + block.end, block.kind, block.level)


def _block_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _from_tokens(tokens: list[Token], lines: list[int], body: str) -> Iterator[Block]:
    done = 0
    item_from: int | None = None
    for token in tokens:
        if token.type == "list_item_open" and token.map:
            item_from = token.map[0]
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None:
            continue
        first, last = token.map
        if token.type == "paragraph_open" and item_from is not None:
            first, kind, item_from = item_from, BlockKind.LIST_ITEM, None
        start, end = max(done, lines[first]), lines[min(last, len(lines) - 1)]
        if token.type == "html_block" and not _seen(body[start:end]):
            continue
        end = start + len(body[start:end].rstrip())
        if start < end:
            yield Block(start, end, kind, int(token.tag[1]) if kind is BlockKind.HEADING else 0)
            done = end


def _seen(html: str) -> bool:
    """Whether a browser would show any text of this block of HTML."""
    return bool(_TAGS.sub("", _UNSEEN_HTML.sub("", html)).strip())


def _title(page: Page) -> str:
    front = _FRONT_MATTER.match(page.text)
    if front and (named := _FRONT_TITLE.search(front[0])):
        return named[1]
    first = next((block for block in page.blocks if block.kind is BlockKind.HEADING), None)
    return plain(page.text[first.start : first.end]) if first else ""


def plain(heading: str) -> str:
    """A heading's source without its marks: '## **Rent** due' -> 'Rent due'."""
    line = re.sub(r"^\s{0,3}#{1,6}\s+|\s+#+\s*$|\n[=\-]+\s*$", "", heading)
    return " ".join(_MARKS.sub(r"\1", line).split())
