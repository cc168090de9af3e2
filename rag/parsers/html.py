"""Reads HTML as a person sees it: no scripts, styles, templates or hidden elements, and nothing is fetched.

The tree comes from lexbor, which repairs broken markup by the rules of browsers. It is walked without recursion,
because files with hundreds of thousands of nested elements exist.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder, table_row
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.decoding import read_text
from rag.parsers.formats import HTML, suffixes_of
from rag.parsers.html_grid import Grid
from rag.parsers.html_sight import Sight, hidden_comments, worth_telling
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_UNSEEN = frozenset(
    """script style noscript template head svg math iframe object embed audio video canvas datalist select
    textarea input button map""".split()
)
_BLOCKS = frozenset(
    """address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol p pre section summary table tbody td tfoot th
    thead tr ul menu dir caption""".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_CLOSED_AT_ONCE = re.compile(rf"<(?!(?:{_VOID})\b)([a-zA-Z][\w.-]*)(\s[^<>]*)?/>", re.IGNORECASE)
_INTERNAL_SUBSET = re.compile(r"<!DOCTYPE[^<>\[]*\[.*?\]\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    rf"<(/?)(?!(?:{_VOID}|p|a|h[1-6]|li|dt|dd|tr|td|th|tbody|thead|tfoot|option|optgroup|colgroup|rt|rp)\b)[a-zA-Z]",
    re.IGNORECASE,
)
"""Of elements that the next one of their kind does not close."""

DEEPEST = 10_000
"""Elements in one another. Lexbor takes 1 s for so many, 4 s for twice and 35 s for six times as many."""

_HEAD = 20_000
"""Characters in which a document type is looked for."""

_LISTS = frozenset({"ol", "ul", "menu", "dir"})
_TEXT = "-text"
_PARAGRAPH = BlockKind.PARAGRAPH


class HtmlParser:
    """Web pages saved as files."""

    media_types: tuple[str, ...] = (HTML,)
    suffixes = suffixes_of(HTML)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """The document type or the root element at the very start."""
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
        return start.startswith((b"<!doctype html", b"<html"))

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the file as one page.

        Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported.
        """
        yield from whole_file(path, read_html(read_text(path, declared=CHARSET)))


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a person sees of a source: `page` may hold no text. `hidden` counts the passages nobody sees."""

    title: str
    page: Page
    hidden: int


def read_html(source: str, *, quotes: bool = False) -> HtmlText:
    """The visible text of a page's source, cleaned or not. With `quotes`, quoted paragraphs begin with "> ".

    Raises RecursionError for a source that is nested deeper than DEEPEST.
    """
    if _nesting(source) > DEEPEST:
        raise RecursionError
    tree = LexborHTMLParser(source)
    title = tree.css_first("title") or tree.css_first("h1")
    walk = _Walk(Sight(tree), quotes=quotes)
    walk.through(tree.body or tree.root)
    words = on_one_line(title.text()) if title is not None else ""
    return HtmlText(words, walk.builder.page(), walk.hidden + hidden_comments(source))


def from_xhtml(source: str) -> str:
    """XHTML written as HTML: an HTML parser takes an empty <title/> or <script/> for the begin of all that follows.

    The internal subset of the document type, where entities are declared, is left out, so none of them is expanded.
    """
    return _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", without_internal_subset(source))


def without_internal_subset(source: str) -> str:
    """XML without the declarations in its document type."""
    return _INTERNAL_SUBSET.sub("", source[:_HEAD], count=1) + source[_HEAD:]


def whole_file(path: Path, found: HtmlText) -> Iterator[Title | Page | PageSkipped | HiddenText]:
    """What a parser yields for a file that is one web page. Raises DocumentEmpty."""
    if found.title:
        yield Title(found.title)
    if found.hidden:
        yield HiddenText(found.hidden)
    if not found.page.text:
        raise DocumentEmpty(f"“{shown_name(path)}” shows no text.", "It may be filled in by scripts in a browser.")
    yield found.page


class _Walk:
    """Goes through the visible nodes and ends a block wherever an element starts or ends a line."""

    def __init__(self, sight: Sight, *, quotes: bool) -> None:
        self.builder = PageBuilder()
        self.hidden = 0
        self._sight = sight
        self._pieces: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._item = ""
        self._lists: list[int | None] = []
        self._preformatted = 0
        self._quotes = quotes
        self._quoted = 0

    def through(self, root: LexborNode | None) -> None:
        stack: list[tuple[LexborNode, bool]] = [(root, True)] if root is not None else []
        while stack:
            node, entering = stack.pop()
            if not entering:
                self._leave(node.tag or "")
            elif self._seen(node) and self._enter(node):
                stack.append((node, False))
                children = list(node.iter(include_text=True))
                stack.extend((child, True) for child in reversed(children))
        self._flush()

    def _seen(self, node: LexborNode) -> bool:
        if node.tag == _TEXT:
            return True
        if node.tag in _UNSEEN or (node.tag or "-").startswith("-"):
            return False
        if not self._sight.hides(node):
            return True
        self.hidden += worth_telling(node)
        return False

    def _enter(self, node: LexborNode) -> bool:
        """Take in the node; whether its children are to follow."""
        tag = node.tag or ""
        if tag == _TEXT:
            text = node.text_content or ""
            self._pieces.append(text if self._preformatted else re.sub(r"\s+", " ", text))
            return False
        if tag == "br":
            self._pieces.append("\n")
        if tag not in _BLOCKS:
            return True
        self._flush()
        if tag == "table" and _is_data(node):
            self._add_table(node)
            return False
        self._begin(tag, node)
        return True

    def _begin(self, tag: str, node: LexborNode) -> None:
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag in _LISTS:
            self._lists.append(_first_number(node) if tag == "ol" else None)
        elif tag == "li":
            self._item = self._marker()
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "blockquote":
            self._quoted += self._quotes

    def _leave(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.PARAGRAPH, 0
        elif tag in _LISTS:
            self._lists.pop()
        elif tag == "li":
            self._item = ""
        elif tag == "pre":
            self._preformatted -= 1
        elif tag == "blockquote":
            self._quoted -= self._quotes

    def _flush(self) -> None:
        """End the block at hand."""
        text, self._pieces = "".join(self._pieces), []
        if not text.strip():
            return
        kind = BlockKind.CODE if self._preformatted else self._kind
        if kind is BlockKind.HEADING:
            text = " ".join(text.split())
        elif self._item and kind is BlockKind.PARAGRAPH:
            kind, text = BlockKind.LIST_ITEM, f"{self._item} {text.strip()}"
        elif self._quoted and kind is BlockKind.PARAGRAPH:
            text = f"> {text.strip()}"
        self._item = ""
        self.builder.add(text, kind, self._level)

    def _marker(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "-"
        self._lists[-1] = number + 1
        return f"{number}."

    def _add_table(self, table: LexborNode) -> None:
        begun, headed, grid = False, table.css_first("th") is not None, Grid()
        for row in table.css("caption, tr"):
            if not self._seen(row):
                continue
            cells = [cell for cell in row.iter() if self._seen(cell)]
            if row.tag == "caption" or not cells:
                self.builder.add(self._text(row), _PARAGRAPH)
                continue
            texts = grid.row((cell, self._text(cell)) for cell in cells)
            if len(texts) < 2 or (not headed and sum(bool(text.strip()) for text in texts) < 2):
                self.builder.add(" ".join(" ".join(texts).split()), _PARAGRAPH)
                continue
            heads = not begun and all(cell.tag == "th" or _in_head(row) for cell in cells)
            self.builder.add(table_row(texts), BlockKind.TABLE, int(heads))
            begun = True

    def _text(self, root: LexborNode) -> str:
        """The visible text of a cell."""
        pieces, stack = [], [root]
        while stack:
            node = stack.pop()
            if node.tag == _TEXT:
                pieces.append(node.text_content or "")
            elif node is root or self._seen(node):
                pieces.append(" " if node.tag in _BLOCKS or node.tag == "br" else "")
                stack.extend(reversed(list(node.iter(include_text=True))))
        return "".join(pieces)


def _nesting(source: str) -> int:
    """How many elements stand in one another at the most, roughly."""
    if source.count("<") < DEEPEST:
        return 0
    depth = deepest = 0
    for tag in _TAG.finditer(source):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _is_data(table: LexborNode) -> bool:
    """Whether a table holds data, not the layout of a page."""
    within = itertools.islice(table.traverse(), 1, None)  # a node comes first among its own
    if any(node.tag == "table" for node in within):  # asked first: it ends at once where tables stand in one another
        return False
    return table.css_first("td h1, td h2, td h3, td h4, td ul, td ol, td pre, td form") is None


def _in_head(row: LexborNode) -> bool:
    return row.parent is not None and row.parent.tag == "thead"


def _first_number(node: LexborNode) -> int:
    start = node.attributes.get("start") or "1"
    return int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1
