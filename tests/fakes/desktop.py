"""A service with the methods of rag.assistant.Assistant, in memory: small, honest in its events, and quick.

It answers from four invented documents. A test sets `abstain`, `searched_for`, `fail_with`, `answer_text` or `hold`
before it asks.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.types import ModelFile, ModelInfo, Role, Sampling
from rag.account import Account
from rag.errors import FootnoteError, NotFound
from rag.events import (
    AskEvent,
    AskStarted,
    Cited,
    Delta,
    Finished,
    Notice,
    Quoted,
    Reading,
    Retrieved,
    SearchedFor,
)
from rag.sharing import conversation_written
from rag.types import (
    Answer,
    Conversation,
    Feedback,
    Message,
    MessageStatus,
    Mode,
    Quote,
    Scope,
    Source,
    Timings,
)
from rag.user_types import Draft, DraftTemplate, Preferences
from tests.fakes.desktop_library import EVERYTHING, FakeLibrary
from tests.fakes.desktop_samples import ANSWER, NOW, cite, quotes_of


class FakeAssistant(FakeLibrary):
    """See the module. `pace` is the pause between deltas in seconds."""

    def __init__(self, data_dir: Path, *, pace: float = 0.0) -> None:
        super().__init__(data_dir, pace=pace)
        self.answer_text = ANSWER
        self.searched_for = ""
        self.abstain = False
        self.needed = ""
        self.account: Account | None = None
        self.fail_with: FootnoteError | None = None
        self.notices: tuple[str, ...] = ()
        self.hold = threading.Event()
        self.hold.set()
        self.asked: list[tuple[str, Mode | None, Scope | None]] = []
        self.closed = False
        self._heads: dict[int, Conversation] = {}
        self._messages: dict[int, Message] = {}
        self._preferences = Preferences()

    # conversations
    def new_conversation(
        self, *, mode: Mode = Mode.GROUNDED, scope: Scope = EVERYTHING, title: str = ""
    ) -> Conversation:
        number = self._next_id()
        self._heads[number] = Conversation(number, title, mode, scope, NOW, NOW + timedelta(seconds=number))
        return self._heads[number]

    def conversations(self, query: str = "") -> list[Conversation]:
        wanted = query.casefold()
        heads = [head for head in self._heads.values() if wanted in self._everything_said(head.id).casefold()]
        return sorted(heads, key=lambda head: head.updated_at, reverse=True)

    def conversation(self, conversation_id: int) -> Conversation:
        try:
            return self._heads[conversation_id]
        except KeyError:
            raise NotFound("This conversation is gone.") from None

    def update_conversation(
        self,
        conversation_id: int,
        *,
        title: str | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
        leaf: int | None = None,
    ) -> Conversation:
        head = self.conversation(conversation_id)
        head = replace(
            head,
            title=head.title if title is None else title,
            mode=mode or head.mode,
            scope=head.scope if scope is None else scope,
            leaf=leaf or head.leaf,
        )
        self._heads[conversation_id] = head
        return head

    def delete_conversation(self, conversation_id: int) -> None:
        self.conversation(conversation_id)
        del self._heads[conversation_id]

    def thread(self, conversation_id: int, leaf: int | None = None) -> list[Message]:
        number = leaf or self.conversation(conversation_id).leaf
        thread: list[Message] = []
        while number is not None:
            message = self._messages[number]
            thread.append(replace(message, siblings=self._siblings(message)))
            number = message.parent
        return thread[::-1]

    def newest_below(self, message_id: int) -> int:
        while below := [message.id for message in self._messages.values() if message.parent == message_id]:
            message_id = below[-1]
        return message_id

    def sources(self, conversation_id: int) -> list[Source]:
        return list(self._sources()) if any(m.answer for m in self.thread(conversation_id)) else []

    def ask(
        self,
        question: str,
        cancel: CancelToken,
        *,
        conversation_id: int | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
        parent: int | None = None,
        sampling: Sampling | None = None,
    ) -> Iterator[AskEvent]:
        self.asked.append((question, mode, scope))
        if conversation_id is None:
            conversation_id = self.new_conversation(title=question[:60], mode=mode or Mode.GROUNDED).id
        head = self.conversation(conversation_id)
        asked = self._keep(conversation_id, parent or head.leaf, Role.USER, question)
        yield from self._answer(asked, mode or head.mode, cancel)

    def edit(
        self,
        message_id: int,
        question: str,
        cancel: CancelToken,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
        sampling: Sampling | None = None,
    ) -> Iterator[AskEvent]:
        old = self._messages[message_id]
        asked = self._keep(old.conversation_id, old.parent, Role.USER, question)
        yield from self._answer(asked, mode or Mode.GROUNDED, cancel)

    def regenerate(
        self,
        answer_id: int,
        cancel: CancelToken,
        *,
        mode: Mode | None = None,
        scope: Scope | None = None,
        sampling: Sampling | None = None,
        search: str = "",
    ) -> Iterator[AskEvent]:
        old = self._messages[answer_id]
        assert old.parent is not None
        self.searched_for = search or self.searched_for
        yield from self._answer(self._messages[old.parent], mode or Mode.GROUNDED, cancel)

    # feedback
    def rate(self, answer_id: int, feedback: Feedback) -> None:
        self._messages[answer_id] = replace(self._messages[answer_id], feedback=feedback)

    def withdraw_feedback(self, answer_id: int) -> None:
        self._messages[answer_id] = replace(self._messages[answer_id], feedback=None)

    # drafts
    def drafts(self) -> list[Draft]:
        return []

    def draft_templates(self) -> list[DraftTemplate]:
        return []

    # models
    def models(self) -> list[ModelFile]:
        path = Path("reader.gguf")
        return [ModelFile("Bundled reader", path, 30_000_000, "llama", 12_000_000, "Q8_0", 2048, bundled=True)]

    def model_info(self) -> ModelInfo | None:
        return ModelInfo("Bundled reader", Path("reader.gguf"), "llama", 12_000_000, 2048, "cpu")

    def needed_without_documents(self) -> str:
        return self.needed

    def written_out(self, conversation_id: int, layout: str, *, leaf: int | None = None) -> str:
        return conversation_written(self.conversation(conversation_id), self.thread(conversation_id, leaf), layout)

    def warm_up(self, cancel: CancelToken) -> Iterator[Notice]:
        yield from ()

    def preferences(self) -> Preferences:
        return self._preferences

    def save_preferences(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def memory(self) -> dict[str, int]:
        return {"window": 120_000_000}

    def close(self) -> None:
        self.closed = True

    # how it answers
    def _answer(self, asked: Message, mode: Mode, cancel: CancelToken) -> Iterator[AskEvent]:
        reply = self._keep(asked.conversation_id, asked.id, Role.ASSISTANT, "", MessageStatus.STREAMING, mode)
        yield AskStarted(asked.conversation_id, asked.id, reply.id, free=mode is Mode.FREE)
        quotes = () if mode is Mode.FREE else quotes_of(self._sources())
        if self.searched_for:
            yield SearchedFor(self.searched_for)
        if mode is not Mode.FREE:
            yield Retrieved(self._hits(), len(self._documents), 0.03)
            yield Quoted(self._sources(), quotes)
        for notice in self.notices:
            yield Notice(notice)
        written = ""
        if mode is Mode.FREE or (mode is not Mode.QUOTES and not self.abstain):
            for event in self._write(reply, cancel):
                written += event.text if isinstance(event, Delta) else ""
                yield event
        stopped = cancel.cancelled
        answer = self._finish(written, mode, quotes)
        if answer.citations:
            yield Cited(answer.text, answer.citations)
        status = MessageStatus.STOPPED if stopped else MessageStatus.COMPLETE
        self._messages[reply.id] = replace(self._messages[reply.id], content=answer.text, status=status, answer=answer)
        yield Finished(reply.id, answer, stopped=stopped)

    def _write(self, reply: Message, cancel: CancelToken) -> Iterator[Reading | Delta]:
        for done in range(0, 400, 100):
            yield Reading(done, 400)
        for start in range(0, len(self.answer_text), 6):
            if start > 30 and self.fail_with is not None:
                self._messages[reply.id] = replace(reply, status=MessageStatus.FAILED)
                raise self.fail_with
            if start > 30:
                while not self.hold.wait(0.01) and not cancel.cancelled:
                    pass
            if cancel.wait(self.pace):
                return
            yield Delta(self.answer_text[start : start + 6])

    def _finish(self, written: str, mode: Mode, quotes: tuple[Quote, ...]) -> Answer:
        if self.abstain and mode is not Mode.FREE:
            written = "Your documents do not say."
        sources = () if mode is Mode.FREE else self._sources()
        return Answer(
            text=written,
            mode=mode,
            abstained=self.abstain and mode is not Mode.FREE,
            citations=() if mode is Mode.FREE or self.abstain else cite(written, quotes),
            sources=sources,
            quotes=quotes,
            notices=self.notices,
            model="Bundled reader",
            timings=Timings(0.03, 0.8, 3.4),
            completion_tokens=len(written) // 4,
            account=self.account,
            searched_for=self.searched_for,
        )

    def _keep(
        self,
        conversation_id: int,
        parent: int | None,
        role: Role,
        content: str,
        status: MessageStatus = MessageStatus.COMPLETE,
        mode: Mode | None = None,
    ) -> Message:
        message = Message(self._next_id(), conversation_id, parent, role, content, status, NOW, mode)
        self._messages[message.id] = message
        self.update_conversation(conversation_id, leaf=message.id)
        return message

    def _siblings(self, message: Message) -> tuple[int, ...]:
        same = (message.conversation_id, message.parent, message.role)
        return tuple(m.id for m in self._messages.values() if (m.conversation_id, m.parent, m.role) == same)

    def _everything_said(self, conversation_id: int) -> str:
        said = [m.content for m in self._messages.values() if m.conversation_id == conversation_id]
        return "\n".join([self._heads[conversation_id].title, *said])
