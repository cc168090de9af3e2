"""A service for the terminal's tests: answers from memory what the real one reads from a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from local_models.cancel import CancelToken
from local_models.types import EmbedderIdentity, ModelFile, Role, Sampling
from rag.assistant import Assistant
from rag.cli.session import Opener
from rag.drafting import DraftAction
from rag.errors import DocumentBroken, NotFound
from rag.events import (
    AddEvent,
    AddFinished,
    AskEvent,
    AskStarted,
    Cited,
    Delta,
    DocumentAdded,
    DocumentFailed,
    DraftEvent,
    DraftSuggested,
    Finished,
    Notice,
    Progress,
    Quoted,
    Retrieved,
    SearchedFor,
)
from rag.sharing import conversation_written
from rag.types import (
    Answer,
    Citation,
    CitationOrigin,
    Collection,
    Conversation,
    Document,
    DocumentState,
    Feedback,
    Hit,
    Message,
    MessageStatus,
    Mode,
    Page,
    Passage,
    Place,
    Quote,
    Scope,
    Scores,
    Source,
    Span,
    Timings,
)
from rag.user_types import Draft, DraftVersion, Preferences
from tests.fakes.folders import FakeFolders
from tests.fakes.restaging import FakeRestaging

EVERYTHING = Scope()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = Document(
    1, Path("/docs/Lease.pdf"), "Lease", "application/pdf", "0" * 64, 9, DocumentState.COMPLETE, pages=2, passages=3
)
SOURCE = Source(3, 7, 1, "Lease", LEASE.path, "Pets", Place(page=4), "Pets need written consent.", Span(10, 36, 4))
ANSWER = Answer(
    text="Only with written consent. [3]",
    mode=Mode.GROUNDED,
    citations=(Citation(SOURCE, 0, 26, "Pets need written consent.", SOURCE.span, 0.9, CitationOrigin.MODEL),),
    sources=(SOURCE,),
    quotes=(Quote(SOURCE, "Pets need written consent.", SOURCE.span, 0.8),),
    model="a-model",
    timings=Timings(0.1, 0.5, 1.0),
    prompt_tokens=90,
    completion_tokens=9,
)
HIT = Hit(
    Passage(7, 1, 0, SOURCE.text, SOURCE.span, "Pets", SOURCE.place), LEASE, Scores(words=4.2, vectors=None, fused=0.7)
)


@dataclass
class FakeAssistant:
    """Holds what the commands were told; `answers` are given in turn, the last one again and again."""

    answers: list[Answer] = field(default_factory=lambda: [ANSWER])
    failing: list[DocumentFailed] = field(default_factory=list)
    on_ask: Callable[[CancelToken], None] = lambda _token: None
    asked: list[dict[str, object]] = field(default_factory=list)
    rated: dict[int, Feedback] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    content: str = "It began"
    saved: list[str] = field(default_factory=list)
    needed: str = ""
    warmed: list[Mode] = field(default_factory=list)
    closed: int = 0
    retried: list[tuple[int, ...]] = field(default_factory=list)
    folders: FakeFolders = field(default_factory=FakeFolders)
    restaging: FakeRestaging = field(default_factory=FakeRestaging)
    sums: AddFinished | None = None

    def embedder(self) -> EmbedderIdentity:
        return EmbedderIdentity("all-MiniLM-L6-v2", "digest", 384, 256, ("en",))

    def opener(self) -> Opener:
        return cast("Opener", lambda _folder: cast("Assistant", self))

    def standing_notices(self) -> list[str]:
        return []

    def close(self) -> None:
        self.closed += 1

    def warm_up(self, cancel: CancelToken, mode: Mode = Mode.GROUNDED) -> Iterator[Notice]:
        self.warmed.append(mode)
        yield Notice("A faster way could not be used.")

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        yield Progress(0, len(paths), paths[0].name)
        yield from self.failing
        added = len(paths) - len(self.failing)
        for _ in range(added):
            yield DocumentAdded(LEASE, replaced=False)
        yield self.sums or AddFinished(added, 0, tuple(self.failing), 3 * added)

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        self.retried.append(tuple(document_ids))
        yield AddFinished(len(document_ids), 0, (), 3)

    def embed_pending(self, cancel: CancelToken) -> Iterator[Progress]:
        yield Progress(3, 3, "passages")

    def documents(self, scope: Scope = EVERYTHING) -> list[Document]:
        return [LEASE]

    def pages(self, document_id: int) -> list[Page]:
        return [Page(3, "Flat 12."), Page(4, SOURCE.text)]

    def collections(self) -> list[Collection]:
        return [Collection(5, "Flat", Path("/docs"), 1)]

    def remove(self, document_ids: Sequence[int]) -> int:
        self.removed += document_ids
        return len(document_ids)

    def search(self, query: str, cancel: CancelToken, *, scope: Scope = EVERYTHING, limit: int = 10) -> Retrieved:
        self.asked.append({"query": query, "scope": scope, "limit": limit})
        return Retrieved((HIT,), 1, 0.01)

    def preferences(self) -> Preferences:
        return Preferences()

    def ask(self, question: str, cancel: CancelToken, **options: object) -> Iterator[AskEvent]:
        self.asked.append({"question": question, **options})
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        yield AskStarted(4, 10, 11)
        if answer.searched_for:
            yield SearchedFor(answer.searched_for)
        yield Retrieved((HIT,), 1, 0.1)
        yield Quoted(answer.sources, answer.quotes)
        yield Delta(answer.text)
        self.on_ask(cancel)
        yield Cited(answer.text, answer.citations)
        yield Finished(11, answer, stopped=cancel.cancelled)

    def regenerate(self, answer_id: int, cancel: CancelToken, **options: object) -> Iterator[AskEvent]:
        return self.ask(f"answer {answer_id} again", cancel, **options)

    def needed_without_documents(self) -> str:
        return self.needed

    def written_out(self, conversation_id: int, layout: str, *, leaf: int | None = None) -> str:
        return conversation_written(self.conversation(conversation_id), self.thread(conversation_id, leaf), layout)

    def sources(self, conversation_id: int) -> list[Source]:
        return [SOURCE]

    def conversations(self, query: str = "") -> list[Conversation]:
        return [self.conversation(4)]

    def conversation(self, conversation_id: int) -> Conversation:
        if conversation_id != 4:
            raise NotFound(f"There is no conversation {conversation_id}.", "List them with `footnote history`.")
        return Conversation(4, "Dogs", Mode.GROUNDED, Scope(), NOW, NOW, leaf=11)

    def thread(self, conversation_id: int, leaf: int | None = None) -> list[Message]:
        question = Message(10, 4, None, Role.USER, "May I keep a dog?", MessageStatus.COMPLETE, NOW)
        answer = replace(
            question, id=11, parent=10, role=Role.ASSISTANT, content=ANSWER.text, answer=ANSWER, siblings=(11, 12)
        )
        return [question, answer]

    def rate(self, answer_id: int, rating: Feedback) -> None:
        self.rated[answer_id] = rating

    def export_feedback(self, layout: str) -> Iterator[dict[str, object]]:
        yield {"messages": [], "layout": layout}

    def models(self) -> list[ModelFile]:
        return [ModelFile("footnote-reader", Path("r.gguf"), 9, "llama", 10**6, "Q8_0", 2048, bundled=True)]

    def draft(self, draft_id: int) -> Draft:
        return Draft(draft_id, "A draft", "markdown", self.content, 1 + len(self.saved), NOW)

    def draft_history(self, draft_id: int) -> list[DraftVersion]:
        return []

    def suggest(
        self, draft_id: int, action: DraftAction, cancel: CancelToken, *, sampling: Sampling, **options: object
    ) -> Iterator[DraftEvent]:
        self.asked.append({"action": action, "sampling": sampling, **options})
        yield Delta(" in May.")
        yield DraftSuggested(" in May.")

    def save_draft(self, draft_id: int, content: str, *, origin: str = "user", instruction: str = "") -> Draft:
        self.saved.append(content)
        self.content = content
        return self.draft(draft_id)


def broken(name: str) -> DocumentFailed:
    return DocumentFailed(Path(name), f"{name} is damaged.", DocumentBroken.code)
