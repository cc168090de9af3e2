"""SQL of answers: how one begins and ends, its citations and quotes, and reading messages back as values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from local_models.types import Role
from rag.quoted_places import page_of
from rag.store import conversations, messages, ratings, sources
from rag.store.schema import AnswerRow, AnswerSentenceRow, CitationRow, MessageRow, QuoteRow, SourceRow
from rag.store.scoping import listed
from rag.store.sources import source_of
from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    CitationOrigin,
    Message,
    MessageStatus,
    Mode,
    Quote,
    SentenceVerdict,
    Source,
    Span,
    Timings,
)

_Part = TypeVar("_Part", CitationRow, QuoteRow, AnswerSentenceRow)


def begin(session: Session, conversation_id: int, question_id: int, mode: Mode, model: str) -> Message:
    answer_id = messages.add(
        session,
        conversation_id,
        question_id,
        role=Role.ASSISTANT,
        content="",
        status=MessageStatus.STREAMING,
        mode=mode,
    )
    session.add(AnswerRow(message_id=answer_id, **_values(Answer("", mode, model=model))))
    session.flush()
    return read(session, [answer_id])[0]


def finish(session: Session, answer_id: int, answer: Answer, status: MessageStatus) -> Message:
    """Writing an answer again replaces all of it."""
    message = messages.row(session, answer_id)
    row = _row(session, answer_id)
    message.content, message.status, message.mode = answer.text, status, answer.mode
    for name, value in _values(answer).items():
        setattr(row, name, value)
    row.finished_at = datetime.now(UTC)
    _put_parts(session, message, answer)
    conversations.touch(session, message.conversation_id)
    session.flush()
    return read(session, [answer_id])[0]


def fail(session: Session, answer_id: int, reason: str) -> Message:
    """What was written stays as the text, the reason is the last notice."""
    message = messages.row(session, answer_id)
    row = _row(session, answer_id)
    message.status = MessageStatus.FAILED
    row.notices, row.finished_at = (*row.notices, reason), datetime.now(UTC)
    session.flush()
    return read(session, [answer_id])[0]


def read(session: Session, ids: Sequence[int]) -> list[Message]:
    """The messages as they are stored, in the order of the ids, those that are not there left out."""
    chosen = select(MessageRow).where(MessageRow.id.in_(listed(ids))).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(chosen)}
    found = [rows[id_] for id_ in ids if id_ in rows]
    families = messages.siblings(session, found)
    answers = _Answers(session, found)
    feedback = ratings.current(session, ids)
    return [
        Message(
            id=row.id,
            conversation_id=row.conversation_id,
            parent=row.parent_id,
            role=Role(row.role),
            content=row.content,
            status=MessageStatus(row.status),
            created_at=row.created_at,
            mode=None if row.mode is None else Mode(row.mode),
            answer=answers.of(row),
            feedback=feedback.get(row.id),
            siblings=families[row.id],
        )
        for row in found
    ]


class _Answers:
    """The answers of some messages of one conversation, read with a fixed number of statements."""

    def __init__(self, session: Session, of: Sequence[MessageRow]) -> None:
        ids = [message.id for message in of if message.role == Role.ASSISTANT]
        chosen = select(AnswerRow).where(AnswerRow.message_id.in_(listed(ids)))
        self._rows = {row.message_id: row for row in session.scalars(chosen)}
        self._citations = _parts(session, CitationRow, ids)
        self._quotes = _parts(session, QuoteRow, ids)
        self._sentences = _parts(session, AnswerSentenceRow, ids)
        conversation_ids = {message.conversation_id for message in of if message.role == Role.ASSISTANT}
        kept = session.scalars(select(SourceRow).where(SourceRow.conversation_id.in_(listed(conversation_ids)))).all()
        self._by_id = {row.id: source_of(row) for row in kept}
        self._by_number = {(row.conversation_id, row.number): source_of(row) for row in kept}

    def of(self, message: MessageRow) -> Answer | None:
        """None for questions and for an answer that is still being written."""
        row = self._rows.get(message.id)
        if row is None or message.status == MessageStatus.STREAMING:
            return None
        numbered = ((message.conversation_id, number) for number in row.sources)
        return Answer(
            text=message.content,
            mode=Mode(message.mode or Mode.GROUNDED),
            abstained=row.abstained,
            citations=tuple(self._citation(part) for part in self._citations.get(row.message_id, [])),
            sources=tuple(self._by_number[key] for key in numbered if key in self._by_number),
            quotes=tuple(self._quote(part) for part in self._quotes.get(row.message_id, [])),
            notices=row.notices,
            model=row.model,
            timings=Timings(row.retrieval_s, row.first_token_s, row.total_s),
            prompt_tokens=row.prompt_tokens,
            completion_tokens=row.completion_tokens,
            confidence=row.confidence,
            raw=row.raw,
            searched_for=row.searched_for,
            account=row.account,
            sentences=tuple(self._sentence(part) for part in self._sentences.get(row.message_id, [])),
        )

    def _sentence(self, row: AnswerSentenceRow) -> CheckedSentence:
        span = None
        if row.quote_start is not None and row.quote_end is not None:
            span = Span(row.quote_start, row.quote_end, row.quote_page)
        return CheckedSentence(
            start=row.answer_start,
            end=row.answer_end,
            verdict=SentenceVerdict(row.verdict),
            reason=row.reason,
            score=row.score,
            source=None if row.source_id is None else self._by_id[row.source_id],
            quote=row.quote,
            quote_span=span,
        )

    def _citation(self, row: CitationRow) -> Citation:
        return Citation(
            source=self._by_id[row.source_id],
            answer_start=row.answer_start,
            answer_end=row.answer_end,
            quote=row.quote,
            quote_span=Span(row.quote_start, row.quote_end, row.quote_page),
            support=row.support,
            origin=CitationOrigin(row.origin),
        )

    def _quote(self, row: QuoteRow) -> Quote:
        span = Span(row.span_start, row.span_end, row.span_page)
        found = None
        if row.found_start is not None and row.found_end is not None:
            found = Span(row.found_start, row.found_end, page_of(self._by_id[row.source_id], row.found_start))
        return Quote(self._by_id[row.source_id], row.text, span, row.score, found, row.probability)


def _parts(session: Session, table: type[_Part], ids: Sequence[int]) -> dict[int, list[_Part]]:
    found: dict[int, list[_Part]] = {}
    if not ids:
        return found
    chosen = select(table).where(table.message_id.in_(listed(ids))).order_by(table.message_id, table.position)
    for row in session.scalars(chosen):
        found.setdefault(row.message_id, []).append(row)
    return found


def _put_parts(session: Session, message: MessageRow, answer: Answer) -> None:
    rows = sources.keep(session, message.conversation_id, _sources_of(answer))
    for table in (CitationRow, QuoteRow, AnswerSentenceRow):
        session.execute(delete(table).where(table.message_id == message.id))
    for position, citation in enumerate(answer.citations):
        session.add(_citation_row(message.id, position, citation, rows[citation.source.number]))
    for position, quote in enumerate(answer.quotes):
        session.add(_quote_row(message.id, position, quote, rows[quote.source.number]))
    for position, sentence in enumerate(answer.sentences):
        row = _sentence_row(message.id, position, sentence)
        row.source_id = rows[sentence.source.number] if sentence.source else None
        session.add(row)


def _sources_of(answer: Answer) -> list[Source]:
    cited = (citation.source for citation in answer.citations)
    quoted = (quote.source for quote in answer.quotes)
    held = (sentence.source for sentence in answer.sentences if sentence.source is not None)
    return [*answer.sources, *cited, *quoted, *held]


def _citation_row(message_id: int, position: int, citation: Citation, source_id: int) -> CitationRow:
    return CitationRow(
        message_id=message_id,
        position=position,
        source_id=source_id,
        answer_start=citation.answer_start,
        answer_end=citation.answer_end,
        quote=citation.quote,
        quote_start=citation.quote_span.start,
        quote_end=citation.quote_span.end,
        quote_page=citation.quote_span.page,
        support=citation.support,
        origin=citation.origin,
    )


def _quote_row(message_id: int, position: int, quote: Quote, source_id: int) -> QuoteRow:
    return QuoteRow(
        message_id=message_id,
        position=position,
        source_id=source_id,
        text=quote.text,
        span_start=quote.span.start,
        span_end=quote.span.end,
        span_page=quote.span.page,
        score=quote.score,
        found_start=quote.found.start if quote.found else None,
        found_end=quote.found.end if quote.found else None,
        probability=quote.probability,
    )


def _sentence_row(message_id: int, position: int, sentence: CheckedSentence) -> AnswerSentenceRow:
    return AnswerSentenceRow(
        message_id=message_id,
        position=position,
        answer_start=sentence.start,
        answer_end=sentence.end,
        verdict=sentence.verdict,
        reason=sentence.reason,
        score=sentence.score,
        quote=sentence.quote,
        quote_start=sentence.quote_span.start if sentence.quote_span else None,
        quote_end=sentence.quote_span.end if sentence.quote_span else None,
        quote_page=sentence.quote_span.page if sentence.quote_span else None,
    )


def _values(answer: Answer) -> dict[str, object]:
    return {
        "raw": answer.raw,
        "searched_for": answer.searched_for,
        "model": answer.model,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "notices": answer.notices,
        "account": answer.account,
        "sources": tuple(source.number for source in answer.sources),
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "retrieval_s": answer.timings.retrieval_s,
        "first_token_s": answer.timings.first_token_s,
        "total_s": answer.timings.total_s,
    }


def _row(session: Session, answer_id: int) -> AnswerRow:
    row = session.get(AnswerRow, answer_id)
    if row is None:
        raise ValueError(f"message {answer_id} is a question")
    return row
