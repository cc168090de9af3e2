"""Whether the passages of a document stand where they say: each is looked up again, by another way than it was made.

A person who follows a citation opens a page, counts lines or looks for cells; so here offsets are counted anew from the
pages' texts. Knows nothing of formats and of how passages are cut.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from rag.types import PAGE_BREAK, Page, Passage

COVERED = 0.98
"""Share of a PDF passage's letters that must lie in a box; the bars between a table's cells are ours and have none."""

_CELLS = re.compile(r"(?:(?P<sheet>.*)!)?(?P<first>[A-Z]+)(?P<top>\d+)(?::(?P<last>[A-Z]+)(?P<bottom>\d+))?", re.DOTALL)


def wrong_places(pages: Sequence[Page], passages: Sequence[Passage]) -> list[str]:
    """What is wrong, in words; empty when every passage is where it says."""
    starts = _starts(pages)
    text = PAGE_BREAK.join(page.text for page in pages)
    found = []
    for passage in passages:
        if text[passage.span.start : passage.span.end] != passage.text:
            found.append(f"passage {passage.ordinal} is not the text at its span")
        elif wrong := _wrong(passage, pages, starts, text):
            found.append(f"passage {passage.ordinal}: {wrong}")
    return found


def _wrong(passage: Passage, pages: Sequence[Page], starts: Sequence[int], text: str) -> str:
    place, span = passage.place, passage.span
    touched = [(page, start) for page, start in zip(pages, starts, strict=True) if _overlap(page, start, passage)]
    if not touched:
        return "on no page"
    first, last = touched[0][0], touched[-1][0]
    if place.page is not None:
        if (place.page, place.last_page or place.page) != (first.number, last.number):
            return f"said to be on {place}, is on pages {first.number} to {last.number}"
        return _wrong_boxes(passage, touched)
    if place.lines is not None:
        lines = (1 + text.count("\n", 0, span.start), 1 + text.count("\n", 0, span.end - 1))
        return "" if place.lines == lines else f"said to be on {place}, is on lines {lines[0]} to {lines[1]}"
    if place.slide is not None:
        return "" if place.slide == first.number == last.number else f"said to be on {place}, is on {first.number}"
    if place.cells is not None:
        return _wrong_cells(passage, first, touched[0][1])
    return "" if place.chapter else "has no place"


def _wrong_boxes(passage: Passage, touched: Sequence[tuple[Page, int]]) -> str:
    letters = covered = 0
    for page, start in touched:
        begin, end = max(passage.span.start - start, 0), min(passage.span.end - start, len(page.text))
        inside = bytearray(len(page.text))
        for box in page.boxes:
            if box.end > begin and box.start < end:
                if not (_touches(box.left, box.right, page.width) and _touches(box.top, box.bottom, page.height)):
                    return f"a box lies outside page {page.number}"
                inside[box.start : box.end] = b"\1" * (box.end - box.start)
        for at in range(begin, end):
            if not page.text[at].isspace() and page.text[at] != "|":
                letters += 1
                covered += inside[at]
    if not any(page.boxes for page, _ in touched):
        return ""  # a format with pages and no layout of its own
    return "" if covered >= COVERED * letters else f"{covered} of {letters} letters lie in a box"


def _wrong_cells(passage: Passage, page: Page, start: int) -> str:
    touched = [c for c in page.cells if c.end > passage.span.start - start and c.start < passage.span.end - start]
    said = _CELLS.fullmatch(passage.place.cells or "")
    if said is None or not touched:
        return f"said to be in {passage.place}, touches {len(touched)} cells"
    rows, columns = [cell.row for cell in touched], [cell.column for cell in touched]
    true = (page.label, min(columns), min(rows), max(columns), max(rows))
    first, top = _column(said["first"]), int(said["top"])
    told = (said["sheet"] or "", first, top, _column(said["last"] or said["first"]), int(said["bottom"] or top))
    return "" if told == true else f"said to be in {passage.place}, is in {true}"


def _overlap(page: Page, start: int, passage: Passage) -> bool:
    return start < passage.span.end and passage.span.start < start + len(page.text)


def _touches(low: float, high: float, size: float) -> bool:
    """False for what is no number; a letter may be cut by the edge of its page."""
    return low <= size and high >= 0 and math.isfinite(low) and math.isfinite(high)


def _starts(pages: Sequence[Page]) -> list[int]:
    starts, at = [], 0
    for page in pages:
        starts.append(at)
        at += len(page.text) + len(PAGE_BREAK)
    return starts


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
