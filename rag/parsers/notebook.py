"""Reads Jupyter notebooks: Markdown, code and what it printed, cell by cell.

A page is a cell, labelled "cell 4"; passages run over several. Cells count from 1 from the top, which is what a reader
sees; execution numbers change with every run. Of an output that is offered in several ways the plain text is read;
pictures are not. All versions of the format are read (nbformat 3 keeps its cells in worksheets), and the file need not
be valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers.building import PageBuilder
from rag.parsers.cleaning import clean, on_one_line, shown_name, smuggled
from rag.parsers.decoding import read_uncleaned
from rag.parsers.formats import NOTEBOOK, suffixes_of
from rag.parsers.html import read_html
from rag.parsers.markdown import find_blocks, plain
from rag.parsers.markdown_sight import without_unseen
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[a-zA-Z]")

_OBJECT = re.compile(r"<[^<>\n]{1,200} at 0x[0-9a-fA-F]+>")
"""What Python writes for an object that has no text."""

Json = Mapping[str, Any]


class NotebookParser:
    """Jupyter notebooks."""

    media_types: tuple[str, ...] = (NOTEBOOK,)
    suffixes = suffixes_of(NOTEBOOK)
    counting = Counting.PIECES

    def recognises(self, head: bytes) -> bool:
        """JSON whose first member is that of a notebook."""
        return re.match(rb'\s*\{\s*"(?:cells|nbformat|worksheets)"\s*:', head) is not None and b"cell" in head

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the cells. Raises DocumentBroken, -Empty, -TooLarge."""
        notebook = _loaded(path)
        texts = [_cell(number, cell) for number, cell in enumerate(_cells(notebook), 1)]
        if title := _title(notebook, texts):
            yield Title(title)
        if hidden := sum(text.hidden for text in texts):
            yield HiddenText(hidden)
        number = 0
        for number, cell in enumerate((text for text in texts if text.pieces), 1):
            yield _page(number, cell)
        if not number:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "All of its cells are empty.")


@dataclass(frozen=True, slots=True)
class _Cell:
    """The cell of that number, its text in pieces."""

    number: int
    pieces: tuple[tuple[str, BlockKind, int], ...]
    hidden: int


def _loaded(path: Path) -> Json:
    name = shown_name(path)
    try:
        loaded = json.loads(read_uncleaned(path))
    except ValueError as error:
        raise DocumentBroken(
            f"“{name}” is damaged: it is not JSON.", "Open it in Jupyter and save it again."
        ) from error
    except RecursionError as error:
        raise DocumentBroken(f"“{name}” is nested too deeply to be a notebook.") from error
    if not isinstance(loaded, dict):
        raise DocumentBroken(f"“{name}” is not a notebook.", "Open it in Jupyter to see what it holds.")
    return loaded


def _cells(notebook: Json) -> Iterator[Json]:
    sheets = [notebook, *_objects(notebook.get("worksheets"))]
    for sheet in sheets:
        yield from _objects(sheet.get("cells"))


def _cell(number: int, cell: Json) -> _Cell:
    kind = cell.get("cell_type")
    source = _text(cell.get("source", cell.get("input")))
    if kind == "markdown":
        pieces, hidden = _markdown(source)
    elif kind == "heading":  # nbformat 3
        level = cell.get("level")
        depth = level if isinstance(level, int) and 1 <= level <= 6 else 1
        pieces, hidden = [(source, BlockKind.HEADING, depth)], 0
    elif kind == "code":
        pieces, hidden = [(source, BlockKind.CODE, 0)], 0
        for output in _objects(cell.get("outputs")):
            shown, unseen = _output(output)
            pieces.append((shown, BlockKind.CODE, 0))
            hidden += unseen
    else:
        pieces, hidden = [(source, BlockKind.PARAGRAPH, 0)], 0
    kept = tuple((clean(text), kind, level) for text, kind, level in pieces if text.strip())
    return _Cell(number, kept, hidden + smuggled(source))


def _markdown(source: str) -> tuple[list[tuple[str, BlockKind, int]], int]:
    seen = without_unseen(clean(source), find_blocks)
    blocks = [(seen.text[block.start : block.end], block.kind, block.level) for block in find_blocks(seen.text)]
    return [
        (plain(text) if kind is BlockKind.HEADING else text, kind, level) for text, kind, level in blocks
    ], seen.passages


def _output(output: Json) -> tuple[str, int]:
    """What a cell printed or showed, and how many passages of it are hidden."""
    kind = output.get("output_type")
    if kind in {"error", "pyerr"}:
        return f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}", 0
    if kind == "stream":
        return _printed(_text(output.get("text"))), 0
    shown = output.get("data")
    ways = shown if isinstance(shown, dict) else output
    for way in ("text/plain", "text", "text/markdown"):
        text = _printed(_text(ways.get(way)))
        if text and not _OBJECT.fullmatch(text):
            return text, smuggled(text)
    found = read_html(_text(ways.get("text/html", ways.get("html"))))
    return found.page.text, found.hidden


def _printed(text: str) -> str:
    """As a terminal shows it: without colours, and of a line that was written over, the last state."""
    lines = _ESCAPES.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines).strip("\n")


def _text(value: object) -> str:
    """A text, which the format keeps as one string or as a list of its lines."""
    if isinstance(value, list):
        lines = [line for line in value if isinstance(line, str)]
        return ("" if any(line.endswith("\n") for line in lines) else "\n").join(lines)  # version 2 kept no line ends
    return value if isinstance(value, str) else ""


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _title(notebook: Json, cells: list[_Cell]) -> str:
    metadata = notebook.get("metadata")
    named = _text(metadata.get("title")) if isinstance(metadata, dict) else ""
    headings = (text for cell in cells for text, kind, level in cell.pieces if kind is BlockKind.HEADING and level == 1)
    return on_one_line(named) or next(headings, "")


def _page(number: int, cell: _Cell) -> Page:
    builder = PageBuilder()
    for text, kind, level in cell.pieces:
        builder.add(text, kind, level)
    return replace(builder.page(number), label=f"cell {cell.number}")
