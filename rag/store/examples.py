"""Reads a rated answer as a FeedbackRecord: the turn it belongs to and the turns above it in its branch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from local_models.types import Role
from rag.store import answers, messages, sources
from rag.types import Message, Mode
from rag.user_types import FeedbackRecord, Turn


def record(session: Session, answer_id: int) -> FeedbackRecord | None:
    """None when the opinion was withdrawn, or the answer is still being written."""
    *above, question, answer = answers.read(session, messages.branch(session, answer_id))
    if answer.feedback is None or answer.answer is None:
        return None
    mode = answer.answer.mode
    return FeedbackRecord(
        conversation_id=answer.conversation_id,
        question_id=question.id,
        answer_id=answer.id,
        turn=_turn(session, question.content, answer, answer.content),
        earlier=tuple(_turns(session, above)),
        feedback=answer.feedback,
        mode=mode,
        status=answer.status,
        model=answer.answer.model,
        created_at=answer.created_at,
    )


def _turns(session: Session, above: Sequence[Message]) -> Iterator[Turn]:
    """Those a model took part in: quotes alone never stood in a prompt."""
    question = ""
    for message in above:
        if message.role is Role.USER:
            question = message.content
        elif message.answer is not None and message.answer.raw and message.answer.mode is not Mode.QUOTES:
            yield _turn(session, question, message, message.answer.raw)


def _turn(session: Session, question: str, answer: Message, text: str) -> Turn:
    given = tuple(sources.given(session, answer.id))
    return Turn(question, text, given, grounded=answer.mode is not Mode.FREE)
