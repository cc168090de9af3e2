"""The conversation on screen: loads it, asks, shows the answer as it comes, and keeps what the user thinks of it.

Everything slow goes through the lanes: asking in `ask`, the rest in `read` (its small writes do not wait behind an
indexing that may run for hours; SQLite lets them in between). At most one answer is being written at a time; it goes
on when another conversation is looked at. It knows nothing of the panels at its sides.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.chat.answer import AnswerView
from desktop.chat.asking import Asking
from desktop.chat.composer import Composer
from desktop.chat.loading import Loaded, Standing, read_standing, read_thread
from desktop.chat.question import QuestionView
from desktop.chat.scope import ScopeChooser
from desktop.chat.transcript import MEASURE, Transcript
from desktop.chat.welcome import Welcome
from desktop.controls import column, row
from desktop.feedback.panel import FeedbackPanel
from desktop.jobs import Job, Lanes, Work
from desktop.tokens import XL, M
from local_models.types import Role
from rag.errors import FootnoteError
from rag.events import AskStarted, Finished, Quoted, Retrieved
from rag.types import Feedback, Message, Mode, Scope, Source, Verdict

if TYPE_CHECKING:
    from rag.assistant import Assistant


class ChatPage(QWidget):
    """`conversation_changed` carries the id on screen (0: a new one); `sources_changed` its sources, `passages_found`
    the files an answer will be made from."""

    conversation_changed = Signal(int)
    conversation_touched = Signal()
    sources_changed = Signal(object)
    passages_found = Signal(object)
    references_opened = Signal(object, int)
    running_changed = Signal(bool)
    failed = Signal(object)
    add_requested = Signal()
    models_requested = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._conversation_id: int | None = None
        self._leaf: int | None = None
        self._sources: list[Source] = []
        self._asking: Asking | None = None
        self._answer: AnswerView | None = None
        self._question: QuestionView | None = None
        self._loading: Job | None = None
        self._standing = Standing()
        self._welcome = Welcome()
        self._welcome.add_requested.connect(self.add_requested)
        self._transcript = Transcript(self._view_of)
        self._scope = ScopeChooser()
        self._scope.opened.connect(self.refresh)
        self._composer = Composer(self._scope)
        self._composer.asked.connect(self.ask)
        self._composer.stop_requested.connect(self.stop)
        self._composer.mode_chosen.connect(self._keep_choice)
        self._composer.scope_chosen.connect(self._keep_choice)
        self._lay_out()
        self.new_conversation()

    @property
    def conversation_id(self) -> int | None:
        return self._conversation_id

    @property
    def running(self) -> bool:
        return self._asking is not None

    def new_conversation(self) -> None:
        """An empty page; nothing is stored before the first question."""
        self._forget()
        self._show_empty(empty=True)
        self.conversation_changed.emit(0)
        self.focus_question()
        self.refresh()

    def open_conversation(self, conversation_id: int) -> None:
        self._forget()
        self._conversation_id = conversation_id
        self._load()
        self.conversation_changed.emit(conversation_id)

    def ask(self, question: str) -> None:
        """Ask where the conversation stands. Ignored while an answer is being written."""
        if self._asking is not None:
            return
        work = partial(
            self._assistant.ask,
            question,
            conversation_id=self._conversation_id,
            mode=self._composer.mode,
            scope=self._composer.scope,
            parent=self._leaf,
        )
        self._start(work, question)

    def stop(self) -> None:
        """Stop the answer that is being written."""
        if self._asking is not None:
            self._asking.cancel()

    def prepare(self) -> None:
        """Make and drop a question and an answer: the first load fonts and icons (36 ms, the next 4)."""
        for made in (self._question_view(" "), self._answer_view()):
            made.ensurePolished()
            made.deleteLater()

    def focus_question(self) -> None:
        self._composer.focus()

    def refresh(self) -> None:
        """Read again which documents there are."""
        job = self._lanes.read.call(self._read_library)
        job.reported.connect(self._show_library)
        job.failed.connect(self.failed)

    def recall(self) -> None:
        """Read again what other pages may have changed: the model in use, and what is to be shown of it."""
        job = self._lanes.read.call(partial(read_standing, self._assistant))
        job.reported.connect(self._show_standing)
        job.failed.connect(self.failed)

    def _lay_out(self) -> None:
        foot = row()
        foot.setContentsMargins(XL, 0, XL, M)
        foot.addStretch(1)
        self._composer.setMaximumWidth(MEASURE + 2 * M)
        foot.addWidget(self._composer, 100)
        foot.addStretch(1)
        stack = column(self)
        stack.addWidget(self._welcome, 1)
        stack.addWidget(self._transcript, 1)
        stack.addLayout(foot)

    # Loading

    def _load(self, leaf: int | None = None) -> None:
        assert self._conversation_id is not None
        self._loading = self._lanes.read.call(partial(read_thread, self._assistant, self._conversation_id, leaf))
        self._loading.reported.connect(self._show_loaded)
        self._loading.failed.connect(self.failed)

    def _show_loaded(self, loaded: Loaded) -> None:
        conversation, messages, sources = loaded
        if self.sender() is not self._loading or conversation.id != self._conversation_id:
            return
        self._composer.show_mode(conversation.mode)
        self._composer.show_scope(conversation.scope)
        self._leaf = messages[-1].id if messages else None
        self._show_empty(empty=not messages)
        self._show_sources(sources)
        self._answer = self._question = None
        self._transcript.show_thread(messages)

    def _view_of(self, message: Message) -> QWidget:
        if message.role is Role.USER:
            return self._question_view(message.content, message)
        if self._asking is not None and self._asking.started and self._asking.started.answer_id == message.id:
            self._answer = self._answer_view()
            for event in self._asking.events:
                self._answer.apply(event)
            return self._answer
        view = self._answer_view()
        view.show_message(message)
        return view

    def _question_view(self, text: str, message: Message | None = None) -> QuestionView:
        view = QuestionView(text)
        view.edited.connect(self._edit)
        view.editing_begun.connect(self._show_edited)
        view.branch_requested.connect(self._go_to_branch)
        if message is not None:
            view.show_message(message)
        return view

    def _answer_view(self) -> AnswerView:
        view = AnswerView()
        view.references_opened.connect(self.references_opened)
        view.again_requested.connect(self._answer_again)
        view.without_documents_requested.connect(self._answer_without_documents)
        view.models_requested.connect(self.models_requested)
        view.show_needed(self._standing.needed)
        view.show_certainty(shown=self._standing.certainty)
        view.search_changed.connect(self._search_instead)
        view.rated.connect(self._rate)
        view.branch_requested.connect(self._go_to_branch)
        return view

    # Asking

    def _start(self, work: Work, question: str) -> None:
        self._show_empty(empty=False)
        self._question = self._question_view(question)
        self._answer = self._answer_view()
        self._transcript.append(self._question)
        self._transcript.append(self._answer)
        self._run(work, question)

    def _run(self, work: Work, question: str) -> None:
        self._asking = Asking(self._lanes.ask, work, question, self)
        self._asking.advanced.connect(self._advance)
        self._asking.ended.connect(self._end)
        self._composer.show_running(running=True)
        self.running_changed.emit(True)  # noqa: FBT003  # Qt signals have no keywords

    def _advance(self, event: object) -> None:
        if isinstance(event, AskStarted):
            self._note_start(event)
        if isinstance(event, Retrieved):
            self.passages_found.emit([hit.document.path for hit in event.hits])
        if not self._asking_is_shown() or self._answer is None:
            return
        self._answer.apply(event)
        if isinstance(event, Quoted):
            known = {source.number for source in self._sources}
            self._show_sources([*self._sources, *(s for s in event.sources if s.number not in known)])
        if isinstance(event, Finished):
            self._leaf = event.answer_id

    def _note_start(self, event: AskStarted) -> None:
        if self._conversation_id is None and self._question is not None:
            self._conversation_id = event.conversation_id
            self.conversation_changed.emit(event.conversation_id)
        if self._asking_is_shown() and self._question is not None:
            self._question.know_id(event.question_id)
            self._leaf = event.answer_id
        self.conversation_touched.emit()

    def _asking_is_shown(self) -> bool:
        started = self._asking.started if self._asking else None
        return started is not None and started.conversation_id == self._conversation_id

    def _end(self, error: FootnoteError | None) -> None:
        asking, self._asking = self._asking, None
        self._composer.show_running(running=False)
        self.running_changed.emit(False)  # noqa: FBT003
        if asking is None:
            return
        asking.deleteLater()
        self.conversation_touched.emit()
        self.recall()
        on_screen = self._answer if asking.started is None or self._is_shown(asking.started) else None
        if on_screen is not None and error is not None:
            on_screen.show_failure(error)
        elif on_screen is not None and asking.stopped:
            on_screen.show_stopped()
        elif error is not None:
            self.failed.emit(error)
        if asking.started is not None and self._is_shown(asking.started):
            self._read_branches()

    def _is_shown(self, started: AskStarted) -> bool:
        return started.conversation_id == self._conversation_id

    def _read_branches(self) -> None:
        """The new messages' branches are known to the store; ask for them once the answer is there."""
        assert self._conversation_id is not None
        job = self._lanes.read.call(partial(read_thread, self._assistant, self._conversation_id, self._leaf))
        job.reported.connect(self._show_branches)
        job.failed.connect(self.failed)

    def _show_branches(self, loaded: Loaded) -> None:
        conversation, messages, sources = loaded
        if conversation.id != self._conversation_id:
            return
        by_id = {message.id: message for message in messages}
        for view in self._transcript.views():
            if isinstance(view, QuestionView) and view.message_id in by_id:
                view.show_message(by_id[view.message_id])
            elif isinstance(view, AnswerView) and view.answer_id in by_id:
                view.show_place(by_id[view.answer_id])
        self._show_sources(sources)

    # What the user wants of a message

    def _edit(self, text: str) -> None:
        view = self.sender()
        if isinstance(view, QuestionView) and view.message_id is not None and self._asking is None:
            self._drop_from(view)
            self._start(partial(self._assistant.edit, view.message_id, text), text)

    def _show_edited(self) -> None:
        view = self.sender()
        if isinstance(view, QuestionView):
            self._transcript.show_view(view)

    def _answer_again(self) -> None:
        """As it was answered: what was asked without documents is asked without them again."""
        view = self.sender()
        free = isinstance(view, AnswerView) and view.free
        self._replace_answer(view, mode=Mode.FREE if free else None)

    def _answer_without_documents(self) -> None:
        self._replace_answer(self.sender(), mode=Mode.FREE)

    def _search_instead(self, search: str) -> None:
        self._replace_answer(self.sender(), mode=None, search=search)

    def _replace_answer(self, view: object, *, mode: Mode | None, search: str = "") -> None:
        """Another answer beside this one; what came after it belongs to the other branch."""
        if not isinstance(view, AnswerView) or self._asking is not None:
            return
        question = self._question_above(view)
        self._drop_from(view)
        self._question, self._answer = question, self._answer_view()
        self._transcript.append(self._answer)
        if view.answer_id is None:
            text = question.text if question else ""
            self._run(partial(self._assistant.ask, text, conversation_id=self._conversation_id, mode=mode), text)
        else:
            again = partial(self._assistant.regenerate, view.answer_id, mode=mode, search=search)
            self._run(again, question.text if question else "")

    def _question_above(self, view: AnswerView) -> QuestionView | None:
        views = self._transcript.views()
        place = views.index(view)
        above = views[place - 1] if place else None
        return above if isinstance(above, QuestionView) else None

    def _drop_from(self, view: QWidget) -> None:
        views = self._transcript.views()
        for later in views[views.index(view) :]:
            self._transcript.remove(later)

    def _go_to_branch(self, message_id: int) -> None:
        if self._conversation_id is not None and self._asking is None:
            self._load(message_id)

    def _rate(self, verdict: Verdict) -> None:
        """The thumb counts at once; why is asked for in a panel below."""
        view = self.sender()
        if not isinstance(view, AnswerView) or view.answer_id is None:
            return
        current = view.feedback
        if current is None or current.verdict is not verdict:
            current = Feedback(verdict)
            job = self._lanes.read.call(partial(self._assistant.rate, view.answer_id, current))
            job.failed.connect(self.failed)
        view.show_verdict(current)
        panel = FeedbackPanel(self._assistant, self._lanes, view.answer_id, current)
        panel.saved.connect(view.show_verdict)
        panel.withdrawn.connect(view.forget_verdict)
        panel.closed.connect(panel.deleteLater)
        view.show_panel(panel)

    # Small things

    def _keep_choice(self, _choice: object) -> None:
        if self._conversation_id is not None:
            keep = partial(
                self._assistant.update_conversation,
                self._conversation_id,
                mode=self._composer.mode,
                scope=self._composer.scope,
            )
            self._lanes.read.call(keep).failed.connect(self.failed)

    def _forget(self) -> None:
        self._conversation_id = self._leaf = self._loading = None
        self._answer = self._question = None
        self._transcript.clear()
        self._show_sources([])

    def _show_empty(self, *, empty: bool) -> None:
        self._welcome.setVisible(empty)
        self._transcript.setVisible(not empty)

    def _show_sources(self, sources: list[Source]) -> None:
        self._sources = sources
        self.sources_changed.emit(sources)

    def _show_standing(self, standing: Standing) -> None:
        self._standing = standing
        for view in self._transcript.views():
            if isinstance(view, AnswerView):
                view.show_needed(standing.needed)
                view.show_certainty(shown=standing.certainty)

    def _read_library(self) -> tuple[object, object]:
        return self._assistant.collections(), self._assistant.documents(Scope())

    def _show_library(self, library: tuple[list[object], list[object]]) -> None:
        collections, documents = library
        self._scope.show_library(collections, documents)  # type: ignore[arg-type]
        self._welcome.show_count(len(documents))
