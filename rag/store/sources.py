"""SQL of a conversation's sources: numbers for life, and which turn of which branch brought each to the model.

A number stands for one passage in the whole conversation, whatever branch it came up in. Whether a source must be
given to the model again depends on the branch, so `given` is kept for each turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from rag.store import messages
from rag.store.schema import DocumentRow, PassageRow, ReportSourceRow, SourceRow, TurnSourceRow
from rag.store.scoping import listed
from rag.titles import told_apart
from rag.types import Document, Hit, Source, Span


def give(session: Session, conversation_id: int, answer_id: int, hits: Sequence[Hit]) -> list[Source]:
    """The hits as sources of the answer's turn, in their order. Those no earlier turn had count as given."""
    known = _Known(session, conversation_id)
    rows = [known.number(hit) for hit in hits]
    session.flush()
    before = _turn(session, answer_id)
    had = set(_given_above(session, answer_id)) | {row.source_id for row in before}
    given = sum(row.given is not None for row in before)
    position = len(before)
    for row in dict.fromkeys(rows):
        if any(old.source_id == row.id for old in before):
            continue
        is_new = row.id not in had
        session.add(
            TurnSourceRow(message_id=answer_id, position=position, source_id=row.id, given=given if is_new else None)
        )
        position, given = position + 1, given + is_new
    session.flush()
    return [source_of(row) for row in rows]


def mark_given(session: Session, answer_id: int, numbers: Sequence[int]) -> None:
    """Exactly these sources, in this order, were added to the prompt by the answer's turn."""
    rank = {number: place for place, number in enumerate(dict.fromkeys(numbers))}
    turn = session.execute(
        select(TurnSourceRow, SourceRow.number)
        .join(SourceRow, SourceRow.id == TurnSourceRow.source_id)
        .where(TurnSourceRow.message_id == answer_id)
    )
    for row, number in turn:
        row.given = rank.pop(number, None)
    if rank:
        raise ValueError(f"answer {answer_id} was never shown the sources {sorted(rank)}")


def given(session: Session, answer_id: int) -> list[Source]:
    """What the answer's turn added to the prompt, in order."""
    chosen = select(SourceRow).join(TurnSourceRow, TurnSourceRow.source_id == SourceRow.id)
    mine = chosen.where(TurnSourceRow.message_id == answer_id, TurnSourceRow.given.is_not(None))
    return [source_of(row) for row in session.scalars(mine.order_by(TurnSourceRow.given))]


def of_conversation(session: Session, conversation_id: int) -> list[Source]:
    """By number."""
    chosen = select(SourceRow).where(SourceRow.conversation_id == conversation_id).order_by(SourceRow.number)
    return [source_of(row) for row in session.scalars(chosen)]


def ids_by_number(session: Session, conversation_id: int) -> dict[int, int]:
    chosen = select(SourceRow.number, SourceRow.id).where(SourceRow.conversation_id == conversation_id)
    return dict(session.execute(chosen).all())


def keep(session: Session, conversation_id: int, sources: Iterable[Source]) -> dict[int, int]:
    """Row ids by number, after adding those of the sources whose number the conversation does not have yet."""
    known = ids_by_number(session, conversation_id)
    for source in sources:
        if source.number not in known:
            row = _row_of(session, source, conversation_id)
            session.add(row)
            session.flush()
            known[source.number] = row.id
    return known


def columns_of(session: Session, source: Source) -> dict[str, object]:
    """What a row keeps of a source.

    It points at passage and document only if they are still there: they may have gone since they were found.
    """
    return {
        "number": source.number,
        "passage_id": session.scalar(select(PassageRow.id).where(PassageRow.id == source.passage_id)),
        "document_id": session.scalar(select(DocumentRow.id).where(DocumentRow.id == source.document_id)),
        "document": source.document,
        "path": source.path,
        "heading": source.heading,
        "place": source.place,
        "text": source.text,
        "span_start": source.span.start,
        "span_end": source.span.end,
        "span_page": source.span.page,
    }


def source_of(row: SourceRow | ReportSourceRow) -> Source:
    return Source(
        number=row.number,
        passage_id=row.passage_id,
        document_id=row.document_id,
        document=row.document,
        path=row.path,
        heading=row.heading,
        place=row.place,
        text=row.text,
        span=Span(row.span_start, row.span_end, row.span_page),
    )


class _Known:
    """The sources a conversation has, found by passage or, after a document was read anew, by the same text in it."""

    def __init__(self, session: Session, conversation_id: int) -> None:
        self._session = session
        self._conversation_id = conversation_id
        rows = session.scalars(select(SourceRow).where(SourceRow.conversation_id == conversation_id)).all()
        self._by_passage = {row.passage_id: row for row in rows if row.passage_id is not None}
        self._orphans = {(row.path, row.text): row for row in rows if row.passage_id is None}
        self._next = max((row.number for row in rows), default=0) + 1

    def number(self, hit: Hit) -> SourceRow:
        passage = hit.passage
        row = self._by_passage.get(passage.id) or self._found_again(hit)
        if row is None:
            row = _row_for(self._session, hit, self._conversation_id, self._next)
            self._session.add(row)
            self._next += 1
        if row.passage_id is not None:
            self._by_passage[row.passage_id] = row
        return row

    def _found_again(self, hit: Hit) -> SourceRow | None:
        row = self._orphans.pop((hit.document.path, hit.passage.text), None)
        if row is not None and self._session.get(PassageRow, hit.passage.id) is not None:
            span = hit.passage.span
            row.passage_id, row.document_id, row.place = hit.passage.id, hit.document.id, hit.passage.place
            row.span_start, row.span_end, row.span_page = span.start, span.end, span.page
        return row


def _row_for(session: Session, hit: Hit, conversation_id: int, number: int) -> SourceRow:
    passage, document = hit.passage, hit.document
    source = Source(
        number=number,
        passage_id=passage.id,
        document_id=document.id,
        document=_name(session, document),
        path=document.path,
        heading=passage.heading,
        place=passage.place,
        text=passage.text,
        span=passage.span,
    )
    return _row_of(session, source, conversation_id)


def _name(session: Session, document: Document) -> str:
    """Two leases may have one title, and an answer from both must say which is which."""
    of_title = select(DocumentRow.path).where(DocumentRow.title == document.title, DocumentRow.path != document.path)
    return told_apart(document.title, document.path, session.scalars(of_title).all())


def _row_of(session: Session, source: Source, conversation_id: int) -> SourceRow:
    return SourceRow(conversation_id=conversation_id, **columns_of(session, source))


def _turn(session: Session, answer_id: int) -> Sequence[TurnSourceRow]:
    return session.scalars(select(TurnSourceRow).where(TurnSourceRow.message_id == answer_id)).all()


def _given_above(session: Session, answer_id: int) -> list[int]:
    """Source ids given by the turns above this one in its branch."""
    above = messages.branch(session, answer_id)[:-1]
    chosen = select(TurnSourceRow.source_id).where(TurnSourceRow.message_id.in_(listed(above)))
    return list(session.scalars(chosen.where(TurnSourceRow.given.is_not(None))))
