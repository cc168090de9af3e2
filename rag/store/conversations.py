"""SQL of conversations: their heads, and finding one by what was said in it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from rag.errors import NotFound
from rag.store.schema import ConversationRow, MessageRow
from rag.types import Conversation, Mode, Scope


def create(session: Session, *, title: str, mode: Mode, scope: Scope) -> Conversation:
    now = datetime.now(UTC)
    row = ConversationRow(
        title=title,
        mode=mode,
        scope_collections=scope.collections,
        scope_documents=scope.documents,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return _conversation(row)


def get(session: Session, conversation_id: int) -> Conversation:
    return _conversation(_row(session, conversation_id))


def search(session: Session, query: str) -> list[Conversation]:
    """Newest first; those where every word of the query is in the title or in one message. Empty: all."""
    chosen = select(ConversationRow).order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
    if query.strip():
        said = exists().where(
            MessageRow.conversation_id == ConversationRow.id, func.mentions(MessageRow.content, query)
        )
        chosen = chosen.where(func.mentions(ConversationRow.title, query) | said)
    return [_conversation(row) for row in session.scalars(chosen)]


def change(
    session: Session, conversation_id: int, *, title: str | None, mode: Mode | None, scope: Scope | None
) -> None:
    row = _row(session, conversation_id)
    if title is not None:
        row.title = title
    if mode is not None:
        row.mode = mode
    if scope is not None:
        row.scope_collections, row.scope_documents = scope.collections, scope.documents


def set_leaf(session: Session, conversation_id: int, message_id: int) -> None:
    """The message, known to be this conversation's, is the one looked at."""
    _row(session, conversation_id).leaf_id = message_id


def touch(session: Session, conversation_id: int) -> None:
    """Something was said in it."""
    _row(session, conversation_id).updated_at = datetime.now(UTC)


def delete(session: Session, conversation_id: int) -> None:
    """With its messages, sources, citations and feedback."""
    session.delete(_row(session, conversation_id))


def _row(session: Session, conversation_id: int) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id}.", "It may have been deleted; look again.")
    return row


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        mode=Mode(row.mode),
        scope=Scope(row.scope_collections, row.scope_documents),
        created_at=row.created_at,
        updated_at=row.updated_at,
        leaf=row.leaf_id,
    )
