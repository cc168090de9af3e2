"""SQL of documents, their pages and passages, inside a transaction of rag.store.library.

Knows nothing of vectors but the flag `embedder_id`, and of words nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from rag.errors import NotFound, UsageError
from rag.store import names
from rag.store.packing import unpack_blocks, unpack_boxes, unpack_cells
from rag.store.schema import DocumentRow, PageRow, PassageRow, SourceRow
from rag.store.scoping import in_scope, listed
from rag.store.staging_schema import StagedDocumentRow, StagedPassageRow
from rag.types import PAGE_BREAK, Document, DocumentState, Excerpt, Page, Passage, Place, Scope, Span


def find(session: Session, path: Path) -> Document | None:
    row = session.scalar(select(DocumentRow).where(DocumentRow.path == path))
    return None if row is None else document_of(row)


def get(session: Session, document_id: int) -> Document:
    return document_of(_row(session, document_id))


def in_order(session: Session, scope: Scope) -> list[Document]:
    """By path."""
    chosen = select(DocumentRow).where(in_scope(DocumentRow.id, scope)).order_by(DocumentRow.path)
    return [document_of(row) for row in session.scalars(chosen)]


def count(session: Session, scope: Scope) -> int:
    return session.scalar(select(func.count()).select_from(DocumentRow).where(in_scope(DocumentRow.id, scope))) or 0


def unfinished(session: Session) -> list[Document]:
    states = (DocumentState.WAITING, DocumentState.READING)
    rows = session.scalars(select(DocumentRow).where(DocumentRow.state.in_(states)).order_by(DocumentRow.id))
    return [document_of(row) for row in rows]


def begin(session: Session, path: Path, *, media_type: str, sha256: str, size: int, title: str) -> Document:
    row = session.scalar(select(DocumentRow).where(DocumentRow.path == path))
    if row is None:
        row = DocumentRow(path=path, title=title, pages=0, passages=0, added_at=datetime.now(UTC), notices=())
        row.state, row.sha256 = DocumentState.WAITING, ""
        session.add(row)
    begun_before = row.state == DocumentState.READING and row.sha256 == sha256
    row.attempts = 1 + (row.attempts if begun_before else 0)
    row.state, row.reason, row.failure = DocumentState.READING, "", ""
    row.media_type, row.sha256, row.size = media_type, sha256, size
    session.flush()
    session.refresh(row)
    return document_of(row)


def settle(session: Session, document_id: int, state: DocumentState, reason: str = "", failure: str = "") -> Document:
    """What became of a reading that was begun. `failure` is the code of what went wrong."""
    row = _row(session, document_id)
    row.state, row.reason, row.failure, row.attempts = state, reason, failure, 0
    return document_of(row)


def forget_bytes(session: Session, document_id: int) -> None:
    """Equal to no file's: it is read at the next look."""
    _row(session, document_id).sha256 = ""


def describe(
    session: Session, document_id: int, *, title: str, media_type: str, sha256: str, size: int, notices: Sequence[str]
) -> Document:
    """The document as it stands after its pages and passages were put; READ, or COMPLETE when there is no passage."""
    row = _row(session, document_id)
    row.title, row.media_type, row.sha256, row.size = title, media_type, sha256, size
    row.notices, row.reason, row.embedder_id = tuple(notices), "", None
    row.failure, row.attempts = "", 0
    row.pages = _count_of(session, PageRow, document_id)
    row.passages = _count_of(session, PassageRow, document_id)
    names.put(session, document_id, title, row.path)
    row.state = DocumentState.READ if row.passages else DocumentState.COMPLETE
    session.flush()
    session.refresh(row)
    return document_of(row)


def move(session: Session, document_id: int, path: Path, title: str | None = None) -> Document:
    """Under another path, and another title if one is given."""
    row = _row(session, document_id)
    other = find(session, path)
    if other is not None and other.id != document_id:
        raise UsageError(f"{path} is in the library already.", "Remove one of the two first.")
    row.path, row.title = path, row.title if title is None else title
    names.put(session, document_id, row.title, path)
    session.execute(update(SourceRow).where(SourceRow.document_id == document_id).values(path=path))
    session.flush()
    return document_of(row)


