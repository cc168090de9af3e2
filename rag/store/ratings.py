"""SQL of feedback: one current opinion for each answer, changed or withdrawn later.

Knows nothing of export layouts; rag.feedback makes them out of the records that rag.store.examples reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from local_models.types import Role
from rag.errors import UsageError
from rag.store import messages
from rag.store.schema import FeedbackRow
from rag.store.scoping import listed
from rag.types import Feedback, Verdict


def rate(session: Session, answer_id: int, feedback: Feedback) -> None:
    if messages.row(session, answer_id).role != Role.ASSISTANT:
        raise UsageError("Only answers can be rated.", "Choose the answer, not the question.")
    now = datetime.now(UTC)
    row = session.get(FeedbackRow, answer_id)
    if row is None:
        row = FeedbackRow(message_id=answer_id, created_at=now)
        session.add(row)
    row.verdict, row.reasons = feedback.verdict, feedback.reasons
    row.comment, row.correction = feedback.comment, feedback.correction
    row.changed_at, row.withdrawn_at = now, None


def withdraw(session: Session, answer_id: int) -> None:
    """Nothing happens to an answer that was not rated."""
    messages.row(session, answer_id)
    row = session.get(FeedbackRow, answer_id)
    if row is not None and row.withdrawn_at is None:
        row.withdrawn_at = datetime.now(UTC)


def current(session: Session, answer_ids: Sequence[int]) -> dict[int, Feedback]:
    """What was not withdrawn."""
    chosen = select(FeedbackRow).where(FeedbackRow.message_id.in_(listed(answer_ids)))
    rows = session.scalars(chosen.where(FeedbackRow.withdrawn_at.is_(None)))
    return {row.message_id: Feedback(Verdict(row.verdict), row.reasons, row.comment, row.correction) for row in rows}


def rated(session: Session) -> list[int]:
    """Answers with an opinion that stands, oldest first."""
    standing = select(FeedbackRow.message_id).where(FeedbackRow.withdrawn_at.is_(None))
    return list(session.scalars(standing.order_by(FeedbackRow.message_id)))


def counts(session: Session) -> dict[str, int]:
    """Keys "up", "down", "corrected" and "withdrawn"."""
    standing = FeedbackRow.withdrawn_at.is_(None)
    row = session.execute(
        select(
            func.count().filter(standing, FeedbackRow.verdict == Verdict.UP),
            func.count().filter(standing, FeedbackRow.verdict == Verdict.DOWN),
            func.count().filter(standing, FeedbackRow.correction != ""),
            func.count().filter(~standing),
        )
    ).one()
    return dict(zip(("up", "down", "corrected", "withdrawn"), map(int, row), strict=True))
