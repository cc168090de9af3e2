"""What can be said of a source today: is its file still there and unchanged, and where on the page is the quote.

Runs in a read lane: it reads the file once and asks the store for one page. It draws nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.viewer.reference import Reference
from rag.errors import NotFound
from rag.types import PAGE_BREAK, Document, Page, TextBox

if TYPE_CHECKING:
    from rag.assistant import Assistant

MOST_BYTES_HASHED = 200_000_000
"""About 0.3 s of SHA-256 on one core; of a larger file only its size is compared."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`notice` is a sentence for the user, empty when all is as it was. `page` is set for a PDF that can be drawn."""

    reference: Reference
    notice: str = ""
    document: Document | None = None
    page: Page | None = None
    boxes: tuple[TextBox, ...] = ()
    file_exists: bool = True


def examine(assistant: Assistant, reference: Reference) -> Finding:
    """Look at the file and the store. Never raises for a document that is gone."""
    source = reference.source
    document = _document(assistant, source.document_id)
    exists = source.path.is_file()
    notice = _notice(source.path, document, exists=exists)
    is_pdf = exists and not notice and source.path.suffix.lower() == ".pdf" and source.place.page is not None
    if document is None or not is_pdf:
        return Finding(reference, notice, document, file_exists=exists)
    page = _page(assistant, document.id, source.place.page or 1)
    boxes = boxes_of(reference, page, _offset(assistant, document.id, page)) if page else ()
    return Finding(reference, notice, document, page, boxes)


def boxes_of(reference: Reference, page: Page, offset: int) -> tuple[TextBox, ...]:
    """The boxes of the quote on `page`, whose text begins at `offset` of the document's.

    Empty when the page's text is not the quote's any more: a wrong mark is worse than none.
    """
    source = reference.source
    span, quote = (reference.span, reference.quote) if reference.span else (source.span, source.text)
    start, end = span.start - offset, min(span.end - offset, len(page.text))
    if start < 0 or end <= start or not quote.startswith(page.text[start:end].rstrip()):
        return ()
    return tuple(_cut(box, start, end) for box in page.boxes if box.start < end and box.end > start)


def _cut(box: TextBox, start: int, end: int) -> TextBox:
    """The part of a box that belongs to characters [start, end), letters taken as equally wide."""
    per_letter = (box.right - box.left) / max(1, box.end - box.start)
    first, last = max(start, box.start), min(end, box.end)
    left = box.left + per_letter * (first - box.start)
    return TextBox(first, last, left, box.top, left + per_letter * (last - first), box.bottom)


def _document(assistant: Assistant, document_id: int | None) -> Document | None:
    if document_id is None:
        return None
    try:
        return assistant.document(document_id)
    except NotFound:
        return None


def _page(assistant: Assistant, document_id: int, number: int) -> Page | None:
    pages = assistant.pages(document_id, number, number)
    return pages[0] if pages else None


def _offset(assistant: Assistant, document_id: int, page: Page | None) -> int:
    """Where the page's text begins in the document's."""
    if page is None or page.number == 1:
        return 0
    before = assistant.pages(document_id, 1, page.number - 1)
    return sum(len(earlier.text) + len(PAGE_BREAK) for earlier in before)


def _notice(path: Path, document: Document | None, *, exists: bool) -> str:
    if not exists:
        return "The file is no longer where it was; this is the passage as it was read."
    if document is None:
        return "The document was changed or removed since; this is the passage as it was read."
    if _has_changed(path, document):
        return "The file has changed since it was read; this is the passage as it was."
    return ""


def _has_changed(path: Path, document: Document) -> bool:
    try:
        size = path.stat().st_size
        if size != document.size or size > MOST_BYTES_HASHED:
            return size != document.size
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != document.sha256
    except OSError:
        return True
