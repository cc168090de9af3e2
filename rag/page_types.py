"""The nouns of reading a file: pages, blocks, boxes. Frozen values, standard library only; rag.types has them all.

A document's text is its pages' texts joined by PAGE_BREAK. Blocks, TextBoxes and Cells count in their page's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PAGE_BREAK = "\n\n"
CELL_SEPARATOR = " | "
"""Between the cells of a table's row."""
HEADING_SEPARATOR = " › "
"""Between the headings of a path, outermost first."""


class BlockKind(StrEnum):
    """What a stretch of a page is; passages are cut between blocks first."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """Characters [start, end) of a page's text. `level` is a heading's depth, 1 to 6, else 0.

    A TABLE block of level 1 begins with the header row of its table: its first line heads the other lines and the TABLE
    blocks of level 0 that follow it.

    `path` names what the block stands in, outermost first, in formats that tell it by other means than HEADING blocks:
    the keys of a data file, the definitions of source code. A HEADING with a path is told by its last name instead of
    its source. It serves the cutting of passages, and is neither sent nor stored.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TextBox:
    """Where characters [start, end) of a page's text stand: points from the page's left and top edges."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Characters [start, end) of a page's text stand in this cell; row and column from 1, as the file's program counts.

    A merged cell is named by its first row and column.
    """

    start: int
    end: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF, a slide, a sheet, a chapter; a format without pages has one. Width and height in points, 0
    without pages. `label` names a sheet, chapter, message or attachment; `cells` are a sheet's, in order of the text.
    `recognised`: its letters were made out in a picture; it serves the notices, and is not stored.
    """

    number: int
    text: str
    blocks: tuple[Block, ...] = ()
    boxes: tuple[TextBox, ...] = ()
    width: float = 0.0
    height: float = 0.0
    label: str = ""
    cells: tuple[Cell, ...] = ()
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of one page's text as it was read: `text` begins at character `start` of the document's text.

    `label` is the page's. `blocks` are those that lie in it, at least in part, cut to it and counted in `text`. The
    page's own text begins at `page_start` of the document's and has `page_length` characters.
    """

    page: int
    start: int
    text: str
    blocks: tuple[Block, ...]
    page_start: int
    page_length: int
    label: str = ""


class Counting(StrEnum):
    """How a format tells a person where something stands; decides which fields of a Place are set.

    SLIDES: a page is a slide. SHEETS: a page is a sheet, and a place the smallest range of cells, "Prices!B4:D9",
    without a name where the sheet has none. CHAPTERS: the page's label if it has one, else the innermost heading.
    PIECES: a page is a short piece of one text, a cell of a notebook or a sentence spoken, and its label the place.
    """

    PAGES = "pages"
    LINES = "lines"
    SLIDES = "slides"
    CHAPTERS = "chapters"
    SHEETS = "sheets"
    PIECES = "pieces"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file turned out to be, by its content; the name may say otherwise."""

    media_type: str


@dataclass(frozen=True, slots=True)
class Title:
    """The document's own title, when it has one."""

    text: str


@dataclass(frozen=True, slots=True)
class PageSkipped:
    """A page that gave no text, and why, in the user's words. `label` names it where its number tells nothing."""

    number: int
    reason: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Text that a file keeps from its reader's eyes, and that was left out: in so many passages. Several may come."""

    passages: int