def remove(session: Session, document_id: int) -> bool:
    """False if it was gone already. Pages, passages and vectors go with it."""
    gone = delete(DocumentRow).where(DocumentRow.id == document_id).returning(DocumentRow.id)
    return session.scalar(gone) is not None


def clear(session: Session, document_id: int) -> None:
    """Pages and passages out, staged ones too; their vectors go with them, sources forget their passage."""
    session.execute(delete(StagedDocumentRow).where(StagedDocumentRow.document_id == document_id))
    session.execute(delete(PageRow).where(PageRow.document_id == document_id))
    session.execute(delete(PassageRow).where(PassageRow.document_id == document_id))


def put_pages(session: Session, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(PageRow), rows)


def put_passages(session: Session, document_id: int, passages: Sequence[Passage]) -> list[int]:
    """The new ids, in order; never used before."""
    last = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")) or 0
    ids = list(range(last + 1, last + 1 + len(passages)))
    if ids:
        rows = [{"id": id_, **passage_values(document_id, passage)} for id_, passage in zip(ids, passages, strict=True)]
        session.execute(insert(PassageRow), rows)
    return ids


def pages(session: Session, document_id: int, first: int, last: int | None) -> list[Page]:
    """Raises NotFound for an unknown document."""
    _row(session, document_id)
    chosen = select(PageRow).where(PageRow.document_id == document_id, PageRow.number >= first)
    if last is not None:
        chosen = chosen.where(PageRow.number <= last)
    return [_page(row) for row in session.scalars(chosen.order_by(PageRow.number))]


def excerpts(session: Session, document_id: int, span: Span) -> list[Excerpt]:
    """The parts of the pages that the span touches, one each. Reads no more of a page than that."""
    _row(session, document_id)
    begin, end = max(0, span.start), max(0, span.end)
    skipped = func.max(begin - PageRow.start, 0)
    columns = (PageRow.number, PageRow.start, PageRow.length, PageRow.blocks, PageRow.label)
    touched = session.execute(
        select(*columns, func.substr(PageRow.text, skipped + 1, end - PageRow.start - skipped).label("part"))
        .where(PageRow.document_id == document_id, PageRow.start < end)
        .where(PageRow.start + PageRow.length > begin)
        .order_by(PageRow.number)
    )
    return [
        replace(
            _excerpt(row.number, row.start, row.length, row.part, row.blocks, max(begin - row.start, 0)),
            label=row.label,
        )
        for row in touched
    ]


def _excerpt(number: int, page_start: int, length: int, part: str, packed: bytes, skipped: int) -> Excerpt:
    """`part` is the page's text from its character `skipped` on."""
    upto = skipped + len(part)
    blocks = tuple(
        replace(block, start=max(block.start, skipped) - skipped, end=min(block.end, upto) - skipped)
        for block in unpack_blocks(packed, within=(skipped, upto))
    )
    return Excerpt(number, page_start + skipped, part, blocks, page_start, length)


def stretch(session: Session, document_id: int, span: Span) -> str:
    """The document's text at the span, reading only the pages it touches, and those whose break it touches."""
    _row(session, document_id)
    touched = session.execute(
        select(PageRow.start, PageRow.text)
        .where(PageRow.document_id == document_id, PageRow.start < span.end + len(PAGE_BREAK))
        .where(PageRow.start + PageRow.length + len(PAGE_BREAK) > span.start)
        .order_by(PageRow.number)
    ).all()
    if not touched:
        return ""
    offset = touched[0].start
    return PAGE_BREAK.join(row.text for row in touched)[max(span.start - offset, 0) : span.end - offset]


def passages(session: Session, ids: Sequence[int]) -> list[Passage]:
    found = {row.id: row for row in session.scalars(select(PassageRow).where(PassageRow.id.in_(listed(ids))))}
    return [_placed(session, passage_of(found[id_])) for id_ in map(int, ids) if id_ in found]


