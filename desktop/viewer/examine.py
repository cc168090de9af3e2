"""What can be said of a source today: is its file still there and unchanged, and which text and words are to be marked.

Runs in a lane: it asks the store for the text around the passage, and reads the whole file once when its checksum is
asked for. It draws nothing. All that is shown of a document that has changed is what the store has kept of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.viewer.cells import ShownCells, shown_cells
from desktop.viewer.context import AROUND, Shown, in_context, passage_alone, window
from desktop.viewer.languages import language_of
from desktop.viewer.pages import MarkedWord, PageSize
from desktop.viewer.reference import Reference, place_of
from local_models.cancel import CancelToken
from rag.errors import NotFound
from rag.parsers.formats import IMAGES, PDF, media_type_by_name
from rag.types import Document, Page, Span

if TYPE_CHECKING:
    from rag.assistant import Assistant

PIECE = 4 * 2**20
"""Bytes hashed between two looks at the cancel token, about 5 ms."""

A4 = PageSize(595.0, 842.0)

CHECKSUMS = 256
"""Files whose checksum is remembered while they do not change."""

GONE = "The file is no longer where it was; this is its text as it was read."
CHANGED = "The file has changed since it was read; this is its text as it was then."
REMOVED = "The document is no longer in the library; this is the passage as it was read."
FORGOTTEN = "Neither the document nor its file is there any more; this is the passage as it was read."
READ_ANEW = "The document has changed and was read anew since; this is the passage as it was then."

DRAWN = frozenset({PDF, *IMAGES.values()})
"""Kinds of files whose pages are drawn."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`notice` is a sentence for the user, empty when all is as it was; `shown` is the stored text.

    `drawable`: the file is a PDF or a picture that seems to be the one that was read. `words` are what to mark on its
    pages, by number of the page; `size` is that of the source's page and `column` where its text begins and
    ends, in points from the left. `language` is Pygments' name of what code is written in. `cells` is the sheet of a
    source that is placed by its cells.
    """

    reference: Reference
    shown: Shown
    notice: str = ""
    media_type: str = ""
    document: Document | None = None
    drawable: bool = False
    words: dict[int, tuple[MarkedWord, ...]] = field(default_factory=dict)
    size: PageSize = A4
    column: tuple[float, float] | None = None
    language: str = "text"
    file_exists: bool = True
    cells: ShownCells | None = None

    def as_text(self) -> Finding:
        """The same without a page to be drawn."""
        return replace(self, drawable=False, words={})


def examine(assistant: Assistant, reference: Reference) -> Finding:
    """Look at the file's size and at the store; takes milliseconds. Never raises for a document that is gone."""
    source = reference.source
    document = _document(assistant, source.document_id)
    exists = source.path.is_file()
    media_type = (document.media_type if document else "") or media_type_by_name(source.path) or ""
    shown = _in_context(assistant, reference, document)
    if document is None or shown is None:
        notice = _notice_alone(document, exists=exists)
        alone, language = passage_alone(reference), language_of(media_type)
        return Finding(reference, alone, notice, media_type, document, language=language, file_exists=exists)
    notice = _notice(source.path, document, exists=exists)
    if notice or media_type not in DRAWN:
        made = Finding(reference, shown, notice, media_type, document, file_exists=exists)
        return replace(made, language=language_of(media_type), cells=_cells(assistant, reference, document))
    number = place_of(reference).page or 1
    page = next(iter(assistant.pages(document.id, number, number)), Page(number, ""))
    size = PageSize(page.width, page.height) if page.width and page.height else A4
    words = words_to_mark(assistant, document.id, reference, shown)
    return Finding(
        reference, shown, "", media_type, document, drawable=True, words=words, size=size, column=_column(page)
    )


def widened(assistant: Assistant, finding: Finding, around: int) -> Finding:
    """The same with so many characters of the document on each side, if it still is what it was."""
    if finding.document is None:
        return finding
    shown = _in_context(assistant, finding.reference, finding.document, around)
    return replace(finding, shown=shown) if shown is not None else finding


def words_to_mark(
    assistant: Assistant, document_id: int, reference: Reference, shown: Shown
) -> dict[int, tuple[MarkedWord, ...]]:
    """The words of what is meant, as they were read, by page. Nothing for a quote that is not where it was."""
    mark = shown.quote if reference.quote else shown.passage
    if mark is None:
        return {}
    span = Span(shown.start + mark[0], shown.start + mark[1])
    pieces = assistant.excerpts(document_id, span)
    pages = {page.number: page for page in assistant.pages(document_id, pieces[0].page, pieces[-1].page)}
    return {
        piece.page: tuple(_words(pages[piece.page], span.start - piece.page_start, span.end - piece.page_start))
        for piece in pieces
    }


class Checksums:
    """SHA-256 of files, remembered as long as size and time of change stay. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    def differs(self, path: Path, document: Document, cancel: CancelToken) -> bool:
        """Whether the file is another than was read. Reads all of it the first time: a gigabyte takes about 1 s."""
        try:
            found = path.stat()
            if found.st_size != document.size:
                return True
            return self._sum(path, (str(path), found.st_size, found.st_mtime_ns), cancel) != document.sha256
        except OSError:
            return True

    def _sum(self, path: Path, key: tuple[str, int, int], cancel: CancelToken) -> str:
        with self._lock:
            if key in self._known:
                return self._known[key]
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                cancel.check()
                digest.update(piece)
        with self._lock:
            self._known[key] = digest.hexdigest()
            while len(self._known) > CHECKSUMS:
                self._known.popitem(last=False)
        return digest.hexdigest()


def _words(page: Page, start: int, end: int) -> Iterator[MarkedWord]:
    """The parts of the page's words that lie in characters [start, end) of its text."""
    for box in page.boxes:
        if box.start < end and box.end > start:
            sides = (box.left, box.top, box.right, box.bottom)
            first, last = max(start, box.start) - box.start, min(end, box.end) - box.start
            yield MarkedWord(page.text[box.start : box.end], sides, first, last)


def _column(page: Page) -> tuple[float, float] | None:
    if not page.boxes:
        return None
    return min(box.left for box in page.boxes), max(box.right for box in page.boxes)


def _document(assistant: Assistant, document_id: int | None) -> Document | None:
    if document_id is None:
        return None
    try:
        return assistant.document(document_id)
    except NotFound:
        return None


def _in_context(
    assistant: Assistant, reference: Reference, document: Document | None, around: int = AROUND
) -> Shown | None:
    if document is None:
        return None
    asked = window(reference.source, around=around)
    try:
        return in_context(reference, assistant.excerpts(document.id, asked), asked)
    except NotFound:  # removed this moment
        return None


def _cells(assistant: Assistant, reference: Reference, document: Document) -> ShownCells | None:
    """The sheet that holds the passage, where the source is placed by its cells."""
    source = reference.source
    if not source.place.cells or source.span.page is None:
        return None
    try:
        return shown_cells(reference, assistant.grid(document.id, source.span.page))
    except NotFound:  # removed this moment
        return None


def _notice_alone(document: Document | None, *, exists: bool) -> str:
    if document is None:
        return REMOVED if exists else FORGOTTEN
    return READ_ANEW


def _notice(path: Path, document: Document, *, exists: bool) -> str:
    if not exists:
        return GONE
    try:
        return CHANGED if path.stat().st_size != document.size else ""
    except OSError:
        return GONE
