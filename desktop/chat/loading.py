"""What the chat reads of the service, in a lane beside the window: a conversation, and what other pages have set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.types import Conversation, Message, Source

if TYPE_CHECKING:
    from rag.assistant import Assistant

Loaded = tuple[Conversation, list[Message], list[Source]]
"""A conversation, the branch last looked at, and all its sources."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`needed` before a question can be answered without documents (empty: nothing); `certainty` is the preference."""

    needed: str = ""
    certainty: bool = False


def read_thread(assistant: Assistant, conversation_id: int, leaf: int | None) -> Loaded:
    """With `leaf` its branch is the one looked at from now on. Raises NotFound."""
    if leaf is not None:
        assistant.update_conversation(conversation_id, leaf=assistant.newest_below(leaf))
    conversation = assistant.conversation(conversation_id)
    return conversation, assistant.thread(conversation_id), assistant.sources(conversation_id)


def read_standing(assistant: Assistant) -> Standing:
    return Standing(assistant.needed_without_documents(), assistant.preferences().certainty)
