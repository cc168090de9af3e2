"""The journal: conversations, their messages, sources, answers and feedback. Each method is one transaction.

Everything is committed as it happens, so a killed program loses at most what was streamed since the last
`write_partial`. Messages are a tree: asking again or editing adds a branch, and nothing the user wrote is erased.
It knows nothing of how an answer is found or written.

Every method raises DiskFull, LibraryDamaged or LibraryError when the database can't be used; NotFound for an id
that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from local_models.types import Role
from rag.store import answers, conversations, examples, messages, ratings, sources
from rag.store.database import Database
from rag.types import (
    Answer,
    Conversation,
    Feedback,
    Hit,
    Message,
    MessageStatus,
    Mode,
    Scope,
    Source,
)
from rag.user_types import FeedbackRecord


class Journal:
    """What was asked, answered and thought of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle_interrupted(self) -> None:
        """To be called once after opening: answers a crash left STREAMING become STOPPED, with their text."""
        with self._database.write() as session:
            messages.settle_interrupted(session)

    def create(self, *, title: str, mode: Mode, scope: Scope) -> Conversation:
        with self._database.write() as session:
            return conversations.create(session, title=title, mode=mode, scope=scope)

    def conversation(self, conversation_id: int) -> Conversation:
        with self._database.read() as session:
            return conversations.get(session, conversation_id)

    def conversations(self, query: str = "") -> list[Conversation]:
        """Newest first. A query keeps those with all its words in the title or in one message, in any case."""
        with self._database.read() as session:
            return conversations.search(session, query)

    def update(
        self,
        conversation_id: int,
        *,
        title: str | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
        leaf: int | None = None,
    ) -> Conversation:
        """Changes what is not None."""
        with self._database.write() as session:
            conversations.change(session, conversation_id, title=title, mode=mode, scope=scope)
            if leaf is not None:
                messages.of_conversation(session, conversation_id, leaf)
                conversations.set_leaf(session, conversation_id, leaf)
            return conversations.get(session, conversation_id)

    def delete(self, conversation_id: int) -> None:
        """With its messages, sources and feedback."""
        with self._database.write() as session:
            conversations.delete(session, conversation_id)

    def add_question(self, conversation_id: int, parent: int | None, content: str, mode: Mode) -> Message:
        """A question after the message `parent`, or at the root. It becomes the conversation's leaf."""
        with self._database.write() as session:
            question_id = messages.add(
                session,
                conversation_id,
                parent,
                role=Role.USER,
                content=content,
                status=MessageStatus.COMPLETE,
                mode=mode,
            )
            return answers.read(session, [question_id])[0]

    def begin_answer(self, conversation_id: int, question_id: int, mode: Mode, model: str) -> Message:
        """An empty answer in status STREAMING, after the question. It becomes the conversation's leaf."""
        with self._database.write() as session:
            return answers.begin(session, conversation_id, question_id, mode, model)

    def write_partial(self, answer_id: int, text: str) -> None:
        """All of the text so far. To be called at least every second while streaming."""
        with self._database.write() as session:
            messages.write_partial(session, answer_id, text)

    def finish_answer(self, answer_id: int, answer: Answer, status: MessageStatus) -> Message:
        """The whole answer with citations, quotes and numbers, replacing what was streamed."""
        with self._database.write() as session:
            return answers.finish(session, answer_id, answer, status)

    def fail_answer(self, answer_id: int, reason: str) -> Message:
        """FAILED: the text stays as far as it came, the reason becomes its last notice."""
        with self._database.write() as session:
            return answers.fail(session, answer_id, reason)

    def give_sources(self, conversation_id: int, answer_id: int, hits: Sequence[Hit]) -> list[Source]:
        """The hits as sources of this turn, in their order.

        A passage the conversation knows keeps its number, a new one gets the next. Those that no earlier turn of this
        branch gave to the model count as given by this one, unless `mark_given` says otherwise.
        """
        with self._database.write() as session:
            return sources.give(session, conversation_id, answer_id, hits)

    def mark_given(self, answer_id: int, numbers: Sequence[int]) -> None:
        """Exactly these of the turn's sources were added to the prompt, in this order.

        Raises ValueError for a number that is not one of the turn's.
        """
        with self._database.write() as session:
            sources.mark_given(session, answer_id, numbers)

    def given(self, answer_id: int) -> list[Source]:
        """The sources this turn added to the prompt, in order. All turns of a branch together are its prompt's."""
        with self._database.read() as session:
            return sources.given(session, answer_id)

    def sources(self, conversation_id: int) -> list[Source]:
        """By number, of all branches."""
        with self._database.read() as session:
            conversations.get(session, conversation_id)
            return sources.of_conversation(session, conversation_id)

    def message(self, message_id: int) -> Message:
        with self._database.read() as session:
            messages.row(session, message_id)
            return answers.read(session, [message_id])[0]

    def thread(self, conversation_id: int, leaf: int | None = None) -> list[Message]:
        """From the root to the leaf, by default the one last looked at; empty for a new conversation."""
        with self._database.read() as session:
            last = conversations.get(session, conversation_id).leaf if leaf is None else leaf
            if last is None:
                return []
            messages.of_conversation(session, conversation_id, last)
            return answers.read(session, messages.branch(session, last))

    def newest_below(self, message_id: int) -> int:
        """The message added last of all that follow from this one; itself if none does."""
        with self._database.read() as session:
            return messages.newest_below(session, message_id)

    def rate(self, answer_id: int, feedback: Feedback) -> None:
        """Replaces an earlier opinion. Raises UsageError for a question."""
        with self._database.write() as session:
            ratings.rate(session, answer_id, feedback)

    def withdraw(self, answer_id: int) -> None:
        """The opinion no longer counts; nothing happens if there was none."""
        with self._database.write() as session:
            ratings.withdraw(session, answer_id)

    def feedback_count(self) -> dict[str, int]:
        """Answers by key: "up", "down", "corrected" (also counted as up or down), "withdrawn"."""
        with self._database.read() as session:
            return ratings.counts(session)

    def feedback_records(self) -> Iterator[FeedbackRecord]:
        """Every rated answer, oldest first, without those withdrawn."""
        with self._database.read() as session:
            rated = ratings.rated(session)
        for answer_id in rated:
            with self._database.read() as session:
                record = examples.record(session, answer_id)
            if record is not None:
                yield record
