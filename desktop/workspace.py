"""The opened library in the window: conversations left, the pages in the middle, sources right, progress below.

It wires the pages to each other and to the keyboard; what a page does is its own business. Pages beside the chat are
made one per turn of the event loop, after the chat stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QSplitter, QStackedWidget, QWidget

from desktop.chat.conversations import ConversationList
from desktop.chat.page import ChatPage
from desktop.code_colours import warm_lexers
from desktop.controls import IconButton, column, row
from desktop.drafting.page import DraftingPage
from desktop.jobs import Lanes
from desktop.joining import joined
from desktop.library.page import LibraryPage
from desktop.models.page import ModelsPage
from desktop.progress_line import ProgressLine
from desktop.rail import Rail
from desktop.reports.page import ReportsPage
from desktop.settings.page import SettingsPage
from desktop.theme import Theme
from desktop.tokens import XS, S
from desktop.viewer.opening import open_document
from desktop.viewer.panel import SourcesPanel
from rag.report_types import ReportKind
from rag.types import Document
from rag.user_types import Preferences

if TYPE_CHECKING:
    from rag.assistant import Assistant

PAGES = (
    ("chat", "Chat"),
    ("library", "Library"),
    ("report", "Reports"),
    ("draft", "Drafts"),
    ("models", "Models"),
    ("settings", "Settings"),
)
CHAT, LIBRARY, REPORTS, DRAFTS, MODELS, SETTINGS = range(len(PAGES))


@dataclass(frozen=True, slots=True)
class Parts:
    """What the workspace opens with; the pages beside the chat and the library come later."""

    conversations: ConversationList
    chat: ChatPage
    library: LibraryPage
    sources: SourcesPanel


def build_workspace(
    assistant: Assistant, lanes: Lanes, theme: Theme, settings: QSettings
) -> Iterator[Workspace | None]:
    """None after each part, at last the workspace: whoever asks lets the event loop run in between."""
    lanes.join_with(joined)
    sources = SourcesPanel(assistant, lanes)
    yield None
    conversations = ConversationList(assistant, lanes)
    yield None
    chat = ChatPage(assistant, lanes)
    yield None
    library = LibraryPage(assistant, lanes)
    yield None
    yield Workspace(assistant, lanes, theme, settings, Parts(conversations, chat, library, sources))


class Workspace(QWidget):
    """`told` carries a sentence, `failed` a FootnoteError, for the window's notices."""

    told = Signal(str)
    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, theme: Theme, settings: QSettings, parts: Parts) -> None:
        super().__init__()
        self._assistant = assistant
        self._lanes = lanes
        self._theme = theme
        self._settings = settings
        self._rail = Rail(PAGES)
        self._conversations = parts.conversations
        self._chat = parts.chat
        self._library = parts.library
        self._sources = parts.sources
        self._progress = ProgressLine()
        self._drafting: DraftingPage | None = None
        self._reports: ReportsPage | None = None
        self._pages = QStackedWidget()
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._sources_wanted = settings.value("sources", "true") == "true"
        self._columns: list[int] = []
        self._sources.prefers_large = settings.value("sources_large", "false") == "true"
        self._lay_out()
        self._connect()
        self._add_keys()
        self.show_page(CHAT)
        QTimer.singleShot(0, self._make_next_page)

    def add(self, paths: Sequence[Path]) -> None:
        """Take files and folders into the library."""
        if paths:
            self._library.add_paths(paths)

    def show_page(self, place: int) -> None:
        large = place == CHAT and self._sources_wanted and self._sources.large
        self._rail.show_place(place)
        self._pages.setCurrentIndex(place)
        self._conversations.setVisible(place == CHAT and not large)
        self._pages.setVisible(not large)
        self._sources.setVisible(place == CHAT and self._sources_wanted)
        self._show_sources.setVisible(place == CHAT and not self._sources_wanted)
        self._progress.hide_progress(hidden=place == LIBRARY)
        self._export_key.setEnabled(place == CHAT)  # elsewhere the keys are a text's own
        if place == CHAT:
            self._chat.recall()
            self._chat.focus_question()

    def begin(self) -> None:
        """Start the models and go on with what an earlier run left half done."""
        warm = self._lanes.read.start(self._assistant.warm_up)
        warm.reported.connect(self._tell_notice)
        warm.completed.connect(self._read_model)
        warm.failed.connect(self.failed)
        self._lanes.read.start(warm_lexers)
        self._library.resume()
        self._lanes.read.call(self._assistant.preferences).reported.connect(self._watch_if_wanted)

    def save_state(self) -> None:
        self._sources.reduce()  # the columns are kept as they stand beside each other
        self._settings.setValue("columns", self._split.saveState())
        self._settings.setValue("sources_large", "true" if self._sources.prefers_large else "false")
        self._settings.setValue("sources", "true" if self._sources_wanted else "false")

    def finish(self) -> None:
        """For the very end, when the lanes are closed: keep unsaved drafts, delete what could still be undone."""
        self._sources.finish()
        if self._reports is not None:
            self._reports.finish()
        deleted = self._conversations.take_deleted()
        if deleted is not None:
            self._assistant.delete_conversation(deleted)
        if self._drafting is not None:
            self._drafting.save_before_closing()

    def _lay_out(self) -> None:
        self._pages.addWidget(self._with_source_button(self._chat))
        self._pages.addWidget(self._library)
        for widget in (self._conversations, self._pages, self._sources):
            self._split.addWidget(widget)
        self._conversations.setMinimumWidth(170)
        self._pages.setMinimumWidth(470)
        self._sources.setMinimumWidth(240)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes([240, 700, 340])
        self._split.setStretchFactor(1, 1)
        state = self._settings.value("columns")
        if isinstance(state, QByteArray):
            self._split.restoreState(state)
        upper = row()
        upper.addWidget(self._rail)
        upper.addWidget(self._split, 1)
        stack = column(self)
        stack.addLayout(upper, 1)
        stack.addWidget(self._progress)

    def _with_source_button(self, page: QWidget) -> QWidget:
        """The button that brings closed sources back stands in the corner of the chat."""
        self._show_sources = IconButton("sources", "Show the sources")
        self._show_sources.clicked.connect(self._toggle_sources)
        holder = QWidget()
        stack = column(holder)
        corner = row()
        corner.setContentsMargins(S, XS, S, 0)
        corner.addStretch()
        corner.addWidget(self._show_sources)
        stack.addLayout(corner)
        stack.addWidget(page, 1)
        return holder

    def _connect(self) -> None:
        self._rail.chosen.connect(self.show_page)
        self._conversations.opened.connect(self._open_conversation)
        self._conversations.new_requested.connect(self._start_conversation)
        self._conversations.removed.connect(self._leave_conversation)
        self._conversations.exported.connect(self._tell_export)
        self._conversations.failed.connect(self.failed)
        self._chat.conversation_changed.connect(self._conversations.select)
        self._chat.conversation_touched.connect(self._conversations.refresh)
        self._chat.sources_changed.connect(self._sources.show_sources)
        self._chat.passages_found.connect(self._sources.expect)
        self._chat.references_opened.connect(self._open_references)
        self._chat.running_changed.connect(self._read_model)
        self._chat.failed.connect(self.failed)
        self._chat.add_requested.connect(self._choose_folder)
        self._chat.models_requested.connect(self._show_models)
        self._sources.closed.connect(self._close_sources)
        self._sources.enlarged.connect(self._make_room)
        self._sources.reduced.connect(self._take_room_back)
        self._sources.failed.connect(self.failed)
        self._library.progressed.connect(self._progress.show_status)
        self._library.paused.connect(self._progress.show_paused)
        self._library.library_changed.connect(self._chat.refresh)
        self._library.document_opened.connect(self._open_document)
        self._library.report_asked.connect(self._begin_report)
        self._progress.cancel_requested.connect(self._library.cancel)
        self._progress.pause_requested.connect(self._library.pause)
        self._progress.resume_requested.connect(self._library.resume)

    def _add_keys(self) -> None:
        self._key("Ctrl+N", self._start_conversation)
        self._key("Ctrl+L", self._go_to_question)
        self._key("Esc", self._step_back)
        self._key("F11", self._change_source_size)
        self._key("F6", self._next_pane)
        self._key("F8", self._show_next_source)
        self._key("Shift+F8", self._show_previous_source)
        self._export_key = self._key("Ctrl+E", self._conversations.ask_export)
        for place in range(len(PAGES)):
            self._key(f"Ctrl+{place + 1}", partial(self.show_page, place))
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self._conversations)
        find.activated.connect(self._conversations.focus_search)

    def _key(self, keys: str, act: Callable[[], object]) -> QShortcut:
        key = QShortcut(QKeySequence(keys), self)
        key.activated.connect(act)
        return key

    def _make_next_page(self) -> None:
        """One page a turn, so that the window answers in between."""
        place = self._pages.count()
        if place == REPORTS:
            self._reports = ReportsPage(self._assistant, self._lanes)
            self._reports.failed.connect(self.failed)
            self._reports.told.connect(self.told)
            self._pages.addWidget(self._reports)
        elif place == DRAFTS:
            self._drafting = DraftingPage(self._assistant, self._lanes)
            self._drafting.models_requested.connect(self._show_models)
            self._pages.addWidget(self._drafting)
        elif place == MODELS:
            models = ModelsPage(self._assistant, self._lanes)
            models.model_changed.connect(self._read_model)
            self._pages.addWidget(models)
        elif place == SETTINGS:
            settings = SettingsPage(self._assistant, self._lanes, self._theme)
            settings.watching_chosen.connect(self._watch)
            settings.folders_concerned.connect(self._library.check_folders)
            settings.finding.change_begun.connect(self._library.resume)
            self._library.index_changed.connect(settings.reload)
            self._pages.addWidget(settings)
        else:
            self._chat.prepare()
            return
        QTimer.singleShot(0, self._make_next_page)

    def _watch_if_wanted(self, preferences: Preferences) -> None:
        self._library.watch(wanted=preferences.watch)

    def _watch(self, wanted: bool) -> None:  # noqa: FBT001  # what a signal brings
        self._library.watch(wanted=wanted)

    def _show_models(self) -> None:
        self.show_page(MODELS)

    def _begin_report(self, kind: ReportKind, documents: list[Document]) -> None:
        if self._reports is not None:
            self.show_page(REPORTS)
            self._reports.begin(kind, [document.id for document in documents])

    def _start_conversation(self) -> None:
        self.show_page(CHAT)
        self._chat.new_conversation()

    def _go_to_question(self) -> None:
        self.show_page(CHAT)

    def _open_conversation(self, conversation_id: int) -> None:
        if conversation_id != self._chat.conversation_id:
            self._chat.open_conversation(conversation_id)

    def _leave_conversation(self, conversation_id: int) -> None:
        if conversation_id == self._chat.conversation_id:
            self._chat.new_conversation()

    def _open_references(self, references: object, place: int) -> None:
        if not self._sources_wanted:
            self._toggle_sources()
        self._sources.open_references(references, place)  # type: ignore[arg-type]

    def _panel(self) -> SourcesPanel:
        """Where sources are shown on the page on screen; reports have a panel of their own."""
        at_reports = self._reports is not None and self._pages.currentIndex() == REPORTS
        return self._reports.sources if at_reports and self._reports is not None else self._sources

    def _show_next_source(self) -> None:
        self._panel().show_next()

    def _show_previous_source(self) -> None:
        self._panel().show_previous()

    def _change_source_size(self) -> None:
        self._panel().change_size()

    def _step_back(self) -> None:
        """Stop what is written; if nothing is, leave a source that was opened large."""
        if self._chat.running:
            self._chat.stop()
        else:
            self._sources.reduce()

    def _make_room(self) -> None:
        """A source over all of the window; the columns come back as they were."""
        self._columns = self._split.sizes()
        self.show_page(CHAT)
        self._sources.focus_view()

    def _take_room_back(self) -> None:
        self.show_page(self._pages.currentIndex())
        if self._columns:
            self._split.setSizes(self._columns)

    def _close_sources(self) -> None:
        self._sources.reduce()
        if self._sources_wanted:
            self._toggle_sources()

    def _toggle_sources(self) -> None:
        self._sources_wanted = not self._sources_wanted
        self.show_page(self._pages.currentIndex())

    def _next_pane(self) -> None:
        panes = (self._rail, self._conversations, self._pages, self._sources)
        shown = [pane for pane in panes if pane.isVisible()]
        focus = self.focusWidget()
        at = next((i for i, pane in enumerate(shown) if focus is not None and pane.isAncestorOf(focus)), -1)
        target = shown[(at + 1) % len(shown)]
        if target is self._pages and self._pages.currentIndex() == CHAT:
            self._chat.focus_question()
        else:
            target.setFocus(Qt.FocusReason.OtherFocusReason)
            target.focusNextChild()

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder to the library", str(Path.home()))
        if chosen:
            self.add([Path(chosen)])

    def _open_document(self, document: Document) -> None:
        if not open_document(document.path):
            self.told.emit(f"No program of this computer opens “{document.path.name}”.")

    def _tell_export(self, file: Path) -> None:
        self.told.emit(f"Written: {file}")

    def _tell_notice(self, notice: object) -> None:
        text = getattr(notice, "text", "")
        if text:
            self.told.emit(text)

    def _read_model(self) -> None:
        job = self._lanes.read.call(self._assistant.model_info)
        job.reported.connect(self._progress.show_model)
        job.failed.connect(self.failed)
