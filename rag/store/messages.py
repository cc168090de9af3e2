"""SQL of the tree of messages: adding to it, walking up to the root and down to the newest leaf.

A branch is a path from the root; nothing is ever taken out of the tree but with its whole conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from local_models.types import Role
from rag.errors import NotFound
from rag.store import conversations
from rag.store.schema import AnswerRow, MessageRow
from rag.store.scoping import listed
from rag.types import MessageStatus, Mode

_UPWARDS = text("""
    WITH RECURSIVE branch(id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM messages WHERE id = :leaf
        UNION ALL
        SELECT messages.id, messages.parent_id, depth + 1 FROM messages JOIN branch ON messages.id = branch.parent_id
    )
    SELECT id FROM branch ORDER BY depth DESC
""")
_DOWNWARDS = text("""
    WITH RECURSIVE below(id) AS (
        SELECT :message
        UNION ALL
        SELECT messages.id FROM messages JOIN below ON messages.parent_id = below.id
    )
    SELECT max(id) FROM below
""")


def add(
    session: Session,
    conversation_id: int,
    parent: int | None,
    *,
    role: Role,
    content: str,
    status: MessageStatus,
    mode: Mode,
) -> int:
    """The new message's id; it becomes the conversation's leaf."""
    if parent is not None:
        of_conversation(session, conversation_id, parent)
    message = MessageRow(
        conversation_id=conversation_id,
        parent_id=parent,
        role=role,
        content=content,
        status=status,
        mode=mode,
        created_at=datetime.now(UTC),
    )
    conversations.touch(session, conversation_id)
    session.add(message)
    session.flush()
    conversations.set_leaf(session, conversation_id, message.id)
    return message.id


def branch(session: Session, leaf: int) -> list[int]:
    """Ids from the root to the leaf."""
    return list(session.scalars(_UPWARDS, {"leaf": leaf}))


def of_conversation(session: Session, conversation_id: int, message_id: int) -> MessageRow:
    """Raises NotFound if the message is another conversation's."""
    found = row(session, message_id)
    if found.conversation_id != conversation_id:
        raise NotFound(f"There is no message {message_id} in this conversation.", "Open the conversation again.")
    return found


def newest_below(session: Session, message_id: int) -> int:
    """The message added last among this one and all that follow from it: where a branch was left."""
    row(session, message_id)
    return int(session.scalar(_DOWNWARDS, {"message": message_id}) or message_id)


def siblings(session: Session, of: Sequence[MessageRow]) -> dict[int, tuple[int, ...]]:
    """For each message, the ids of all that follow the same parent, itself included, oldest first."""
    parents = {message.parent_id for message in of if message.parent_id is not None}
    rooted = {message.conversation_id for message in of if message.parent_id is None}
    below = MessageRow.parent_id.in_(listed(parents))
    at_root = MessageRow.parent_id.is_(None) & MessageRow.conversation_id.in_(listed(rooted))
    families: dict[tuple[int, int | None], list[int]] = {}
    family = select(MessageRow.id, MessageRow.conversation_id, MessageRow.parent_id).order_by(MessageRow.id)
    for condition in (below, at_root):
        for id_, conversation, parent in session.execute(family.where(condition)):
            families.setdefault((conversation, parent), []).append(id_)
    return {message.id: tuple(families[message.conversation_id, message.parent_id]) for message in of}


def write_partial(session: Session, answer_id: int, content: str) -> None:
    """Raises NotFound unless the answer is there; one that has ended is left as it is."""
    message = row(session, answer_id)
    if message.status == MessageStatus.STREAMING:
        message.content = content


def settle_interrupted(session: Session) -> None:
    """Answers that were streaming when the program was killed: STOPPED, as far as they were written."""
    written = select(MessageRow.content).where(MessageRow.id == AnswerRow.message_id).scalar_subquery()
    streaming = select(MessageRow.id).where(MessageRow.status == MessageStatus.STREAMING)
    keeping = {"synchronize_session": False}
    session.execute(
        update(AnswerRow).where(AnswerRow.message_id.in_(streaming)).values(raw=written).execution_options(**keeping)
    )
    session.execute(
        update(MessageRow)
        .where(MessageRow.status == MessageStatus.STREAMING)
        .values(status=MessageStatus.STOPPED)
        .execution_options(**keeping)
    )


def row(session: Session, message_id: int) -> MessageRow:
    found = session.get(MessageRow, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.", "Its conversation may have been deleted; look again.")
    return found
