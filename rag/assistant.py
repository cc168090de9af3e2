"""The service: everything the window, the terminal and the tests can ask of Footnote.

It only passes on: each method belongs to the room that does the work. Long jobs are generators of rag.events that
take a cancel token; everything else returns in milliseconds. It knows no SQL, no llama.cpp, no FAISS and no screen.

Threads: reading methods may be called from any thread. The jobs that write the library (`add`, `refresh`,
`retry`, `embed_pending`, `remove`, `rebuild_index`) are called from one thread at a time; `ask` and `suggest` may run
beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.sampling import check_sampling
from local_models.types import DownloadProgress, EmbedderIdentity, ModelFile, ModelInfo, Role, Sampling
from rag import draft_templates, drafting, feedback, sharing
from rag.answering import Answering
from rag.errors import UsageError
from rag.events import AddEvent, AskEvent, DraftEvent, Notice, Progress, Retrieved
from rag.examination import Check, examine
from rag.folders.service import Folders
from rag.grid import Grid
from rag.ingest import Ingest
from rag.models import Models
from rag.reports.running import Reports
from rag.restaging import Restaging
from rag.retrieval import Retriever
from rag.right_of_way import RightOfWay
from rag.store.store import Store
from rag.titles import title_of_question
from rag.types import (
    Collection,
    Conversation,
    Document,
    Excerpt,
    Feedback,
    Message,
    Mode,
    Page,
    Scope,
    Source,
    Span,
)
from rag.user_types import AnswerSettings, Draft, DraftTemplate, DraftVersion, Preferences
from rag.wording import FREE_NEEDS


@dataclass(frozen=True)
class Assistant:
    """Built by rag.bootstrap; closed by whoever opened it."""

    data_dir: Path
    store: Store
    ingest: Ingest
    retriever: Retriever
    answering: Answering
    model_room: Models
    reports: Reports
    """Jobs over whole documents, and what they found."""
    folders: Folders
    """The folders documents lie in: watching them, what is left out of them, what of them is not there now."""
    restaging: Restaging
    """Another embedder, or passages of another length: what it costs, and its making beside the index in use."""
    way: RightOfWay
    children: Mapping[str, Callable[[], int]]
    """Role -> a function that gives the child's resident bytes, 0 when it does not run."""
    shut: Callable[[], None]

    # The library

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        """Read files and folders; searchable by words once DocumentAdded is yielded. Follow with `embed_pending`."""
        return self.ingest.add(paths, cancel, collection=collection)

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Look at every known folder again, and at what a crash left half read."""
        return self.ingest.refresh(cancel)

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        """Try documents again that failed or were quarantined; whole and unchanged ones stay. Raises NotFound."""
        return self.ingest.retry(document_ids, cancel)

    def embed_pending(self, cancel: CancelToken) -> Iterator[Progress]:
        """Give vectors to the passages that have none. Resumes where it was stopped."""
        return self.ingest.embed_pending(cancel)

    def rebuild_index(self, cancel: CancelToken) -> Iterator[Progress]:
        """Make the vector index anew from the database, without embedding again."""
        return self.ingest.rebuild_index(cancel)

    def remove(self, document_ids: Sequence[int]) -> int:
        """Forget documents (the files stay). Answers that cited them keep their quotes. Returns how many went."""
        return self.ingest.remove(document_ids)

    def documents(self, scope: Scope = Scope()) -> list[Document]:
        return self.store.library.documents(scope)

    def document(self, document_id: int) -> Document:
        """Raises NotFound."""
        return self.store.library.document(document_id)

    def pages(self, document_id: int, first: int = 1, last: int | None = None) -> list[Page]:
        """The pages as they were read, with their boxes; `last` included. Raises NotFound."""
        return self.store.library.pages(document_id, first, last)

    def excerpts(self, document_id: int, span: Span) -> list[Excerpt]:
        """What characters `span` of the document's text hold of each page, with the blocks. Raises NotFound."""
        return self.store.library.excerpts(document_id, span)

    def grid(self, document_id: int, number: int) -> Grid:
        """The cells of page `number`, where that is a sheet. Raises NotFound."""
        return self.store.library.grid(document_id, number)

    def collections(self) -> list[Collection]:
        return self.store.library.collections()

    def remove_collection(self, collection_id: int) -> None:
        """Forget the grouping; its documents stay."""
        self.store.library.remove_collection(collection_id)

    def search(self, query: str, cancel: CancelToken, *, scope: Scope = Scope(), limit: int = 10) -> Retrieved:
        """The best passages for `query`, best first. Raises UsageError for an empty query or a limit below 1."""
        if not query.strip():
            raise UsageError("The search is empty.", "Type a word to look for.")
        if limit < 1:
            raise UsageError(f"{limit} passages can't be searched for.", "Ask for at least 1.")
        with self.way.answering():
            return self.retriever.retrieve(query, scope=scope, limit=limit, cancel=cancel)

    # Conversations

    def new_conversation(self, *, mode: Mode = Mode.GROUNDED, scope: Scope = Scope(), title: str = "") -> Conversation:
        return self.store.journal.create(title=title, mode=mode, scope=scope)

    def conversations(self, query: str = "") -> list[Conversation]:
        """Newest first; `query` looks in titles and messages."""
        return self.store.journal.conversations(query)

    def conversation(self, conversation_id: int) -> Conversation:
        """Raises NotFound."""
        return self.store.journal.conversation(conversation_id)

    def update_conversation(
        self,
        conversation_id: int,
        *,
        title: str | None = None,
        mode: Mode | None = None,
        scope: Scope | None = None,
        leaf: int | None = None,
    ) -> Conversation:
        """Change what is given; None leaves a thing as it is. Raises NotFound."""
        return self.store.journal.update(conversation_id, title=title, mode=mode, scope=scope, leaf=leaf)

    def delete_conversation(self, conversation_id: int) -> None:
        self.store.journal.delete(conversation_id)

    def thread(self, conversation_id: int, leaf: int | None = None) -> list[Message]:
        """The messages from the first to `leaf`, or to the one last looked at."""
        return self.store.journal.thread(conversation_id, leaf)

    def newest_below(self, message_id: int) -> int:
        """The message added last below this one: where a branch is looked at when it is chosen."""
        return self.store.journal.newest_below(message_id)

    def sources(self, conversation_id: int) -> list[Source]:
        """All sources the conversation has numbered, by number."""
        return self.store.journal.sources(conversation_id)

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
        search: str = "",
        without_documents: bool = False,
    ) -> Iterator[AskEvent]:
        """Ask in a conversation (None: a new one), below the message `parent` (None: where the conversation stands).

        `mode` and `scope` are remembered for the conversation. `search` is searched in place of the question; if it is
        empty, a follow-up is completed from the conversation. `without_documents` is for this question only: it is
        answered in free mode, whatever the conversation's. Raises UsageError, NotFound, ModelError, WorkerDied.
        """
        if not question.strip():
            raise UsageError("The question is empty.", "Type a question first.")
        settings = self._settings(sampling)
        known = self.conversation(conversation_id).mode if conversation_id is not None else None
        if without_documents or (mode or known) is Mode.FREE:
            self.model_room.check_answers_freely()
        conversation = self._conversation_for(question, conversation_id, mode, scope)
        if without_documents:
            conversation = replace(conversation, mode=Mode.FREE)
        below = parent if parent is not None else conversation.leaf
        yield from self.way.first(self.answering.ask(question, conversation, below, settings, cancel, search=search))

    def edit(
        self, message_id: int, question: str, cancel: CancelToken, *, sampling: Sampling | None = None
    ) -> Iterator[AskEvent]:
        """Ask a stored question in other words: a branch beside it. Nothing is erased."""
        asked = self.store.journal.message(message_id)
        conversation = self.conversation(asked.conversation_id)
        settings = self._settings(sampling)
        yield from self.way.first(self.answering.ask(question, conversation, asked.parent, settings, cancel))

    def regenerate(
        self,
        answer_id: int,
        cancel: CancelToken,
        *,
        mode: Mode | None = None,
        sampling: Sampling | None = None,
        search: str = "",
    ) -> Iterator[AskEvent]:
        """Another answer to the same question, beside the stored one; `mode` for this answer only.

        `search` is searched in place of the question; if empty, what was searched for the stored answer.
        """
        answer = self.store.journal.message(answer_id)
        question = answer
        if answer.role is Role.ASSISTANT and answer.parent is not None:
            question = self.store.journal.message(answer.parent)
        conversation = self.conversation(question.conversation_id)
        conversation = replace(conversation, mode=mode or question.mode or conversation.mode)
        if conversation.mode is Mode.FREE:
            self.model_room.check_answers_freely()
        wanted = search or (answer.answer.searched_for if answer.answer else "")
        settings = self._settings(sampling)
        yield from self.way.first(self.answering.answer(question, conversation, settings, cancel, search=wanted))

    def needed_without_documents(self) -> str:
        """What has to be done before a question can be answered without documents; empty when nothing has."""
        return " ".join(FREE_NEEDS) if self.model_room.only_reads() else ""

    def written_out(self, conversation_id: int, layout: str, *, leaf: int | None = None) -> str:
        """A branch as a text with all its footnotes; see rag.sharing for layouts. Raises NotFound, UsageError."""
        messages = self.thread(conversation_id, leaf)
        return sharing.conversation_written(self.conversation(conversation_id), messages, layout)

    # Feedback

    def rate(self, answer_id: int, rating: Feedback) -> None:
        """Keep what the user thinks of an answer, in place of what was kept before. Raises UsageError, NotFound."""
        self.store.journal.rate(answer_id, feedback.check(rating))

    def withdraw_feedback(self, answer_id: int) -> None:
        self.store.journal.withdraw(answer_id)

    def export_feedback(self, layout: str) -> Iterator[dict[str, object]]:
        """One line of JSONL each; `layout` is "sft", "dpo", "kto" or "raw". Raises UsageError for another."""
        return feedback.export(self.store.journal.feedback_records(), layout)

    # Drafting

    def drafts(self) -> list[Draft]:
        return self.store.drafts.drafts()

    def draft(self, draft_id: int) -> Draft:
        return self.store.drafts.draft(draft_id)

    def new_draft(self, *, title: str, language: str = "markdown", content: str = "") -> Draft:
        return self.store.drafts.create(title=title, language=language, content=content)

    def save_draft(self, draft_id: int, content: str, *, origin: str = "user", instruction: str = "") -> Draft:
        """Add a version to the draft's history if the content changed."""
        return self.store.drafts.save(draft_id, content, origin=origin, instruction=instruction)

    def rename_draft(self, draft_id: int, title: str) -> Draft:
        return self.store.drafts.rename(draft_id, title)

    def set_draft_language(self, draft_id: int, language: str) -> Draft:
        """`language` is a Pygments alias, "text" or "markdown" for prose."""
        return self.store.drafts.set_language(draft_id, language)

    def delete_draft(self, draft_id: int) -> None:
        self.store.drafts.delete(draft_id)

    def draft_history(self, draft_id: int) -> list[DraftVersion]:
        """Oldest first."""
        return self.store.drafts.history(draft_id)

    def suggest(
        self,
        draft_id: int,
        action: drafting.DraftAction,
        cancel: CancelToken,
        *,
        selection: tuple[int, int] | None = None,
        instruction: str = "",
        sampling: Sampling | None = None,
    ) -> Iterator[DraftEvent]:
        """A suggestion for the stored draft; replaces nothing. Raises ModelError with the bundled reader."""
        suggestion = drafting.suggest(
            self.model_room.generator,
            self.draft(draft_id),
            action,
            cancel,
            selection=selection,
            instruction=instruction,
            sampling=check_sampling(sampling) if sampling else None,
        )
        return self.way.first(suggestion)

    def draft_templates(self) -> list[DraftTemplate]:
        """The built-in ones first, then the user's own."""
        return [*draft_templates.BUILTIN, *self.store.drafts.templates()]

    def save_template(
        self, *, name: str, language: str, instruction: str, body: str, template_id: int | None = None
    ) -> DraftTemplate:
        return self.store.drafts.save_template(
            name=name, language=language, instruction=instruction, body=body, template_id=template_id
        )

    def delete_template(self, template_id: int) -> None:
        self.store.drafts.delete_template(template_id)

    # Models

    def models(self) -> list[ModelFile]:
        """The bundled ones first, then those of the data directory, then a chosen one from elsewhere."""
        return self.model_room.files()

    def use_model(self, name_or_path: str) -> ModelFile:
        """Choose the model for answers and drafts. Raises ModelNotFound, ModelBroken, ModelTooLarge."""
        return self.model_room.use(name_or_path)

    def add_model(self, path: Path, cancel: CancelToken) -> Iterator[Progress]:
        """Copy a GGUF into the data directory, checked."""
        return self.model_room.add(path, cancel)

    def download_model(self, url: str, sha256: str, cancel: CancelToken) -> Iterator[DownloadProgress]:
        """The only thing here that uses the network; resumes after a cut. Raises DownloadError, UsageError."""
        return self.model_room.download(url, sha256, cancel)

    def remove_model(self, name: str) -> None:
        self.model_room.remove(name)

    def embedder(self) -> EmbedderIdentity:
        """The embedder in use."""
        return self.model_room.embedder.identity

    def standing_notices(self) -> list[str]:
        """What has not been as the user set it since the library was opened, each with what to do."""
        return self.model_room.standing_notices()

    def model_info(self) -> ModelInfo | None:
        """The loaded model; None while none is loaded."""
        return self.model_room.loaded()

    def warm_up(self, cancel: CancelToken, mode: Mode = Mode.GROUNDED) -> Iterator[Notice]:
        """Start the children that the mode needs and load their models before the first question."""
        return self.model_room.warm_up(cancel, mode)

    def preferences(self) -> Preferences:
        return self.store.preferences.load()

    def save_preferences(self, preferences: Preferences) -> None:
        """Takes effect with the next answer; `embedder` and `passage_tokens` are changed by `restaging` alone."""
        self.store.preferences.save(preferences)
        self.model_room.apply(preferences)

    def doctor(self) -> list[Check]:
        """What works on this computer and what does not, each with what to do about it."""
        return examine(self.data_dir, self.store, self.model_room)

    def memory(self) -> dict[str, int]:
        """Resident bytes of each child by role; 0 for one that does not run."""
        return {role: resident() for role, resident in self.children.items()}

    def close(self) -> None:
        """Close the children, then the database. Calling it again does nothing."""
        self.shut()

    def _conversation_for(
        self, question: str, conversation_id: int | None, mode: Mode | None, scope: Scope | None
    ) -> Conversation:
        named = title_of_question(question)
        if conversation_id is None:
            return self.new_conversation(mode=mode or Mode.GROUNDED, scope=scope or Scope(), title=named)
        known = self.conversation(conversation_id)
        title = known.title or named
        if replace(known, mode=mode or known.mode, scope=scope or known.scope, title=title) == known:
            return known
        return self.update_conversation(conversation_id, title=title, mode=mode, scope=scope)

    def _settings(self, sampling: Sampling | None) -> AnswerSettings:
        preferences = self.preferences()
        return AnswerSettings(check_sampling(sampling or preferences.sampling), preferences.strength)
