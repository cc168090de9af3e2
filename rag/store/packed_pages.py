"""Pages packed one by one as they are read, so that a long document never lies unpacked in memory.

Three thousand full pages of a PDF have two million boxes: 600 MB as values, 30 MB packed. Knows nothing of SQL.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.store.packing import pack_blocks, pack_boxes, pack_cells
from rag.types import PAGE_BREAK, Page


class PackedPages:
    """In order; `add` may be called from any one thread, before the library is given them."""

    def __init__(self, pages: Iterable[Page] = ()) -> None:
        self._rows: list[dict[str, object]] = []
        self._start = 0
        for page in pages:
            self.add(page)

    def add(self, page: Page) -> None:
        self._rows.append(_values(page, self._start))
        self._start += len(page.text) + len(PAGE_BREAK)

    def rows(self, document_id: int) -> list[dict[str, object]]:
        """What the table of pages takes."""
        return [{"document_id": document_id, **row} for row in self._rows]


def _values(page: Page, start: int) -> dict[str, object]:
    return {
        "number": page.number,
        "start": start,
        "length": len(page.text),
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "blocks": pack_blocks(page.blocks),
        "boxes": pack_boxes(page.boxes),
        "label": page.label,
        "cells": pack_cells(page.cells),
    }