def neighbours(session: Session, document_id: int, first: int, last: int) -> list[Passage]:
    chosen = select(PassageRow).where(PassageRow.document_id == document_id, PassageRow.ordinal.between(first, last))
    return [_placed(session, passage_of(row)) for row in session.scalars(chosen.order_by(PassageRow.ordinal))]


def _placed(session: Session, passage: Passage) -> Passage:
    """The passage with the pages it runs over; one that was cut when places held no parts has them looked up."""
    place = passage.place
    if place.parts or place.page is None or place.last_page in (None, place.page):
        return passage
    over = session.execute(
        select(PageRow.number, PageRow.start)
        .where(PageRow.document_id == passage.document_id)
        .where(PageRow.number.between(place.page, place.last_page))
        .order_by(PageRow.number)
    )
    parts = tuple((max(0, row.start - passage.span.start), Place(page=row.number)) for row in over)
    return replace(passage, place=replace(place, parts=parts))


def passage_ids(session: Session, scope: Scope) -> NDArray[np.int64]:
    """Ascending. A document's ids follow each other (`put_passages`), so its first and last say all: 200,000 ids of
    2,000 documents come in a tenth of the time it takes to read each.
    """
    return _ids([(first, last) for first, last, _ in _ranges(session, in_scope(PassageRow.document_id, scope))])


def passages_of(session: Session, document_ids: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ids of the documents' passages, ascending, and the document of each."""
    ranges = _ranges(session, PassageRow.document_id.in_(listed(document_ids)))
    homes = np.repeat([home for *_, home in ranges], [last + 1 - first for first, last, _ in ranges])
    return _ids([(first, last) for first, last, _ in ranges]), homes.astype(np.int64)


def _ranges(session: Session, chosen: ColumnElement[bool]) -> list[tuple[int, int, int]]:
    """The first and the last passage of each document, and the document."""
    ends = (
        select(func.min(PassageRow.id), func.max(PassageRow.id), PassageRow.document_id)
        .where(chosen)
        .group_by(PassageRow.document_id)
    )
    return sorted((first, last, home) for first, last, home in session.execute(ends))


def _ids(ranges: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    parts = [np.arange(first, last + 1, dtype=np.int64) for first, last in ranges]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def passage_of(row: PassageRow | StagedPassageRow) -> Passage:
    span = Span(row.span_start, row.span_end, row.span_page)
    return Passage(row.id, row.document_id, row.ordinal, row.text, span, row.heading, row.place)


def document_of(row: DocumentRow) -> Document:
    return Document(
        id=row.id,
        path=row.path,
        title=row.title,
        media_type=row.media_type,
        sha256=row.sha256,
        size=row.size,
        state=DocumentState(row.state),
        reason=row.reason,
        pages=row.pages,
        passages=row.passages,
        added_at=row.added_at,
        notices=row.notices,
        failure=row.failure,
        attempts=row.attempts,
    )


def _row(session: Session, document_id: int) -> DocumentRow:
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound(f"There is no document {document_id} in the library.", "It may have been removed; look again.")
    return row


def _count_of(session: Session, table: type[PageRow] | type[PassageRow], document_id: int) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.document_id == document_id)) or 0


def _page(row: PageRow) -> Page:
    blocks, boxes, cells = unpack_blocks(row.blocks), unpack_boxes(row.boxes), unpack_cells(row.cells)
    return Page(row.number, row.text, blocks, boxes, row.width, row.height, row.label, cells)


def passage_values(document_id: int, passage: Passage) -> dict[str, object]:
    """The columns of a passage, but for its number."""
    return {
        "document_id": document_id,
        "ordinal": passage.ordinal,
        "span_start": passage.span.start,
        "span_end": passage.span.end,
        "span_page": passage.span.page,
        "heading": passage.heading,
        "place": passage.place,
        "text": passage.text,
    }
